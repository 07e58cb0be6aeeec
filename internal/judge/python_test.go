package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The scorer that the captures were published with, where it lies beside the project.
const original = "../../../shared/score.py"

var python = sync.OnceValue(func() error {
	if _, err := os.Stat(original); err != nil {
		return err
	}
	_, err := exec.LookPath("python3")
	return err
})

// agree runs the original on the same files and compares every figure and the verdict.
func agree(t *testing.T, truthFile, dir string) {
	t.Helper()
	if err := python(); err != nil {
		t.Logf("not compared with the original: %v", err)
		return
	}
	out, err := exec.Command("python3", original, truthFile, dir).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil && len(exit.Stderr) > 0 {
		t.Fatalf("the original failed:\n%s", exit.Stderr)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	want := figures(t, lines[len(lines)-1])
	r := score(t, truthFile, dir)
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, figures(t, text)); diff != "" {
		t.Errorf("unlike the original (-want +got):\n%s", diff)
	}
	if wrong := r.Wrong(); (exit != nil) != (len(wrong) > 0) {
		t.Errorf("the original failed: %v; we say %q", exit != nil, wrong)
	}
}

// figures reads a score; 0, null and absent are the same.
func figures(t *testing.T, text []byte) map[string]map[string]any {
	t.Helper()
	var m map[string]map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for _, subject := range m {
		maps.DeleteFunc(subject, func(_ string, v any) bool { return v == nil || v == 0.0 })
	}
	return m
}

// TestLikeOriginal compares both scorers on made-up truths and outputs in which
// every kind of mistake occurs.
func TestLikeOriginal(t *testing.T) {
	if err := python(); err != nil {
		t.Skipf("nothing to compare with: %v", err)
	}
	seen := make(map[string]bool)
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			truth, files := makeUp(rand.New(rand.NewPCG(seed, 1)))
			truthFile, dir := write(t, truth, files)
			agree(t, truthFile, dir)
			text, err := json.Marshal(score(t, truthFile, dir))
			if err != nil {
				t.Fatal(err)
			}
			for _, subject := range figures(t, text) {
				for name := range subject {
					seen[name] = true
				}
			}
		})
	}
	all := []string{
		"right", "wrong", "missing", "flows", "flows right", "flows wrong", "multipath", "never complete", "messages right",
		"messages wrong", "moves", "moves reported", "move lag p50", "move lag max", "first complete p50", "must be found", "found",
		"missed", "split", "open", "true alerts", "false alerts", "alerts for unknown flows", "delays",
	}
	for _, name := range all {
		if !seen[name] {
			t.Errorf("no seed made %q anything but 0", name)
		}
	}
}

// makeUp invents a fabric of 2 spines and 3 leaves, flows through it, and messages
// that are mostly right.
func makeUp(r *rand.Rand) (truth string, files map[string][]string) {
	leaves, spines := []string{"leaf1", "leaf2", "leaf3"}, []string{"spine1", "spine2"}
	agents := map[string]string{"10.0.0.1": "leaf1", "10.0.0.2": "leaf2", "10.0.0.3": "leaf3", "10.0.0.4": "spine1", "10.0.0.5": "spine2"}
	agentOf := make(map[string]string)
	for a, s := range agents {
		agentOf[s] = a
	}
	if r.IntN(3) == 0 { // one switch without an agent
		delete(agents, agentOf["spine2"])
		spines = spines[:1]
	}
	files = make(map[string][]string)
	doc := map[string]any{
		"mode": pick(r, "l3", "l3", "l2"), "agent_settings": map[string]any{"sampling": 20}, "elephant_threshold_bps": 1000, "agents": agents,
	}
	doc["interfaces"], files["topology"] = makeLinks(r, leaves, spines, agentOf)
	var flows []any
	for i := range 5 {
		f, paths, elephants := makeFlow(r, i, agentOf)
		flows = append(flows, f)
		files["paths"] = append(files["paths"], paths...)
		files["elephants"] = append(files["elephants"], elephants...)
	}
	if r.IntN(4) == 0 {
		files["elephants"] = append(files["elephants"], line(map[string]any{
			"flow": key(99), "alert": "z", "episode": 1, "state": "started", "detected": at(1005), "time": at(1005),
		}))
	}
	doc["flows"] = flows
	if r.IntN(2) == 0 {
		doc["events"] = []any{map[string]any{"t": 1000 + 20*r.Float64()}}
	}
	return line(doc), files
}

