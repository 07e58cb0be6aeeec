//go:build unix

package file

import (
	"os"
	"path/filepath"
	"testing"
)

// TestReplaySweeps: the next replay removes what a killed one left, and leaves alone what is another's.
func TestReplaySweeps(t *testing.T) {
	parent := t.TempDir()
	out := filepath.Join(parent, "out")
	leave := func(name, file string) string {
		t.Helper()
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if file != "" {
			if err := os.WriteFile(filepath.Join(dir, file), []byte("{}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	gone := []string{leave(".out.partial-1", "flows.jsonl"), leave(".out.partial-2", "")}
	stay := []string{leave(".out.partial-3", "letter.txt"), leave(".other.partial-1", "flows.jsonl"), leave("out.partial-4", "flows.jsonl")}
	living, err := Replay(out)
	if err != nil {
		t.Fatal(err)
	}
	stay = append(stay, living.dir)
	second, err := Replay(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range gone {
		if _, err := os.Lstat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
	}
	for _, dir := range append(stay, second.dir) {
		if _, err := os.Lstat(dir); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []*Sink{living, second} {
		if err := s.Abort(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(s.dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", s.dir, err)
		}
	}
	replay(t, out, 5)
	if f, err := claim(out); err != nil {
		t.Errorf("what is in place is still held: %v", err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
}
