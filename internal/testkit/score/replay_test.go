package score_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"spoor/collector/capture"
	"spoor/internal/app/replay"
	"spoor/internal/app/settings"
	"spoor/internal/judge"
	"spoor/internal/testkit/score"
)

// TestReplay replays each of our captures through the whole pipeline: what was found
// is right, and in time; once more with what was learned: paths are complete at once.
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
			dir := t.TempDir()
			learned := filepath.Join(dir, "learned")
			warm := c.Warm()
			for _, o := range []struct {
				c              *score.Case
				known, learned string
			}{{c, "", learned}, {&warm, learned, ""}} {
				out := filepath.Join(dir, o.c.Name)
				replayCase(t, o.c, out, replay.Options{Known: o.known, Learned: o.learned})
				r, faults, short, err := o.c.Judge(out)
				if err != nil {
					t.Fatal(err)
				}
				table.Row(o.c.Name, r, faults, short)
				for _, fault := range faults {
					t.Errorf("%s: %s", o.c.Name, fault)
				}
				if !c.Real {
					break
				}
			}
		})
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Print(text.String())
}

// replayCase runs the case's capture with its settings and writes the results to dir.
func replayCase(t *testing.T, c *score.Case, dir string, o replay.Options) {
	t.Helper()
	cfg := settings.DefaultConfig()
	if _, err := cfg.Load(cfg.Keys(), settings.Sources{Environ: environ(c.Args)}); err != nil {
		t.Fatal(err)
	}
	cfg.Output.Dir = dir
	o.Files, o.Port = []string{c.Capture}, capture.DefaultPort
	if _, err := replay.Run(t.Context(), &cfg, o, slog.New(slog.DiscardHandler)); err != nil {
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
