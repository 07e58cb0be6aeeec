package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spoor/analytics/alert"
	"spoor/analytics/watch"
	"spoor/flow"
)

// TestElephantNotes: what the alert of an elephant carries beside its summary, for programs.
func TestElephantNotes(t *testing.T) {
	b := newBench(t)
	m := b.elephantOf(0xab, 1, 1, flow.SeverityWarning)
	m.AlertSince, m.Episode, m.Rate, m.Share = 0x6956_1234*second, 3, 312_345_678.9, 0.31234
	b.tell(m)
	b.run(15, nil)
	b.tells("raised warning ElephantFlow")
	want := []flow.Label{
		{Name: "alert", Value: "00000000000000ab-69561234"},
		{Name: "episode", Value: "3"},
		{Name: "rate_bps", Value: "312345679"},
		{Name: "share", Value: "0.3123"},
		{Name: "link", Value: "leaf1:p49>spine1:p1"},
	}
	if got := b.last.Annotations[2:]; !slices.Equal(got, want) {
		t.Errorf("notes are %v, want %v", got, want)
	}
	if b.last.Page != "/#/elephants/00000000000000ab" || !slices.Equal(b.last.Flows, []uint64{0xab}) || b.last.Starts != m.Since {
		t.Errorf("%+v", b.last)
	}
}

// TestElephantThatMoves: an elephant is on the links of its latest message alone.
func TestElephantThatMoves(t *testing.T) {
	b := newBench(t)
	m := b.elephantOf(1, 1, 1, flow.SeverityInfo)
	b.tell(m)
	b.tell(b.elephantOf(2, 2, 2, flow.SeverityInfo))
	if got := b.w.Elephants(b.id(1, 49)); got != 400e6 {
		t.Errorf("both: %g", got)
	}
	m.Links[0].From.IfIndex, m.Links[0].From.Name = 50, "p50"
	b.tell(m)
	if on, off := b.w.Elephants(b.id(1, 50)), b.w.Elephants(b.id(1, 49)); on != 200e6 || off != 200e6 {
		t.Errorf("one moved: %g and %g", on, off)
	}
	if m.Incident != "" {
		t.Errorf("incident %q of a link that it left", m.Incident)
	}
	m.State = flow.ElephantEnded
	b.tell(m)
	if got := b.w.Elephants(b.id(1, 50)); got != 0 {
		t.Errorf("when it ended: %g", got)
	}
}

// TestEndNamesItsIncident: the last message of an elephant says what it was part of, as the ones before.
func TestEndNamesItsIncident(t *testing.T) {
	b := newBench(t)
	b.tell(b.elephantOf(1, 1, 1, flow.SeverityInfo))
	m := b.elephantOf(2, 1, 1, flow.SeverityInfo)
	b.tell(m)
	m.State, m.Incident = flow.ElephantEnded, ""
	if b.tell(m); m.Incident != "pair/10.1.1.1>10.2.1.1" {
		t.Errorf("it ends in %q", m.Incident)
	}
	m.Incident = ""
	if b.tell(m); m.Incident != "" {
		t.Errorf("an end of what is not known is in %q", m.Incident)
	}
	if again := b.tell(b.elephantOf(3, 1, 9, flow.SeverityInfo)); again.Incident != "link/leaf1:p49>spine1:p1" {
		t.Errorf("beside the first one alone: %q", again.Incident)
	}
}

// TestIncidentOfTheSharedLink: of several links the one that most share is the incident's, of equal ones the lowest.
func TestIncidentOfTheSharedLink(t *testing.T) {
	b := newBench(t)
	with := func(id uint64, ports ...[2]uint32) *flow.Elephant {
		m := b.elephantOf(id, byte(id), byte(id), flow.SeverityWarning)
		m.Links = nil
		for _, p := range ports {
			from := b.snap.FlowPort(b.id(byte(p[0]), p[1]).Switch, p[1])
			m.Links = append(m.Links, flow.ElephantLink{ID: fmt.Sprint(p), From: from, To: flow.Port{Switch: "x"}})
		}
		return b.tell(m)
	}
	with(1, [2]uint32{1, 50}, [2]uint32{52, 2})
	if m := with(2, [2]uint32{52, 2}, [2]uint32{1, 50}); m.Incident != "link/leaf1:p50>x" {
		t.Errorf("two on the same two links: %q", m.Incident)
	}
	with(3, [2]uint32{52, 2})
	if m := with(4, [2]uint32{1, 50}, [2]uint32{52, 2}); m.Incident != "link/spine2:p2>x" {
		t.Errorf("four on one, three on the other: %q", m.Incident)
	}
	host := b.elephantOf(5, 5, 5, flow.SeverityInfo)
	host.Links[0] = flow.ElephantLink{From: b.snap.FlowPort(b.id(52, 2).Switch, 2), Host: host.Key.Dst}
	if b.tell(host); host.Incident != "" {
		t.Errorf("on a host's link beside those of the fabric: %q", host.Incident)
	}
}

