package app

import (
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/collector/capture"
	"spoor/topology"
)

// TestReplayKnown: with what an earlier replay learned, paths are complete sooner,
// and the same flows get the same paths.
func TestReplayKnown(t *testing.T) {
	dir := t.TempDir()
	memory := filepath.Join(dir, "memory")
	run := func(name, known, learned string) (delays time.Duration, paths map[string]string) {
		t.Helper()
		cfg := DefaultConfig()
		cfg.Output.Dir = filepath.Join(dir, name)
		o := ReplayOptions{Files: []string{testCapture}, Port: capture.DefaultPort, Known: known, Learned: learned}
		if _, err := Replay(t.Context(), &cfg, o, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		paths = map[string]string{}
		for line := range strings.Lines(contents(t, cfg.Output.Dir)["paths.jsonl"]) {
			var m struct {
				Flow      struct{ ID string }
				State     string
				Cause     string
				Time      time.Time
				FirstSeen time.Time `json:"first_seen"`
				Switches  []string
			}
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			if m.State == "complete" && paths[m.Flow.ID] == "" {
				delays += m.Time.Sub(m.FirstSeen)
				paths[m.Flow.ID] = strings.Join(m.Switches, " ")
			}
		}
		return delays, paths
	}
	cold, coldPaths := run("cold", "", memory)
	warm, warmPaths := run("warm", memory, memory)
	if warm >= cold {
		t.Errorf("complete after %v in all, %v without what was known", warm, cold)
	}
	for id, path := range coldPaths {
		if warmPaths[id] != path {
			t.Errorf("flow %s: path %q, without what was known %q", id, warmPaths[id], path)
		}
	}
	cfg := DefaultConfig()
	_, err := Replay(t.Context(), &cfg, ReplayOptions{Files: []string{testCapture}, Known: testCapture}, slog.New(slog.DiscardHandler))
	if !errors.Is(err, topology.ErrMemory) {
		t.Errorf("a capture given as what is known: %v", err)
	}
}
