package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestWrite: a file is made and replaced; what fails leaves the old one and nothing beside it.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	broken := errors.New("broken")
	half := func(w io.Writer) error { return errors.Join(text("ha")(w), broken) }
	if err := os.WriteFile(path+".tmp", []byte("of a crash, and longer than what comes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		fill func(io.Writer) error
		err  error
		want string
	}{{text("first"), nil, "first"}, {half, broken, "first"}, {text("second"), nil, "second"}, {text(""), nil, ""}} {
		if err := Write(path, step.fill); !errors.Is(err, step.err) {
			t.Errorf("%v, want %v", err, step.err)
		}
		if got, err := os.ReadFile(path); string(got) != step.want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, step.want)
		}
		if all, err := os.ReadDir(dir); len(all) != 1 || err != nil {
			t.Errorf("%d files, %v", len(all), err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestWriteNowhere: a folder that is not there, or in the file's place, is told.
func TestWriteNowhere(t *testing.T) {
	dir := t.TempDir()
	never := func(io.Writer) error { return nil }
	if err := Write(filepath.Join(dir, "no", "file"), never); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no folder: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "folder", "full"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "folder"), never); err == nil {
		t.Error("a folder was replaced")
	}
	if _, err := os.Stat(filepath.Join(dir, "folder.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
}
