//go:build unix

package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// acquire locks the data directory: two brokers on it would destroy it. The
// lock dies with the process.
func (b *Broker) acquire(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = fmt.Errorf("%s is in use by another process", filepath.Dir(path))
		}
		return errors.Join(err, f.Close())
	}
	b.lock = f
	return nil
}
