//go:build !unix

package spool

import (
	"os"
	"path/filepath"
)

// lock only makes the lock's file where files cannot be locked the same way.
func lock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
}
