//go:build !unix

package file

import (
	"errors"
	"os"
)

// claim fails: who has a directory cannot be told here, and nothing is removed that another may have.
func claim(string) (*os.File, error) { return nil, errors.ErrUnsupported }
