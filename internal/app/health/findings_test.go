package health

import (
	"testing"
	"time"

	"spoor/internal/doctor"
)

// TestOver: a count that stands still for more than a minute tells of something that is over; one that grows, or that is
// no count, goes on; and one that grows again begins anew.
func TestOver(t *testing.T) {
	h, now := &State{}, time.Unix(1_800_000_000, 0)
	counts := func(text string) doctor.Finding {
		f := doctor.Finding{Check: doctor.CheckRefused, Text: text, Do: "look"}
		if !f.Counts() {
			t.Fatal("a check of what was lost counts")
		}
		return f
	}
	lasts := doctor.Finding{Check: doctor.CheckAgents, Text: "no agent", Do: "wait"}
	if lasts.Counts() {
		t.Fatal("a check of what is there does not count")
	}
	for i, step := range []struct {
		after time.Duration
		text  string
		over  bool
	}{
		{0, "5 lost", false},
		{overAfter, "5 lost", false}, // a minute and no more
		{time.Second, "5 lost", true},
		{time.Second, "6 lost", false},
		{overAfter, "6 lost", false},
		{time.Second, "6 lost", true},
	} {
		now = now.Add(step.after)
		got := h.judge([]doctor.Finding{counts(step.text), lasts}, now)
		if len(got) != 2 || got[0].Over != step.over || got[1].Over || got[0].Text != step.text || got[0].Do != "look" || got[1].Check != lasts.Check {
			t.Errorf("step %d: %+v", i, got)
		}
	}
	h.judge(nil, now.Add(time.Second)) // it was not found once
	if got := h.judge([]doctor.Finding{counts("6 lost")}, now.Add(2*time.Second)); got[0].Over {
		t.Errorf("found again: %+v", got)
	}
}
