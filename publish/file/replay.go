package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spoor/publish"
)

// Replay gives a sink that writes all files anew. They come into being beside
// dir and take its place as a whole when Commit is called. A dir that holds
// anything but files of ours is refused.
func Replay(dir string) (*Sink, error) {
	final, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("output directory: %w", err)
	}
	if err := ours(final); err != nil {
		return nil, err
	}
	parent := filepath.Dir(final)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("output directory: %w", err)
	}
	s := newSink()
	s.replay, s.final = true, final
	if s.dir, err = os.MkdirTemp(parent, "."+filepath.Base(final)+".partial-"); err != nil {
		return nil, fmt.Errorf("output directory: %w", err)
	}
	for _, t := range publish.Topics() {
		f, err := openTopicFile(s.dir, t, os.O_EXCL, 0)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("output file: %w", err), s.Abort())
		}
		s.files[t] = f
	}
	return s, nil
}

// ours reports an error if dir exists and is no directory of our files alone.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("output directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("output %s is no directory: choose another name", dir)
	}
	known := make(map[string]bool)
	for _, t := range publish.Topics() {
		known[fileName(t)], known[rotatedName(t)] = true, true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("output directory: %w", err)
	}
	found := 0
	for _, e := range entries {
		if e.Name() == collected {
			return fmt.Errorf("output directory %s holds what \"spoor run\" collected: choose another one", dir)
		}
		if !known[e.Name()] || !e.Type().IsRegular() {
			return fmt.Errorf("output directory %s holds %s, which is not ours: choose an empty or a new directory", dir, e.Name())
		}
		found++
	}
	if found > 0 && found < int(publish.NumTopics) {
		return fmt.Errorf("output directory %s holds files that no replay wrote: choose an empty or a new directory", dir)
	}
	return nil
}

// Commit puts the files in place after Close. If it fails, what was there
// before is there still, and the new files are gone.
func (s *Sink) Commit() error {
	if err := s.Err(); err != nil {
		return errors.Join(err, s.Abort())
	}
	if err := s.place(); err != nil {
		return errors.Join(fmt.Errorf("output directory: %w", err), s.Abort())
	}
	return nil
}

func (s *Sink) place() error {
	if err := os.Chmod(s.dir, 0o755); err != nil { // a directory of results, as any program makes it
		return err
	}
	if err := ours(s.final); err != nil {
		return err
	}
	if _, err := os.Lstat(s.final); errors.Is(err, os.ErrNotExist) {
		return os.Rename(s.dir, s.final)
	}
	if err := exchange(s.dir, s.final); err != nil {
		return err
	}
	return os.RemoveAll(s.dir) // the old one now
}

// Abort removes what was written, after Close or instead of it. It does
// nothing after Commit.
func (s *Sink) Abort() error {
	s.discard()
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove partial output: %w", err)
	}
	return nil
}

// swap replaces b by a with two renames, for systems that cannot exchange.
func swap(a, b string) error {
	old := a + ".old"
	if err := os.Rename(b, old); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(old, b))
	}
	return os.Rename(old, a)
}
