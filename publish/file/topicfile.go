package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spoor/publish"
)

// topicFile is the file of one topic.
type topicFile struct {
	f     *os.File
	path  string
	size  int64
	limit int64 // rotate beyond; 0 = never
	buf   []byte
}

// fileName gives the name of a topic's file, and of the one before it.
func fileName(t publish.Topic) string { return t.String() + ".jsonl" }

func rotatedName(t publish.Topic) string { return fileName(t) + ".1" }

func openTopicFile(dir string, t publish.Topic, flags int, limit int64) (*topicFile, error) {
	path := filepath.Join(dir, fileName(t))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flags, 0o644)
	if err != nil {
		return nil, err
	}
	end, err := f.Seek(0, 2)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &topicFile{f: f, path: path, size: end, limit: limit}, nil
}

// fill converts a block's records.
func (t *topicFile) fill(c *converter, b *publish.Block) error {
	t.buf = t.buf[:0]
	for r := range b.All() {
		line, err := c.line(b.Topic, r.Value)
		if err != nil {
			return err
		}
		t.buf = append(t.buf, line...)
	}
	return nil
}

// flush writes what fill made. After an error the file ends where it did before.
func (t *topicFile) flush(s *Sink) error {
	if len(t.buf) == 0 {
		return nil
	}
	if t.limit > 0 && t.size > 0 && t.size+int64(len(t.buf)) > t.limit {
		if err := t.rotate(); err != nil {
			return fmt.Errorf("rotate: %w", err)
		}
		s.rotated.Inc()
	}
	if _, err := t.f.WriteAt(t.buf, t.size); err != nil {
		return errors.Join(err, t.f.Truncate(t.size))
	}
	t.size += int64(len(t.buf))
	s.written.Add(len(t.buf))
	return nil
}

// rotate makes the file the previous one and begins anew.
func (t *topicFile) rotate() error {
	if err := os.Rename(t.path, t.path+".1"); err != nil {
		return err
	}
	f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	old := t.f
	t.f, t.size = f, 0
	return old.Close()
}

func (t *topicFile) close(sync bool) error {
	if t == nil || t.f == nil {
		return nil
	}
	var err error
	if sync {
		err = t.f.Sync()
	}
	err = errors.Join(err, t.f.Close())
	t.f = nil
	return err
}
