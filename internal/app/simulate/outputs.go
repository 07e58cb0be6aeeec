package simulate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// outputs are the files that a simulation writes.
type outputs struct {
	pcap, truth *os.File // nil if not wanted
}

// create makes the files that have a name and do not exist.
func (o *outputs) create(pcap, truth string) (err error) {
	if o.pcap, err = create("--pcap", pcap); err != nil {
		return err
	}
	o.truth, err = create("--truth", truth)
	return err
}

func create(flag, name string) (*os.File, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s: %s exists and is not overwritten: name another file", flag, name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return f, nil
}

// close closes the files, and removes them unless they are good.
func (o *outputs) close(good bool) error {
	var errs []error
	for _, f := range []*os.File{o.pcap, o.truth} {
		if f == nil {
			continue
		}
		errs = append(errs, f.Close())
		if !good {
			errs = append(errs, os.Remove(f.Name()))
		}
	}
	return errors.Join(errs...)
}