func makeLinks(r *rand.Rand, leaves, spines []string, agentOf map[string]string) (ports []any, rows []string) {
	for l, leaf := range leaves {
		for s, spine := range spines {
			up, down := fmt.Sprint("up", s), fmt.Sprint("down", l)
			ports = append(ports,
				map[string]any{
					"switch": leaf, "agent": agentOf[leaf], "ifIndex": s, "ifName": up, "neighbour": spine, "neighbour_port": down,
					"during": map[string]any{"in_frames": r.IntN(150), "out_frames": r.IntN(150)},
				},
				map[string]any{"switch": spine, "agent": agentOf[spine], "ifIndex": l, "ifName": down, "neighbour": leaf, "neighbour_port": up, "during": nil})
			if r.IntN(6) == 0 {
				continue
			}
			index := s
			if r.IntN(8) == 0 {
				index = 77
			}
			rows = append(rows, line(map[string]any{
				"id": leaf + spine, "link": "l", "source": pick(r, "learned", "both", "inferred"), "state": pick(r, "up", "up", "up", "stale"),
				"a": map[string]any{"agent": agentOf[leaf], "ifindex": index}, "b": map[string]any{"agent": agentOf[spine], "ifindex": l},
			}))
		}
	}
	return ports, append(rows, `{"id":"host/x","host":"x"}`)
}

// makeFlow invents a flow, how its path moved, and what was said about it.
func makeFlow(r *rand.Rand, i int, agentOf map[string]string) (flow any, paths, elephants []string) {
	begin := 1000 + 3*r.Float64()
	f := maps.Clone(key(i))
	maps.Copy(f, map[string]any{
		"role": pick(r, "data", "ack"), "start": begin, "end": begin + 20, "frames": 10 + r.IntN(60),
		"switches": []string{"leaf1", "spine1", "leaf2"}, "second0": int(begin),
	})
	if r.IntN(3) > 0 {
		f["session"] = pick(r, "big", "small")
	}
	moves, now := []any{}, begin
	for range pick(r, 0, 2, 3, 8) {
		path := []string{"leaf1", pick(r, "spine1", "spine2"), "leaf2"}
		held := 0.5 + 2*r.Float64()
		moves = append(moves, map[string]any{"from": now, "to": now + held, "switches": path})
		now += held + r.Float64()/2
		if r.IntN(5) > 0 {
			paths = append(paths, saidRow(r, i, now-held+pick(r, 0.3, 2, 6)*r.Float64(), path, agentOf))
		}
	}
	if len(moves) > 0 {
		f["moves"] = moves
	} else if r.IntN(4) > 0 {
		paths = append(paths, saidRow(r, i, begin+r.Float64(), []string{"leaf1", "spine1", "leaf2"}, agentOf))
	}
	if len(moves) > 4 && r.IntN(2) == 0 {
		paths = slices.DeleteFunc(paths, func(string) bool { return r.IntN(2) == 0 })
		paths = append(paths, line(map[string]any{"flow": key(i), "state": "multipath", "cause": "moved", "time": at(now), "hops": []any{}}))
		if r.IntN(2) == 0 {
			paths = paths[len(paths)-1:]
		}
	}
	var bps []float64
	level := 500.0
	for range 25 {
		if r.IntN(5) == 0 {
			level = pick(r, 300.0, 900, 1100, 2500)
		}
		bps = append(bps, level*(0.9+0.2*r.Float64()))
	}
	if r.IntN(5) > 0 {
		f["bps"] = bps
	}
	return f, paths, makeLives(r, i, begin)
}

func makeLives(r *rand.Rand, i int, begin float64) (rows []string) {
	for n := range r.IntN(4) {
		since := begin + 24*r.Float64()
		row := map[string]any{"flow": key(i), "alert": fmt.Sprint("a", i), "episode": n, "state": "started", "detected": at(since), "time": at(since)}
		rows = append(rows, line(row))
		if r.IntN(5) > 0 {
			row["state"], row["time"] = "ended", at(since+8*r.Float64())
			rows = append(rows, line(row))
		}
	}
	return rows
}

// saidRow is a path message, seldom wrong, seldom with a hop that nobody reports.
func saidRow(r *rand.Rand, i int, t float64, path []string, agentOf map[string]string) string {
	var hops []any
	for _, s := range path {
		var agent any = agentOf[s]
		switch r.IntN(20) {
		case 0:
			agent = nil
		case 1:
			agent = "10.9.9.9"
		}
		hops = append(hops, map[string]any{"agent": agent})
	}
	return line(map[string]any{
		"flow": key(i), "state": pick(r, "complete", "complete", "complete", "partial"), "cause": pick(r, "new", "moved", "moved", "expired"),
		"time": at(t), "hops": hops,
	})
}

func key(i int) map[string]any {
	return map[string]any{"src": fmt.Sprint("10.1.", i, ".1"), "dst": "10.2.1.1", "proto": 6, "sport": 4000 + i, "dport": 80}
}

func at(t float64) string {
	return time.Unix(0, int64(t*1e9)).UTC().Format(time.RFC3339Nano)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func line(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(b))
}
