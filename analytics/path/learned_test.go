package path

import (
	"slices"
	"testing"

	"spoor/topology"
)

// learnedNet is leaves 1 and 2 and spines 51 and 52, learned from frames. The far end of leaf L's port is spine P's L.
func learnedNet(t *testing.T) *net {
	t.Helper()
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true}, n.reg)
	var ev []topology.Evidence
	for leaf := 1; leaf <= 2; leaf++ {
		ev = append(ev, topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Far: uint64(leaf), Buckets: 1<<12 - 1})
		for s := 51; s <= 52; s++ {
			ev = append(ev, n.entered(s, leaf, leaf, s-2), n.entered(leaf, s-2, s, leaf))
		}
	}
	n.learn(ev...)
	if n.snap.Peer(n.id(1), 49) != n.id(51) || n.snap.Peer(n.id(1), 50) != n.id(52) || !slices.Equal(n.snap.Edges(host(1)), []topology.SwitchID{n.id(1)}) {
		t.Fatal("the fabric was not learned")
	}
	return n
}

// entered: a forwarded frame entered port p of switch i from port q of switch j.
func (n *net) entered(i, p, j, q int) topology.Evidence {
	return topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(i), Port: uint32(p), Far: macOf(j, q), Own: macOf(i, p)}
}

// macOf is that of port p of switch i.
func macOf(i, p int) uint64 { return 0x02_0000_000000 | uint64(i)<<16 | uint64(p) }

// TestPortsOfBeforeAreVoid: the leaf's ports were exchanged. Flows seen before keep the path that they had, and what is seen of
// them later counts.
func TestPortsOfBeforeAreVoid(t *testing.T) {
	n := learnedNet(t)
	old, open := n.tracker(1, 2), &Tracker{}
	open.Reset(host(1), host(7)) // lives nowhere
	if ev := n.see(old, 1, 1, 49, 64, 0); ev != Completed || n.names(old.Hops) != "10.255.0.1 10.255.0.51? 10.255.0.2?" {
		t.Fatalf("%d %s", ev, n.names(old.Hops))
	}
	n.see(open, 1, 1, 49, 64, 0)
	n.now += second
	n.learn(n.entered(1, 49, 52, 1))
	n.now += second
	if ev := old.Resolve(n.snap); ev != None || n.names(old.Hops) != "10.255.0.1? 10.255.0.51? 10.255.0.2?" && n.names(old.Hops) != "10.255.0.1 10.255.0.51? 10.255.0.2?" {
		t.Errorf("the path became %s (%d), by a port that led elsewhere when the flow was seen", n.names(old.Hops), ev)
	}
	open.Resolve(n.snap)
	if r := open.Partial(n.snap); n.names(r.Hops) != "10.255.0.1" {
		t.Errorf("a way over the port's new neighbour: %s", n.names(r.Hops))
	}
	var ev Event
	for i := range int64(4) {
		n.now += second
		if ev = n.see(old, 1, 1, 49, 64, i); ev != None {
			break
		}
	}
	if n.names(old.Hops) != "10.255.0.1 10.255.0.52? 10.255.0.2?" {
		t.Errorf("what was seen since does not count: %s (%d)", n.names(old.Hops), ev)
	}
}

// TestBridgedBetweenTwo: two switches of one path see the same TTL. While nobody knows what joins them they look like two
// ways; with the link they are one.
func TestBridgedBetweenTwo(t *testing.T) {
	n := learnedNet(t)
	tr := n.tracker(1, 2)
	see := func(samples int) {
		t.Helper()
		for i := range samples {
			n.now += second / 4
			if i%2 == 0 {
				n.see(tr, 1, 1, 9, 64, 0)
			} else {
				n.see(tr, 2, 9, 1, 64, 0)
			}
			if tr.Sprayed() {
				t.Fatalf("the flow takes several ways: %+v", tr.Alternatives(nil))
			}
		}
	}
	see(40)
	if tr.Complete {
		t.Fatalf("complete without the link: %s", n.names(tr.Hops))
	}
	n.learn(n.entered(1, 9, 2, 9), n.entered(2, 9, 1, 9))
	see(40)
	if !tr.Complete || n.names(tr.Hops) != "10.255.0.1 10.255.0.2" && n.names(tr.Hops) != "10.255.0.1? 10.255.0.2" && n.names(tr.Hops) != "10.255.0.1 10.255.0.2?" {
		t.Errorf("complete %v: %s", tr.Complete, n.names(tr.Hops))
	}
}

// TestNoPathOverADoubtfulSwitch: what may be a host that routes for guests is no certain hop, and a path that was
// told before the doubt arose is taken back.
func TestNoPathOverADoubtfulSwitch(t *testing.T) {
	n := learnedNet(t)
	n.learn(n.entered(3, 49, 1, 9), n.entered(1, 9, 3, 49), topology.Evidence{Kind: topology.SawSource, Agent: n.agent(1), Port: 9, Addr: host(3), Hops: 1, Buckets: 1<<12 - 1})
	tr := n.tracker(3, 2)
	n.see(tr, 1, 9, 49, 63, 0)
	if !tr.Complete || len(tr.Hops) != 4 {
		t.Fatalf("complete %v: %s", tr.Complete, n.names(tr.Hops))
	}
	n.now += second
	n.learn(topology.Evidence{Kind: topology.SawLocal, Agent: n.agent(3), Addr: host(4), Fresh: true}, topology.Evidence{Kind: topology.SawTransit, Agent: n.agent(3)})
	if tr.Resolve(n.snap); tr.Complete {
		t.Errorf("a path over a doubtful switch: %s", n.names(tr.Hops))
	}
	n.learn(topology.Evidence{Kind: topology.SawTransit, Agent: n.agent(3), Fresh: true})
	if ev := tr.Resolve(n.snap); ev != Completed {
		t.Errorf("the switch joins others, and the path is %v: %s", tr.Complete, n.names(tr.Hops))
	}
}
