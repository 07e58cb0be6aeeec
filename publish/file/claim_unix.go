//go:build unix

package file

import (
	"os"

	"golang.org/x/sys/unix"
)

// claim takes a directory until what it gives is closed or this process dies, and fails if somebody has it.
func claim(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
