package score_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"spoor/collector/capture"
	"spoor/internal/app"
	"spoor/internal/judge"
	"spoor/internal/testkit/score"
)

// TestReplay replays each of our captures through the whole pipeline: what was found
// is right, and in time.
func TestReplay(t *testing.T) {
	cases, err := score.Cases("../../../testdata/captures")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	table := judge.NewTable(&text)
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			replay(t, c, dir)
			r, faults, err := c.Judge(dir)
			if err != nil {
				t.Fatal(err)
			}
			table.Row(c.Name, c.Gated, r, faults)
			for _, fault := range faults {
				if c.Gated {
					t.Error(fault)
				} else {
					t.Log("not gated:", fault)
				}
			}
		})
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Print(text.String())
}

// replay runs the case's capture with its settings and writes the results to dir.
func replay(t *testing.T, c *score.Case, dir string) {
	t.Helper()
	cfg := app.DefaultConfig()
	if _, err := cfg.Load(cfg.Keys(), app.Sources{Environ: environ(c.Args)}); err != nil {
		t.Fatal(err)
	}
	cfg.Output.Dir = dir
	o := app.ReplayOptions{Files: []string{c.Capture}, Port: capture.DefaultPort}
	if _, err := app.Replay(t.Context(), &cfg, o, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}

// environ gives flags as environment variables.
func environ(flags []string) (vars []string) {
	for i := 0; i+1 < len(flags); i += 2 {
		name := strings.ReplaceAll(strings.TrimPrefix(flags[i], "--"), ".", "_")
		vars = append(vars, "SPOOR_"+strings.ToUpper(name)+"="+flags[i+1])
	}
	return vars
}
