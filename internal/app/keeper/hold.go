package keeper

import (
	"errors"
	"fmt"
	"io"
	"os"

	"spoor/publish/spool"
)

// Hold takes the data directory for this process until it is closed: two would write
// over what the other keeps. It fails only where another process has it; a directory
// that cannot be made or written to costs what is kept there, which is told of elsewhere.
func Hold(dir string) (io.Closer, error) {
	_ = os.MkdirAll(dir, 0o750) // without it nothing can be locked either
	f, err := spool.Lock(dir)
	if errors.Is(err, spool.ErrInUse) {
		return nil, fmt.Errorf("data_dir: %w: stop that, or choose another with --data_dir", err)
	}
	if f == nil {
		return io.NopCloser(nil), nil
	}
	return f, nil
}
