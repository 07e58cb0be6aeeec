package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/internal/app/settings"
)

// TestStrandedSpool: a spool that this run does not use is told of, one that it
// uses is not.
func TestStrandedSpool(t *testing.T) {
	dir := t.TempDir()
	for _, class := range []string{"samples", "alerts"} {
		if err := os.MkdirAll(filepath.Join(dir, "spool", class), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "spool", "alerts", "0000000100000000.seg"), make([]byte, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dir   string
		bytes int64
		want  int64
	}{
		{"", 1 << 30, 1000}, // no brokers
		{filepath.Join(dir, "spool"), 0, 1000},
		{filepath.Join(dir, "spool"), 1 << 30, 0},
	} {
		var out bytes.Buffer
		cfg := settings.DefaultConfig()
		cfg.DataDir, cfg.Publish.Spool.Dir, cfg.Publish.Spool.MaxBytes = dir, c.dir, c.bytes
		r := &runner{cfg: &cfg, o: RunOptions{Getenv: os.Getenv}, log: slog.New(slog.NewTextHandler(&out, nil))}
		if r.strand(); r.stranded != c.want || strings.Contains(out.String(), "kafka.brokers") != (c.want > 0) {
			t.Errorf("%+v: %d, %s", c, r.stranded, out.String())
		}
	}
}
