// Package wholefile replaces files as a whole: who reads one finds the old text or
// the new one, after a crash as well, never a part.
package wholefile

import (
	"io"
	"os"
)

// Write makes or replaces the file at path, readable by its owner alone, with what fill writes. If it
// fails the old file stays as it was. The folder must exist, and path+".tmp" be free: one writer of a path at a time.
func Write(path string, fill func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err // it names the file
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // it may be renamed already
		}
	}()
	err = fill(f)
	if err == nil {
		err = f.Sync() // or a crash might leave the new name with nothing behind it
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
