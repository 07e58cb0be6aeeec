package path

import (
	"testing"

	"spoor/topology"
)

// TestOutlived: a path to where its receiver may not have lived any longer is taken back once that is known, unless the
// flow was seen there, or was seen last before.
func TestOutlived(t *testing.T) {
	for _, c := range []struct {
		name string
		seen bool  // at the last switch
		at   int64 // seconds after the link was known to be up
		want bool
	}{
		{"inferred", false, 1, false},
		{"seen there", true, 1, true},
		{"seen before", false, -1, true},
	} {
		n := leafSpine(t)
		n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(3), Port: 1, Addr: host(3), Buckets: 1<<12 - 1})
		wasUp := n.now
		tr := n.tracker(1, 3)
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: wasUp + c.at*second}, nil)
		if c.seen {
			tr.Add(n.snap, &Sighting{Switch: n.id(3), In: 49, Out: 1, TTL: 62, Time: wasUp + c.at*second}, nil)
		}
		if !tr.Complete {
			t.Fatalf("%s: path %s", c.name, n.names(tr.Hops))
		}
		n.now += 3 * second
		n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: 1, Down: true, WasUp: wasUp})
		n.learn()
		n.now += 5 * second
		n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(4), Port: 1, Addr: host(3), Buckets: 1<<12 - 1})
		if got := n.outdated(tr, 3, wasUp+c.at*second); got == c.want {
			t.Errorf("%s: by its hops alone it is outdated %v", c.name, got)
		}
		if tr.Resolve(n.snap); tr.Complete != c.want {
			t.Errorf("%s: complete %v, path %s, the receiver lives at %v", c.name, tr.Complete, n.names(tr.Hops), n.snap.Edges(host(3)))
		}
	}
}

// TestSenderMoved: a path from where its sender lived no longer when the flow was seen is taken back, unless the flow was seen there.
func TestSenderMoved(t *testing.T) {
	for name, c := range map[string]struct {
		seen bool  // at the first switch
		at   int64 // seconds after the sender was last seen to enter there
		want bool
	}{"inferred": {false, 1, false}, "seen there": {true, 1, true}, "seen before": {false, -1, true}} {
		n := leafSpine(t)
		moved := n.now
		tr := n.tracker(3, 1)
		if c.seen {
			tr.Add(n.snap, &Sighting{Switch: n.id(3), In: 1, Out: 49, TTL: 64, Time: moved + c.at*second}, nil)
		}
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 49, Out: 1, TTL: 62, Time: moved + c.at*second}, nil)
		if !tr.Complete {
			t.Fatalf("%s: path %s", name, n.names(tr.Hops))
		}
		for range 10 { // too few flows to be certain of where it is now
			n.now += second
			n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(4), Port: 1, Addr: host(3), Buckets: 1<<7 - 1})
		}
		if tr.Resolve(n.snap); tr.Complete != c.want {
			t.Errorf("%s: complete %v, path %s, the sender lives at %v, left at %d", name, tr.Complete, n.names(tr.Hops), n.snap.Edges(host(3)), n.snap.Left(host(3)))
		}
	}
}

// outdated says whether a path is by no more than its hops, and when the flow was seen last.
func (n *net) outdated(tr *Tracker, dst int, at int64) bool {
	return n.tracker(1, dst).Outdated(n.snap, tr.Named(), at)
}

// TestCut: where a flow was seen by a port whose link is down is no part of the way on which it was seen later.
func TestCut(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(9, 8) // nobody knows where they live
	wasUp := n.now
	tr.Add(n.snap, &Sighting{Switch: n.id(3), In: 49, Out: 1, TTL: 62, Time: wasUp - second}, nil)
	n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: 49, Down: true, WasUp: wasUp})
	n.learn()
	if tr.Resolve(n.snap); len(tr.Observed()) != 1 {
		t.Fatalf("seen at %+v", tr.Observed())
	}
	tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: wasUp + second}, nil)
	if o := tr.Observed(); len(o) != 1 || o[0].Switch != n.id(1) {
		t.Errorf("seen at %+v", o)
	}
}

