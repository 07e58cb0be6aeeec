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
// anything but files of ours is refused. What killed replays to dir left is removed.
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
	sweep(final)
	s := newSink()
	s.replay, s.final = true, final
	if s.dir, s.claimed, err = newPartial(final); err != nil {
		return nil, err
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
	found, err := known(dir)
	if err == nil && found > 0 && found < int(publish.NumTopics) {
		err = fmt.Errorf("output directory %s holds files that no replay wrote: choose an empty or a new directory", dir)
	}
	return err
}

// known counts the files of a directory, and reports an error if one is not of a replay.
func known(dir string) (found int, err error) {
	names := make(map[string]bool)
	for _, t := range publish.Topics() {
		names[fileName(t)], names[rotatedName(t)] = true, true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("output directory: %w", err)
	}
	for _, e := range entries {
		if e.Name() == collected {
			return 0, fmt.Errorf("output directory %s holds what \"spoor run\" collected: choose another one", dir)
		}
		if !names[e.Name()] || !e.Type().IsRegular() {
			return 0, fmt.Errorf("output directory %s holds %s, which is not ours: choose an empty or a new directory", dir, e.Name())
		}
	}
	return len(entries), nil
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
	return s.release()
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
		return fmt.Errorf("remove partial output: %w", errors.Join(err, s.release()))
	}
	return s.release()
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
