package simulate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/fabric"
)

// TestInterrupted: a capture that is not finished is removed, and so is its truth.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard := 0
	o := Options{
		Fabric: fabric.DefaultConfig(), Pcap: filepath.Join(dir, "a.pcap"), Truth: filepath.Join(dir, "a.json"),
		Progress: func(time.Duration, fabric.Stats) { heard++; cancel() },
	}
	o.Fabric.Duration = time.Hour
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.Run(ctx); r != nil || err == nil || !strings.Contains(err.Error(), "interrupted: nothing was written") {
		t.Errorf("%+v, %v", r, err)
	}
	if left, err := os.ReadDir(dir); heard == 0 || len(left) != 0 || err != nil {
		t.Errorf("after %d datagrams: %v, %v", heard, left, err)
	}
}
