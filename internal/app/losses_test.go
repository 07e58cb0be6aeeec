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

// TestLossesBegin: that the spool fails or records begin to be dropped is told at once, that it goes on is not.
func TestLossesBegin(t *testing.T) {
	var text strings.Builder
	var st publish.Stats
	broken := ""
	l := &losses{
		log: slog.New(slog.NewTextHandler(&text, nil)), stats: func() *publish.Stats { c := st; return &c },
		spool: func() (on, ready bool, reason string) { return true, broken == "", broken },
	}
	glance := func(begun bool, want string) {
		t.Helper()
		text.Reset()
		if got := l.glance(); got != begun || !strings.Contains(text.String(), want) || want == "" && text.String() != "" {
			t.Errorf("begun %v, want %v; %q, want %q", got, begun, text.String(), want)
		}
	}
	glance(false, "")
	broken = "no space left on device"
	glance(false, `level=ERROR msg="the spool cannot be used: what memory does not hold is dropped; see that data_dir is writable and has room" error="no space left on device"`)
	glance(false, "")
	st[publish.Flows].Dropped[publish.SpoolFailed] = 5
	glance(true, "")
	l.look()
	st[publish.Flows].Dropped[publish.SpoolFailed] = 9
	glance(false, "")
	l.look()
	l.look() // nothing new
	st[publish.Flows].Dropped[publish.SpoolFailed] = 10
	broken = ""
	glance(true, "the spool can be used again")
}
