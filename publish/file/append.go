package file

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"spoor/publish"
)

// collected marks a directory that Append writes to, so that no replay replaces it.
const collected = ".collected"

// MinBytes is the least bound that Append takes.
const MinBytes = 1 << 20

// Append gives a sink that adds to the files in dir, which is made if missing.
// maxBytes bounds all files together, 0 = not at all: half of it is for flows,
// the rest for the other topics alike; each topic has its file and, rotated, the
// one before (".1"). A torn last line, left by a crash, is cut off.
func Append(dir string, maxBytes int64) (*Sink, error) {
	if maxBytes != 0 && maxBytes < MinBytes {
		return nil, fmt.Errorf("output of %d bytes: at least %d are needed", maxBytes, MinBytes)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("output.dir: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, collected), nil, 0o644); err != nil {
		return nil, fmt.Errorf("output.dir: %w", err)
	}
	s := newSink()
	s.dir = dir
	topics := publish.Topics()
	for _, t := range topics {
		limit := maxBytes / 4 // two files
		if t != publish.Flows {
			limit /= int64(len(topics) - 1)
		}
		f, err := openTopicFile(dir, t, 0, limit)
		if err == nil {
			err = f.mend()
		}
		if err != nil {
			s.discard()
			return nil, fmt.Errorf("output file: %w", err)
		}
		s.files[t] = f
	}
	return s, nil
}

// mend cuts off a last line without its newline.
func (t *topicFile) mend() error {
	r, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 64<<10)
	for end := t.size; end > 0; {
		at := max(0, end-int64(len(buf)))
		part := buf[:end-at]
		if _, err := r.ReadAt(part, at); err != nil {
			return err
		}
		for i, p := range slices.Backward(part) {
			if p == '\n' {
				return t.cut(at + int64(i) + 1)
			}
		}
		end = at
	}
	return t.cut(0)
}

func (t *topicFile) cut(size int64) error {
	if size == t.size {
		return nil
	}
	t.size = size
	return t.f.Truncate(size)
}

// discard closes what is open.
func (s *Sink) discard() {
	for _, f := range s.files {
		_ = f.close(false) // nothing of it is wanted any more
	}
}