// TestContradict: a flow that left a switch by another port than that by which the next one got it went two ways.
func TestContradict(t *testing.T) {
	n := pairs(t)
	for out, want := range map[uint32]int{49: 1, 60: 2, 0: 2} {
		tr := n.tracker(9, 8)
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: out, TTL: 64, Time: n.now}, nil)
		tr.Add(n.snap, &Sighting{Switch: n.id(2), In: 60, Out: 49, TTL: 63, Time: n.now + second}, nil)
		if got := len(tr.Observed()); got != want {
			t.Errorf("out by %d: seen at %+v, want %d", out, tr.Observed(), want)
		}
	}
}

// TestOverDown: a path over a link that may have been down when the flow was seen last is taken back, unless it was seen to take the link.
func TestOverDown(t *testing.T) {
	for _, c := range []struct {
		name string
		seen bool  // at the link's end
		port int   // of the leaf that is down
		at   int64 // seconds after the link was known to be up
		want bool
	}{
		{"inferred", false, 49, 1, false},
		{"seen before", false, 49, -1, true},
		{"seen there", true, 49, 1, true},
		{"another link", false, 50, 1, true},
	} {
		n := leafSpine(t)
		wasUp := n.now
		tr := n.tracker(1, 3)
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: wasUp + c.at*second}, nil)
		if c.seen {
			tr.Add(n.snap, &Sighting{Switch: n.id(3), In: 49, Out: 1, TTL: 62, Time: wasUp + c.at*second}, nil)
		}
		if !tr.Complete {
			t.Fatalf("%s: path %s", c.name, n.names(tr.Hops))
		}
		n.now += 3 * second
		n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: uint32(c.port), Down: true, WasUp: wasUp})
		before := n.snap.Version
		if n.learn(); Untouched(n.snap, tr.Hops, host(9), host(3), before) || Untouched(n.snap, tr.Hops, host(3), host(9), before) {
			t.Errorf("%s: nothing changed", c.name)
		}
		if got := n.outdated(tr, 3, wasUp+c.at*second); got == c.want {
			t.Errorf("%s: by its hops alone it is outdated %v", c.name, got)
		}
		if tr.Resolve(n.snap); tr.Complete != c.want {
			t.Errorf("%s: complete %v, path %s", c.name, tr.Complete, n.names(tr.Hops))
		}
	}
}

// TestBackAgain: a link that is up again says nothing of the way that a flow took while it was down; the flow's other way counts at once.
func TestBackAgain(t *testing.T) {
	for _, later := range []int64{2, 12} { // seconds after the link was known to be up; it is up again after 10
		n := leafSpine(t)
		wasUp := n.now
		up := func(up bool) {
			n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: 49, Down: !up, Up: up, WasUp: wasUp})
			n.learn()
		}
		tr, open := n.tracker(1, 3), n.tracker(2, 3)
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: wasUp - second}, nil)
		tr.Add(n.snap, &Sighting{Switch: n.id(52), In: 1, Out: 3, TTL: 63, Time: wasUp + 2*second}, nil)
		n.now += 5 * second
		up(false)
		open.Add(n.snap, &Sighting{Switch: n.id(2), In: 1, Out: 49, TTL: 64, Time: wasUp + later*second}, nil)
		if ev := tr.Resolve(n.snap); ev == None && n.names(tr.Hops) != "leaf1? spine2 leaf3?" {
			t.Errorf("complete %v, path %s (%d)", tr.Complete, n.names(tr.Hops), ev)
		}
		if open.Complete {
			t.Errorf("over a link that is down: %s", n.names(open.Hops))
		}
		n.now += 5 * second
		up(true)
		if open.Resolve(n.snap); open.Complete != (later == 12) {
			t.Errorf("seen after %d s: complete %v, path %s", later, open.Complete, n.names(open.Hops))
		}
	}
}
