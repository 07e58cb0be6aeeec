package keeper

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/flow"
	"spoor/topology"
)

func memoryOf(hostname string) *topology.Memory {
	return &topology.Memory{Time: int64(1e18), Switches: []topology.MemorySwitch{{Agent: flow.AddrFrom4([4]byte{10, 0, 0, 1}), Hostname: hostname, Router: true}}}
}

// TestFabricKept: what was learned is kept in a folder that may not be there yet, read again, and replaced.
func TestFabricKept(t *testing.T) {
	var log bytes.Buffer
	k := NewFabric(filepath.Join(t.TempDir(), "data"), slog.New(slog.NewTextHandler(&log, nil)))
	if k.Load() != nil || log.Len() > 0 {
		t.Errorf("without a file: %s", &log)
	}
	for _, name := range []string{"leaf1", "leaf2"} {
		k.End(memoryOf(name))
		k.Wait()
		if m := k.Load(); m == nil || len(m.Switches) != 1 || m.Switches[0].Hostname != name || m.Time != int64(1e18) {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if !strings.Contains(log.String(), "known from before") || !strings.Contains(log.String(), "as_of=2001-09-09") {
		t.Errorf("it is not told from when it is: %s", &log)
	}
}

// TestFabricUnusable: a file that holds no memory is put aside and told of; one that cannot be read stays where it is.
func TestFabricUnusable(t *testing.T) {
	var log bytes.Buffer
	k := NewFabric(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	if err := os.WriteFile(k.path, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if k.Load() != nil || !strings.Contains(log.String(), "it is learned anew") || !strings.Contains(log.String(), ".unusable") {
		t.Errorf("nonsense: %s", &log)
	}
	if aside, err := os.ReadFile(k.path + ".unusable"); string(aside) != "nonsense\n" || err != nil {
		t.Errorf("put aside: %q, %v", aside, err)
	}
	if _, err := os.Stat(k.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still in the way: %v", err)
	}
	log.Reset()
	if err := os.Mkdir(k.path, 0o700); err != nil { // nobody can read a folder as a file
		t.Fatal(err)
	}
	if k.Load() != nil || !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("a folder: %s", &log)
	}
	if _, err := os.Stat(k.path); err != nil {
		t.Errorf("what cannot be read is gone: %v", err)
	}
	log.Reset()
	k.End(memoryOf("leaf1"))
	if k.Wait(); !strings.Contains(log.String(), "is not kept") {
		t.Errorf("it cannot be written: %s", &log)
	}
}

// TestFabricPace: the first save comes a second after the first tick, each next one after twice the time, a minute at most;
// while one is being written no other begins.
func TestFabricPace(t *testing.T) {
	k := NewFabric(t.TempDir(), slog.New(slog.DiscardHandler))
	const second = int64(time.Second)
	var saved []int64
	begin := 100 * second
	for now := begin; now <= begin+200*second; now += second {
		k.Tick(now, func() *topology.Memory {
			saved = append(saved, (now-begin)/second)
			return memoryOf("leaf1")
		})
		func() { // waits until it is written
			k.busy.Lock()
			defer k.busy.Unlock()
		}()
	}
	want := []int64{1, 3, 7, 15, 31, 63, 123, 183}
	if len(saved) != len(want) {
		t.Fatalf("saved after %v seconds, want %v", saved, want)
	}
	for i := range want {
		if saved[i] != want[i] {
			t.Errorf("saved after %v seconds, want %v", saved, want)
		}
	}
	k.busy.Lock()
	k.Tick(begin+1000*second, func() *topology.Memory { t.Error("two at a time"); return nil })
	k.busy.Unlock()
	if m := k.Load(); m == nil || m.Switches[0].Hostname != "leaf1" {
		t.Errorf("kept: %+v", m)
	}
}

// TestEndDoesNotHoldUp: what ends the engine does not wait for a file that is still being written, nor for its own.
func TestEndDoesNotHoldUp(t *testing.T) {
	k := NewFabric(t.TempDir(), slog.New(slog.DiscardHandler))
	k.busy.Lock() // a file is being written
	k.End(memoryOf("leaf1"))
	k.busy.Unlock()
	k.Wait()
	if m := k.Load(); m == nil || m.Switches[0].Hostname != memoryOf("leaf1").Switches[0].Hostname {
		t.Errorf("got %+v", m)
	}
}
