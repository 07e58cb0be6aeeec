package keeper

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestHold: a data directory has one owner, who can give it up; one that cannot be is nobody's.
func TestHold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	held, err := Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(dir); runtime.GOOS != "windows" && (err == nil || !strings.Contains(err.Error(), dir+" is in use by another process: stop that, or choose")) {
		t.Errorf("a second owner: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Hold(dir)
	if err != nil {
		t.Fatalf("after it was given up: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nothing, err := Hold(file)
	if err != nil {
		t.Fatalf("where there can be no directory: %v", err)
	}
	if err := nothing.Close(); err != nil {
		t.Error(err)
	}
}
