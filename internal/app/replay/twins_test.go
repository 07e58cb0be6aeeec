package replay

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"spoor/collector/capture"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// TestTwins: two collectors that hear the same publish the same messages, alert
// ids among them, and each message names the one that it comes from.
func TestTwins(t *testing.T) {
	dir := t.TempDir()
	var said [2]map[string]string
	for i, name := range []string{"twin-a", "twin-b"} {
		cfg := settings.DefaultConfig()
		cfg.Publish.Collector = name
		cfg.Output.Dir = filepath.Join(dir, name)
		cfg.Analytics.Elephants.Share = 0.001 // anything is an elephant
		speed, err := topology.ParseSpeed("*=10M")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Analytics.Topology.Speeds = append(cfg.Analytics.Topology.Speeds, speed)
		if _, err := Run(t.Context(), &cfg, Options{Files: []string{testCapture}, Port: capture.DefaultPort}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		said[i] = contents(t, cfg.Output.Dir)
		for file, text := range said[i] {
			if n := strings.Count(text, "\n"); strings.Count(text, `"collector":"`+name+`"`) != n {
				t.Errorf("%s: %d messages, not all name their collector", file, n)
			}
			said[i][file] = strings.ReplaceAll(text, name, "twin")
		}
	}
	if strings.Count(said[0]["elephants.jsonl"], `"alert":"`) == 0 {
		t.Error("there are no alerts to compare")
	}
	for file := range said[0] {
		if said[0][file] != said[1][file] {
			t.Errorf("%s differs", file)
		}
	}
}
