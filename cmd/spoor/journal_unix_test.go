//go:build unix

package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// lives are elephants by alert and episode, with the steps that were told of each.
type lives map[string]string

// livesIn reads what the files tell; the last line may be cut off by a kill.
func livesIn(t *testing.T, dir string) lives {
	t.Helper()
	all := lives{}
	b, err := os.ReadFile(filepath.Join(dir, "elephants.jsonl"))
	if err != nil {
		return all
	}
	for line := range strings.Lines(string(b)) {
		var m struct {
			Alert      string
			Episode    uint32
			State      string
			End_reason string
		}
		if json.Unmarshal([]byte(line), &m) == nil {
			id := m.Alert + "#" + string(rune('0'+m.Episode))
			all[id] += m.State + " "
		}
	}
	return all
}

// open gives those without an end.
func (l lives) open() []string {
	var list []string
	for id, steps := range l {
		if !strings.Contains(steps, "ended") {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// TestElephantsSurviveKill: elephants that are active at a kill -9 are neither
// started again nor lost. Traffic goes on meanwhile.
func TestElephantsSurviveKill(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	args := []string{
		"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0", "--collector", "test", "--data_dir", dir, "--output.dir", out,
		"--topology.speeds", "*=10G",
	}
	p, d := process(t, args...)
	var active []string
	d.sendUntil(t, "the journal tells what the files tell", func() bool {
		active = livesIn(t, out).open()
		return len(active) > 0 && slices.Equal(active, journal(t, dir))
	})
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // killed
	before := livesIn(t, out)

	p, d = process(t, args...)
	d.sendUntil(t, "all go on or end", func() bool {
		now := livesIn(t, out)
		for _, id := range active {
			if now[id] == before[id] {
				return false
			}
		}
		return true
	})
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	after := livesIn(t, out)
	for _, id := range slices.Sorted(maps.Keys(after)) {
		if steps := after[id]; strings.Count(steps, "started") > 1 || strings.Count(steps, "ended") > 1 {
			t.Errorf("%s: %s", id, steps)
		}
	}
	for _, id := range active {
		if !strings.HasPrefix(after[id], before[id]) || strings.Contains(strings.TrimPrefix(after[id], before[id]), "started") {
			t.Errorf("%s: before %s, in the end %s", id, before[id], after[id])
		}
	}
	still := journal(t, dir)
	for _, id := range still {
		if !slices.Contains(after.open(), id) {
			t.Errorf("%s is in the journal after the stop, but not open: %q", id, after[id])
		}
	}
}

// sendUntil lets a fabric with three elephants send until a condition holds; more are flags of simulate.
func (d *daemon) sendUntil(t *testing.T, what string, ok func() bool, more ...string) {
	t.Helper()
	c, _, errs := command(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- c.run(ctx, append([]string{
			"simulate", "--to", d.UDP.String(), "--duration", "0", "--flows", "10", "--elephants", "40%@0s,40%@0s,50%@1s",
		}, more...))
	}()
	defer func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("simulate ended with %d: %s", code, errs)
		}
	}()
	eventually(t, what, ok)
}
