package analytics_test

import (
	"encoding/json"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// again gives the rig of a program that starts anew some time later, with the
// journal as it comes back from a file.
func (r *rig) again(downFor int64, change func(*analytics.Config)) *rig {
	r.t.Helper()
	text, err := json.Marshal(r.e.Journal())
	if err != nil {
		r.t.Fatal(err)
	}
	j := &analytics.Journal{}
	if err := json.Unmarshal(text, j); err != nil {
		r.t.Fatal(err)
	}
	return newRigAt(r.t, r.now+downFor, func(c *analytics.Config) {
		c.Journal = j
		if change != nil {
			change(c)
		}
	})
}

func all(list ...*rig) (elephants []*flow.Elephant) {
	for _, r := range list {
		elephants = append(elephants, r.elephants...)
	}
	return elephants
}

// TestElephantSurvivesRestart: it goes on under its name, neither started again nor ended.
func TestElephantSurvivesRestart(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	if n := len(r.e.Journal().Elephants); n != 1 {
		t.Fatalf("%d elephants in the journal", n)
	}
	r.e.Suspend(r.now)
	n := r.again(3*second, nil)
	n.run(51, 25e6, 8)
	if n := len(n.e.Journal().Elephants); n != 1 {
		t.Errorf("%d elephants in the journal after the restart", n)
	}
	n.run(51, 1e6, 30)
	if got, want := states(all(r, n)), "1started 1updated 1updated 1ended(below)"; got != want {
		t.Fatalf("messages are %q, want %q", got, want)
	}
	first, last := r.elephants[0], n.elephants[len(n.elephants)-1]
	if first.Alert() != last.Alert() || first.Since != last.Since || first.Detected != last.Detected || first.Slot != last.Slot {
		t.Errorf("before %s since %d, after %s since %d", first.Alert(), first.Since, last.Alert(), last.Since)
	}
	if before, after := r.elephants[1].Bytes, n.elephants[0].Bytes; after <= before {
		t.Errorf("%d bytes before the restart, %d after it", before, after)
	}
	if n := len(n.e.Journal().Elephants); n != 0 {
		t.Errorf("%d elephants in the journal at the end", n)
	}
}

// TestElephantGoneAfterRestart: one that does not come back ends, once, and an
// episode after that is one of the same alert.
func TestElephantGoneAfterRestart(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	n := r.again(second, nil)
	n.advance(60 * second)
	n.run(51, 25e6, 8)
	if got, want := states(all(r, n)), "1started 1updated 1ended(collector_restart) 2started 2updated"; got != want {
		t.Errorf("messages are %q, want %q", got, want)
	}
	if e := n.elephants[0]; e.Ended < e.Since || e.Ended > e.Time || e.Ended < r.now-second || e.Ended > r.now {
		t.Errorf("ended at %d, told at %d, last heard of at %d", e.Ended, e.Time, r.now)
	}
}

// TestElephantExpiredAtRestart: who heard of it takes it for gone by now.
func TestElephantExpiredAtRestart(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	n := r.again(300*second, nil)
	n.run(51, 25e6, 8)
	if got, want := states(n.elephants), "1ended(collector_restart) 2started 2updated"; got != want {
		t.Errorf("messages are %q, want %q", got, want)
	}
}

// TestRestartAfterClockWasAhead: what a machine wrote whose clock was ahead is known from now on, and ends when others do.
func TestRestartAfterClockWasAhead(t *testing.T) {
	r := newRig(t, nil)
	r.pair(10)
	const ahead = 400 * 24 * 3600 * second
	for _, comesBack := range []bool{true, false} {
		n := r.again(-ahead, nil)
		began := n.now
		if comesBack {
			n.pair(10)
		}
		n.advance(200 * second)
		ended := 0
		for _, m := range n.elephants {
			if m.State == flow.ElephantEnded {
				ended++
			}
			if m.Since > began || m.Detected > began || m.Time > n.now || m.State == flow.ElephantEnded && (m.Ended < m.Since || m.Ended > n.now) {
				t.Errorf("comes back %v: since %d, detected %d, ended %d, told at %d; now %d", comesBack, m.Since-began, m.Detected-began, m.Ended-began, m.Time-began, n.now-began)
			}
		}
		if ended != 2 || told(n, flow.AlertRaised) != 0 || told(n, flow.AlertResolved) != 1 {
			t.Errorf("comes back %v: %d elephants ended, %d alerts raised, %d resolved", comesBack, ended, told(n, flow.AlertRaised), told(n, flow.AlertResolved))
		}
		for _, a := range n.alerts {
			if a.Starts > n.now || a.Starts > a.Ends {
				t.Errorf("comes back %v: an alert started at %d, ends at %d, now %d", comesBack, a.Starts-began, a.Ends-began, n.now-began)
			}
		}
	}
}

// TestSecondRestart: an elephant that is still waited for when the program stops
// again is not lost.
func TestSecondRestart(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	n := r.again(second, nil)
	n.advance(second)
	n.e.Suspend(n.now)
	last := n.again(second, nil)
	last.run(51, 25e6, 8)
	last.e.Finish(last.now, flow.EndCollectorRestart)
	if got, want := states(all(r, n, last)), "1started 1updated 1updated 1ended(collector_restart)"; got != want {
		t.Errorf("messages are %q, want %q", got, want)
	}
}

// TestFinishEndsThoseWaitedFor: as a replay's end does.
func TestFinishEndsThoseWaitedFor(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	n := r.again(second, nil)
	n.e.Finish(n.now, flow.EndIdle)
	if got, want := states(n.elephants), "1ended(idle)"; got != want {
		t.Errorf("messages are %q, want %q", got, want)
	}
}

// TestAlertsSurviveRestart: what is up is not raised again, is told again and resolved in time.
func TestAlertsSurviveRestart(t *testing.T) {
	r := newRig(t, nil)
	r.pair(10)
	if a, b := told(r, flow.AlertRaised), len(r.e.Journal().Alerts); a != 1 || b != 1 {
		t.Fatalf("%d alerts raised, %d in the journal", a, b)
	}
	n := r.again(3*second, nil)
	n.pair(120)
	if a, b := told(n, flow.AlertRaised), told(n, flow.AlertResolved); a != 0 || b != 0 {
		t.Errorf("after the restart %d alerts were raised, %d resolved", a, b)
	}
	if told(n, flow.AlertActive) == 0 {
		t.Error("it was not told again")
	}
	n.advance(200 * second)
	if got, want := labelsOf(n, flow.AlertResolved), labelsOf(r, flow.AlertRaised); got != want {
		t.Errorf("resolved %q, raised %q", got, want)
	}
	n = r.again(3*second, nil)
	n.advance(200 * second)
	if got, want := labelsOf(n, flow.AlertResolved), labelsOf(r, flow.AlertRaised); got != want || told(n, flow.AlertRaised) != 0 {
		t.Errorf("nothing comes back after the restart: resolved %q, raised %q", got, want)
	}
}

// pair sends two elephants from host 1 to host 3 for some seconds: an incident.
func (r *rig) pair(seconds int) {
	for range seconds * 50 {
		for port := range uint16(2) {
			s := r.sample(1, 3, 51, 1, 3, 63)
			s.Packet.Key.SrcPort += port
			r.give(s)
		}
		r.advance(20e6)
	}
}

func told(r *rig, s flow.AlertState) (n int) {
	for _, a := range r.alerts {
		if a.State == s {
			n++
		}
	}
	return n
}

func labelsOf(r *rig, s flow.AlertState) string {
	var b strings.Builder
	for _, a := range r.alerts {
		if a.State == s {
			for _, l := range a.Labels {
				b.WriteString(l.Name + "=" + l.Value + " ")
			}
		}
	}
	return b.String()
}

// TestJournalGarbage: a journal that somebody wrote by hand harms nobody.
func TestJournalGarbage(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 8)
	f := func(name, want string, change func(m *flow.Elephant)) {
		t.Helper()
		n := r.again(second, func(c *analytics.Config) { change(&c.Journal.Elephants[0]) })
		n.advance(40 * second)
		if got := states(n.elephants); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	const ended = "1ended(collector_restart)"
	f("another id", "", func(m *flow.Elephant) { m.ID++ })
	f("no key", "", func(m *flow.Elephant) { m.Key, m.ID = flow.Key{}, 0 })
	f("ended", "", func(m *flow.Elephant) { m.State = flow.ElephantEnded })
	f("no episode", "", func(m *flow.Elephant) { m.Episode = 0 })
	f("a slot beyond all", ended, func(m *flow.Elephant) { m.Slot = 1 << 40 })
	f("a slot below all", ended, func(m *flow.Elephant) { m.Slot = -1 })
	f("of the future", ended, func(m *flow.Elephant) { m.Time, m.Since = m.Time+1e18, m.Since+1e18 })
	n := r.again(second, func(c *analytics.Config) { c.Journal.Elephants = append(c.Journal.Elephants, c.Journal.Elephants[0]) })
	n.advance(40 * second)
	if got := states(n.elephants); got != ended {
		t.Errorf("twice the same: %q", got)
	}
}
