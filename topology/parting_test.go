package topology

import (
	"testing"
	"time"
)

// moving gives a host that sends and receives at leaf 1, port 1, and then sends at another switch, for so many seconds.
func (f *fabric) moving(to, seconds int) *Snapshot {
	for range 4 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1)
		f.ev[len(f.ev)-1].Buckets = 0xff
		f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 1, Addr: addr("10.1.0.1"), TTL: 61, Count: sinkFrames})
		f.tick(time.Second)
	}
	for range seconds {
		f.sent("10.1.0.1", mac(0, 1), to, 1)
		f.ev[len(f.ev)-1].Buckets = 0xff00
		f.tick(time.Second)
	}
	return f.snap
}

// TestMovedIsNotWhereItReceived: what a host received before it moved places it no more, and its old port may lead elsewhere.
func TestMovedIsNotWhereItReceived(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.moving(2, 8)
	h, old := f.hosts[addr("10.1.0.1")], f.nodes[f.id(1)].ports[1]
	for _, p := range h.ports() {
		if p == old {
			t.Errorf("it was sighted at %v still: sources %+v, sinks %+v", p.key, h.sources, h.sinks)
		}
	}
	if len(old.hosts) != 0 {
		t.Errorf("%d addresses are at the port that it left", len(old.hosts))
	}
}

// TestParting: that an address lives no longer at a switch that reports is told with its time, until it moves on; that it
// turns up at a second one, or was never known, is no parting.
func TestParting(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	if got := f.snap.Left(addr("10.9.9.9")); got != 0 {
		t.Errorf("an address that nobody knows left at %d", got)
	}
	before := f.moving(2, 5)
	if len(before.Edges(addr("10.1.0.1"))) != 2 || before.Left(addr("10.1.0.1")) != 0 {
		t.Fatalf("while it may be on both it is at %v and left at %d", before.Edges(addr("10.1.0.1")), before.Left(addr("10.1.0.1")))
	}
	var left int64
	for range 10 {
		f.sent("10.1.0.1", mac(0, 1), 2, 1)
		f.ev[len(f.ev)-1].Buckets = 0xff00
		snap := f.tick(time.Second)
		if len(snap.Edges(addr("10.1.0.1"))) == 1 && left == 0 {
			left = f.now
		}
		if got := snap.Left(addr("10.1.0.1")); got != left {
			t.Fatalf("it left at %d, is told to have left at %d", left, got)
		}
	}
	if left == 0 || before.Left(addr("10.1.0.1")) != 0 {
		t.Errorf("it never left (%d), or an old snapshot tells it", left)
	}
	f.give(Evidence{Kind: SawRestart, Agent: agent(2)}) // what was seen there is void
	if snap := f.tick(time.Second); snap.Edges(addr("10.1.0.1")) != nil || snap.Left(addr("10.1.0.1")) != f.now {
		t.Errorf("it is at %v and left at %d, not %d", snap.Edges(addr("10.1.0.1")), snap.Left(addr("10.1.0.1")), f.now)
	}
}

// TestPartings: from which places one is a parting.
func TestPartings(t *testing.T) {
	const silent = firstInferred
	for name, tc := range map[string]struct {
		from, to Place
		want     bool
	}{
		"unknown":                 {Place{}, Place{Edges: []SwitchID{1}}, false},
		"the same":                {Place{Edges: []SwitchID{1}}, Place{Edges: []SwitchID{1}}, false},
		"a second one":            {Place{Edges: []SwitchID{1}}, Place{Edges: []SwitchID{1, 2}}, false},
		"one of two":              {Place{Edges: []SwitchID{1, 2}}, Place{Edges: []SwitchID{2}}, true},
		"another":                 {Place{Edges: []SwitchID{1}}, Place{Edges: []SwitchID{2}}, true},
		"nowhere":                 {Place{Edges: []SwitchID{1}}, Place{}, true},
		"of a silent one":         {Place{Edges: []SwitchID{silent}}, Place{Edges: []SwitchID{1}}, false},
		"to a silent one":         {Place{Edges: []SwitchID{1}}, Place{Edges: []SwitchID{silent}}, true},
		"it was bridged":          {Place{Edges: []SwitchID{1}, Bridged: true}, Place{}, false},
		"it turned out so":        {Place{Edges: []SwitchID{1}}, Place{Bridged: true}, false},
		"silent and reporting go": {Place{Edges: []SwitchID{1, silent}}, Place{}, true},
	} {
		if got := tc.from.left(&tc.to); got != tc.want {
			t.Errorf("%s: a parting: %v, want %v", name, got, tc.want)
		}
	}
}

// TestHostReturns: a host that moved and came back is where it was, and told to be.
func TestHostReturns(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.moving(2, 12)
	f.moving(2, 0) // it went back
	for range 8 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1)
		f.ev[len(f.ev)-1].Buckets = 0xff
		f.tick(time.Second)
	}
	if at := f.snap.Edges(addr("10.1.0.1")); len(at) != 1 || at[0] != f.id(1) {
		t.Errorf("it went back to leaf 1 and is at %v", at)
	}
	if sw, port, ok := f.snap.Locate(addr("10.1.0.1")); !ok || sw != f.id(1) || port != 1 {
		t.Errorf("it is located at %d/%d, %v", sw, port, ok)
	}
	states := f.told("host/10.1.0.1")
	if len(states) == 0 || states[len(states)-1] != Up {
		t.Errorf("its place was told as %v", states)
	}
}
