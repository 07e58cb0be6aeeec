package keeper

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/internal/testkit/silence"
	"spoor/topology"
)

// full lets what is written next in place of a file go to a device that is full.
func full(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skipf("no full device here: %v", err)
	}
	if err := os.Symlink("/dev/full", path+".tmp"); err != nil {
		t.Fatal(err)
	}
}

// TestFabricDiskFull: what was kept before stays whole, it is said, and the next time all is kept.
func TestFabricDiskFull(t *testing.T) {
	var log bytes.Buffer
	k := NewFabric(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	now := int64(time.Hour)
	keep := func(hostname string) {
		t.Helper()
		asked := false
		for end := now + 2*keepEvery; !asked && now < end; now += int64(time.Second) {
			k.Tick(now, func() *topology.Memory { asked = true; return memoryOf(hostname) })
		}
		k.busy.Lock() // it is written
		defer k.busy.Unlock()
		if !asked {
			t.Fatalf("%s: nothing was to be kept for so long", hostname)
		}
	}
	for _, step := range []struct {
		hostname, want string
		full           bool
	}{{"leaf1", "leaf1", false}, {"leaf2", "leaf1", true}, {"leaf3", "leaf1", true}, {"leaf4", "leaf4", false}} {
		if log.Reset(); step.full {
			full(t, k.path)
		}
		keep(step.hostname)
		if said := strings.Contains(log.String(), "is not kept") && strings.Contains(log.String(), "no space left on device"); said != step.full {
			t.Errorf("%s: log %q", step.hostname, &log)
		}
		if m := k.Load(); m == nil || m.Switches[0].Hostname != step.want {
			t.Errorf("%s: kept %+v, want %s", step.hostname, m, step.want)
		}
		if left, err := os.ReadDir(filepath.Dir(k.path)); err != nil || len(left) != 1 {
			t.Errorf("%s: %d files, %v", step.hostname, len(left), err)
		}
	}
}

// TestAlertsDiskFull: what was kept before stays whole, it is said, and it is tried again though nothing changes.
func TestAlertsDiskFull(t *testing.T) {
	var log bytes.Buffer
	k := NewAlerts(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	engine, err := analytics.New(analytics.DefaultConfig(), silence.Outbox{})
	if err != nil {
		t.Fatal(err)
	}
	k.End(journalOf(1))
	full(t, k.path)
	k.End(journalOf(1, 2))
	if !strings.Contains(log.String(), "are not kept") || !strings.Contains(log.String(), "no space left on device") {
		t.Errorf("log %q", &log)
	}
	if j := k.Load(); j == nil || len(j.Elephants) != 1 {
		t.Errorf("kept %+v", j)
	}
	k.Tick(int64(time.Hour), engine) // no elephants
	k.busy.Lock()                    // it is written
	defer k.busy.Unlock()
	if j := k.Load(); j == nil || len(j.Elephants) != 0 {
		t.Errorf("once there was room: kept %+v", j)
	}
}
