//go:build !unix

package spool

import (
	"os"
	"path/filepath"
)

// Lock only makes the lock's file where files cannot be locked the same way.
func Lock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
}
