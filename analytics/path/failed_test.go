package path

import (
	"testing"

	"spoor/topology"
)

// pairs joins leaves 1 and 2 by a link, and gives both hosts.
func pairs(t *testing.T) *net {
	t.Helper()
	n := leafSpine(t)
	for _, l := range [][2]int{{1, 2}, {2, 1}} {
		n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(l[0]), Port: 60, Far: 0x6000 + uint64(l[1]), Own: 0x6000 + uint64(l[0])})
		n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(l[0]), Port: 1, Far: uint64(l[0]), Own: 0x7000, Fresh: true, Count: 5})
	}
	n.now += 2 * second
	n.learn()
	return n
}

// TestAsManyRouters: what is put before the first switch that saw a packet is as many switches as it passed, where a leaf
// has a mate over which it may have come; elsewhere it may be fewer, for hosts send odd TTLs.
func TestAsManyRouters(t *testing.T) {
	for _, c := range []struct {
		src, port int
		ttl       uint8
		want      bool
	}{
		{1, 1, 63, true},
		{1, 1, 62, false},
		{1, 1, 64, false},
		{3, 3, 63, true},
		{3, 3, 62, true},
		{3, 3, 64, false},
	} {
		n := pairs(t)
		tr := n.tracker(c.src, 4)
		n.see(tr, 51, uint32(c.port), 4, c.ttl, 0)
		if tr.Complete != c.want {
			t.Errorf("%+v: complete %v, path %s", c, tr.Complete, n.names(tr.Hops))
		}
	}
}

// TestOtherTTL: a switch that sees a flow of which nothing is complete at another TTL sees it on another way: the two
// do not mix, and vote for no link.
func TestOtherTTL(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(9, 8) // nobody knows where they live
	var votes []Vote
	see := func(sw int, in, out uint32, ttl uint8, at int64) {
		_, votes = tr.Add(n.snap, &Sighting{Switch: n.id(sw), In: in, Out: out, TTL: ttl, Time: n.now + at}, votes)
	}
	see(2, 70, 71, 62, 0)
	see(2, 70, 71, 61, second)
	see(1, 70, 72, 63, 2*second)
	see(2, 70, 71, 61, 2*second+1e8)
	if len(votes) > 0 {
		t.Errorf("votes %+v", votes)
	}
}

// TestSeenBeforeItLeft: what was seen before an address left a switch does not go where it lives now.
func TestSeenBeforeItLeft(t *testing.T) {
	n := leafSpine(t)
	left := func() {
		n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: 1, Down: true})
		n.now += second
		n.learn()
		n.now += 5 * second
		n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(4), Port: 1, Addr: host(3), Buckets: 1<<12 - 1})
	}
	for _, early := range []bool{true, false} {
		n = leafSpine(t)
		tr := n.tracker(1, 3)
		seen := n.now
		left()
		if !early {
			seen = n.now
		}
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: seen}, nil)
		if tr.Complete == early {
			t.Errorf("seen early %v: complete %v, path %s, host at %v", early, tr.Complete, n.names(tr.Hops), n.snap.Edges(host(3)))
		}
	}
}

// TestBeginsAtEdge: a path from a host on two leaves begins at a port that is proven to be an edge.
func TestBeginsAtEdge(t *testing.T) {
	n := pairs(t)
	n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(2), Port: 1, Addr: host(1), Buckets: 1<<12 - 1})
	for port, want := range map[uint32]bool{1: true, 7: false} {
		tr := n.tracker(1, 4)
		n.see(tr, 2, port, 49, 64, 0)
		if tr.Complete != want {
			t.Errorf("by port %d: complete %v, path %s, edges %v", port, tr.Complete, n.names(tr.Hops), n.snap.Edges(host(1)))
		}
	}
}

// TestLatestTTL: what is kept of a switch is the TTL at which it saw the flow last, and a sighting at another one is not passed over.
func TestLatestTTL(t *testing.T) {
	n := leafSpine(t)
	obs, _ := merge(n.snap, nil, Obs{Switch: n.id(3), In: 49, Out: 1, TTL: 62, n: 1}, false, nil)
	if obs, _ = merge(n.snap, obs, Obs{Switch: n.id(3), In: 49, Out: 1, TTL: 61, n: 1}, false, nil); len(obs) != 1 || obs[0].TTL != 61 {
		t.Errorf("kept %+v", obs)
	}
	tr := n.tracker(1, 3)
	for i := range 4 {
		n.see(tr, 1, 1, 49, 64, int64(i)*1e8)
		n.see(tr, 51, 1, 3, 63, int64(i)*1e8+1e7)
	}
	if !tr.Again(n.snap, n.id(51), 1, 3, 63, n.now+second) || tr.Again(n.snap, n.id(51), 1, 3, 62, n.now+second) {
		t.Errorf("the same sighting, or one at another TTL: %+v", tr.Observed())
	}
}

// TestReachedOverItsMate: a host that lost one of its two links is reached over the leaf that it left as well, where a link joins
// the two: what goes to it ends where it lives only if it was seen there.
func TestReachedOverItsMate(t *testing.T) {
	n := pairs(t)
	n.l.Inform(&topology.PortInfo{Agent: n.agent(1), IfIndex: 1, Down: true})
	n.now += second
	n.learn()
	n.now += 5 * second
	n.learn(topology.Evidence{Kind: topology.SawSource, Agent: n.agent(2), Port: 1, Addr: host(1), Buckets: 1<<20 - 1})
	if at := n.snap.Edges(host(1)); len(at) != 1 || at[0] != n.id(2) || !n.snap.Certain(host(1)) {
		t.Fatalf("the host lives at %v", at)
	}
	tr := n.tracker(3, 1)
	if n.see(tr, 3, 1, 49, 64, 0); tr.Complete {
		t.Errorf("path %s, though leaf 1 may hand over", n.names(tr.Hops))
	}
	if n.see(tr, 2, 49, 1, 62, 1e8); !tr.Complete {
		t.Error("seen at its leaf the path is open")
	}
}
