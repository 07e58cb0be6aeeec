package app

import (
	"log/slog"
	"strings"
	"testing"

	"spoor/publish"
)

// TestLosses: what is lost is told with its reason, each time only what is new; the
// spool is told of when it fills and when it is empty.
func TestLosses(t *testing.T) {
	var text strings.Builder
	var st publish.Stats
	l := &losses{log: slog.New(slog.NewTextHandler(&text, nil)), stats: func() *publish.Stats { c := st; return &c }}
	says := func(want ...string) {
		t.Helper()
		text.Reset()
		l.look()
		if got := strings.Count(text.String(), "\n"); got != len(want) {
			t.Errorf("%d lines, want %d: %s", got, len(want), text.String())
		}
		for _, w := range want {
			if !strings.Contains(text.String(), w) {
				t.Errorf("%q lacks %q", text.String(), w)
			}
		}
	}
	says()
	st[publish.Flows].Recovered, st[publish.Flows].Spooled = 10, 4
	says(`"records of an earlier run were in the spool: they are delivered first" records=10`, `"records are in the spool" records=4`)
	st[publish.Flows].Spooled = 40
	says()
	st[publish.Flows].Dropped[publish.SpoolFull] = 7
	says(`"records are dropped" topic=flows reason=spool_full records=7 altogether=7`)
	st[publish.Flows].Dropped[publish.SpoolFull], st[publish.Drops].Dropped[publish.QueueFull] = 9, 1
	says(`topic=flows reason=spool_full records=2 altogether=9`, `topic=drops reason=queue_full records=1`)
	st[publish.Flows].Spooled = 0
	says(`"the spool is empty again"`)
	says()
}
