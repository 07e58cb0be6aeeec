package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"spoor/internal/config"
)

// Check looks at what a configuration that Load found right names: files must be
// readable, data_dir must be writable. The error has a line for each fault. Notes
// are what a person may want to know. It opens no port and asks no broker.
func (c *Config) Check(set *config.Set, getenv func(string) string) (notes []string, err error) {
	var errs []error
	for _, k := range set.Keys() {
		path := k.Value.Items()
		if !strings.HasSuffix(k.Name, "_file") && !strings.HasSuffix(k.Name, ".file") || len(path) != 1 || path[0] == "" {
			continue
		}
		if f, err := os.Open(path[0]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", k.Name, err))
		} else {
			errs = append(errs, f.Close())
		}
	}
	if errors.Join(errs...) == nil {
		errs = append(errs, c.HTTP.CheckFiles())
	}
	dir, err := c.StateDir(getenv)
	if err == nil {
		err = writable(dir)
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("data_dir: %w", err))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, set.Locate(err)
	}
	if len(c.Listen.Allow) == 0 {
		notes = append(notes, "listen.allow is empty: any source is heard")
	}
	if len(c.Kafka.Brokers) == 0 {
		notes = append(notes, "kafka.brokers is empty: run starts an embedded broker, for evaluation")
	}
	return append(notes, "data is kept in "+dir), nil
}

// writable reports whether files can be made in a directory, or in what of the
// way to it is there.
func writable(dir string) error {
	for {
		s, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir:
			dir = filepath.Dir(dir)
			continue
		case err != nil:
			return err
		case !s.IsDir():
			return fmt.Errorf("%s is no directory", dir)
		}
		f, err := os.CreateTemp(dir, ".spoor-check-*")
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			return fmt.Errorf("%s cannot be written to: %w", dir, failed.Err)
		}
		if err != nil {
			return err
		}
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
}