// TestIncastIsTold: three to one receiver are worth telling even if none of them is of concern alone; two are not,
// nor is one pair of hosts or one link.
func TestIncastIsTold(t *testing.T) {
	b := newBench(t)
	apart := func(id uint64, src, dst byte, sw uint32) {
		m := b.elephantOf(id, src, dst, flow.SeverityInfo)
		m.Links[0].From.IfIndex = sw // no link in common
		b.tell(m)
	}
	apart(1, 1, 9, 101)
	apart(2, 2, 9, 102)
	b.run(30, nil)
	b.tells()
	apart(3, 3, 9, 103)
	b.run(30, nil)
	b.tells("raised warning ElephantIncident: 3 elephants to 10.2.1.9 take 600 Mbit/s together (incast)")
	if !slices.Contains(b.last.Labels, flow.Label{Name: "reason", Value: "receiver"}) || b.last.Incident != "receiver/10.2.1.9" {
		t.Errorf("%+v", b.last)
	}
	b = newBench(t)
	apart(1, 1, 1, 101)
	apart(2, 1, 1, 102)
	b.run(30, nil)
	b.tells()
}

// TestIncidentSince: an incident began with its first elephant, and is as bad as its worst.
func TestIncidentSince(t *testing.T) {
	b := newBench(t)
	late := b.elephantOf(1, 1, 1, flow.SeverityCritical)
	late.Since += 5 * second
	early := b.elephantOf(2, 1, 1, flow.SeverityInfo)
	b.tell(late)
	b.tell(early)
	b.run(30, nil)
	b.tells("raised critical ElephantIncident: 2 elephants from 10.1.1.1 to 10.2.1.1 take 400 Mbit/s together")
	if b.last.Starts != early.Since || !slices.Equal(b.last.Flows, []uint64{2, 1}) || b.last.Page != "/#/incidents/pair/10.1.1.1>10.2.1.1" {
		t.Errorf("%+v", b.last)
	}
}

// TestMutedInIncident: who is muted is no part of what is told of the others.
func TestMutedInIncident(t *testing.T) {
	b := newBench(t)
	rule, err := alert.ParseRule(`name=backup src=10.1.1.7`, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.w.Mute([]alert.Rule{rule})
	b.tell(b.elephantOf(1, 1, 1, flow.SeverityWarning))
	b.tell(b.elephantOf(2, 2, 2, flow.SeverityWarning))
	b.tell(b.elephantOf(3, 7, 3, flow.SeverityWarning))
	b.run(30, nil)
	b.tells("raised warning ElephantIncident: 2 elephants share leaf1:p49>spine1:p1 and take 400 Mbit/s of it")
	if !slices.Equal(b.last.Flows, []uint64{1, 2}) {
		t.Errorf("flows are %v", b.last.Flows)
	}
}

// TestElephantsAreBounded: beyond the bound they are passed on as they are, and nothing is kept of them.
func TestElephantsAreBounded(t *testing.T) {
	b := newBench(t)
	for i := range 10_000 {
		m := b.elephantOf(uint64(i+1), byte(i), byte(i>>8), flow.SeverityInfo)
		m.Links = nil
		b.tell(m)
	}
	m := b.elephantOf(10_001, 1, 1, flow.SeverityInfo)
	if b.tell(m); b.w.Watched(10_001) != (watch.Watched{}) || m.Incident != "" {
		t.Errorf("one too many is kept: %+v", b.w.Watched(10_001))
	}
	if !b.w.Watched(10_000).Elephant {
		t.Error("the last one is not kept")
	}
}

// TestWhatIsUp: what is raised, what was resolved, and what is kept over a restart are what was told.
func TestWhatIsUp(t *testing.T) {
	b := newBench(t)
	p, q := b.port(1, 49), b.port(2, 50)
	b.run(60, nil)
	p.Up, q.Up = false, false
	b.run(60, nil)
	b.told = nil
	p.Up = true
	b.run(150, nil)
	b.tells("resolved critical PortDown: leaf1:p49")
	list, total := b.w.Raised(10)
	if total != 1 || len(list) != 1 || !strings.Contains(list[0].Annotations[0].Value, "leaf2:p50 is down") {
		t.Errorf("%d raised, %+v", total, list)
	}
	if list, total = b.w.Raised(0); total != 1 || len(list) != 0 {
		t.Errorf("at most none: %d, %+v", total, list)
	}
	if past := b.w.Resolved(); len(past) != 1 || past[0].State != flow.AlertResolved {
		t.Errorf("%+v", past)
	}
	n := 0
	b.w.Active(func(name string, s flow.Severity) {
		if n++; name != "PortDown" || s != flow.SeverityCritical {
			t.Errorf("%s %v is up", name, s)
		}
	})
	kept := b.w.Kept()
	next := newBench(t)
	next.w.Restore(kept)
	if _, total := next.w.Raised(10); n != 1 || len(kept) != 1 || total != 1 {
		t.Errorf("%d up, %d kept, %d restored", n, len(kept), total)
	}
	if ends := b.w.Finish(); len(ends) != 1 || ends[0].State != flow.AlertResolved {
		t.Errorf("%+v", ends)
	}
	if _, total := b.w.Raised(10); total != 0 {
		t.Errorf("%d are up in the end", total)
	}
}
