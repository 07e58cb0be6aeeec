package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// partialPrefix begins the names of the directories in which the files of a replay to dir come into being.
func partialPrefix(dir string) string { return "." + filepath.Base(dir) + ".partial-" }

// newPartial makes the directory that becomes final, and takes it for this process
// where that can be done: claimed is nil elsewhere.
func newPartial(final string) (dir string, claimed *os.File, err error) {
	const tries = 3 // another who starts may remove it before it is taken
	for range tries {
		if dir, err = os.MkdirTemp(filepath.Dir(final), partialPrefix(final)); err != nil {
			return "", nil, fmt.Errorf("output directory: %w", err)
		}
		if claimed, err = claim(dir); err == nil {
			if _, err = os.Lstat(dir); err == nil {
				return dir, claimed, nil
			}
			_ = claimed.Close()
		} else if _, gone := os.Lstat(dir); gone == nil {
			return dir, nil, nil // nobody can tell here who has a directory
		}
	}
	return "", nil, fmt.Errorf("output directory: %w", err)
}

// sweep removes what replays to final left that were killed: directories beside it that hold nothing but
// files of ours and that no process has. What cannot be removed stays.
func sweep(final string) {
	parent := filepath.Dir(final)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // nothing can be written there either, and that is told
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), partialPrefix(final)) {
			continue
		}
		dir := filepath.Join(parent, e.Name())
		if f, err := claim(dir); err == nil {
			if _, err := known(dir); err == nil {
				_ = os.RemoveAll(dir)
			}
			_ = f.Close()
		}
	}
}

// release lets go of the directory, which is in place or gone.
func (s *Sink) release() error {
	if s.claimed == nil {
		return nil
	}
	err := s.claimed.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
