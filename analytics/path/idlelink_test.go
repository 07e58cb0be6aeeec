package path

import (
	"slices"
	"testing"

	"spoor/topology"
)

// TestMoveOverAnIdleLink: a flow moves to a link that nothing else uses, so that nothing else tells of it. The switch where its
// ways part fits the path of before as well; what is seen there and behind the link proves it, and the path moves.
func TestMoveOverAnIdleLink(t *testing.T) {
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true}, n.reg)
	ev := []topology.Evidence{n.entered(2, 50, 52, 2), n.entered(52, 2, 2, 50)}
	for leaf := 1; leaf <= 2; leaf++ {
		ev = append(ev, topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Far: uint64(leaf), Buckets: 1<<12 - 1},
			n.entered(51, leaf, leaf, 49), n.entered(leaf, 49, 51, leaf))
	}
	n.learn(ev...)
	tr := n.tracker(1, 2)
	see := func(sw int, in, out uint32, ttl uint8) Event {
		n.now += second / 10
		got, votes := tr.Add(n.snap, &Sighting{Switch: n.id(sw), In: in, Out: out, TTL: ttl, Time: n.now}, nil)
		for _, v := range votes {
			from, to := n.snap.FlowPort(v.From.Switch, v.From.Out), n.snap.FlowPort(v.To.Switch, v.To.In)
			n.learn(topology.Evidence{Kind: topology.SawVote, Agent: from.Agent, Port: from.IfIndex, Agent2: to.Agent, Port2: to.IfIndex, Flow: 1})
		}
		return got
	}
	see(1, 1, 49, 64)
	see(51, 1, 2, 63)
	see(2, 49, 1, 62)
	if !tr.Complete || n.names(tr.Named()) != "10.255.0.1 10.255.0.51 10.255.0.2" {
		t.Fatalf("%s, complete %v", n.names(tr.Hops), tr.Complete)
	}
	for range 10 {
		if slices.Contains([]Event{see(1, 1, 50, 64), see(52, 1, 2, 63), see(2, 50, 1, 62)}, Moved) {
			if n.names(tr.Hops) != "10.255.0.1 10.255.0.52 10.255.0.2" {
				t.Errorf("moved to %s", n.names(tr.Hops))
			}
			return
		}
	}
	t.Errorf("30 samples on another way, and the path is %s", n.names(tr.Hops))
}

// TestForsaken: all samples of a flow come from another way, which cannot be completed since nothing tells of its links: the path
// of before is not told for ever, but not taken back for a few stray samples either.
func TestForsaken(t *testing.T) {
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true}, n.reg)
	var ev []topology.Evidence
	for leaf := 1; leaf <= 2; leaf++ {
		ev = append(ev, topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Far: uint64(leaf), Buckets: 1<<12 - 1},
			n.entered(51, leaf, leaf, 49), n.entered(leaf, 49, 51, leaf))
	}
	n.learn(ev...)
	tr := n.tracker(1, 2)
	see := func(sw int, in, out uint32, ttl uint8) {
		n.now += second / 2
		tr.Add(n.snap, &Sighting{Switch: n.id(sw), In: in, Out: out, TTL: ttl, Time: n.now}, nil) // its votes are not counted
	}
	see(1, 1, 49, 64)
	see(51, 1, 2, 63)
	for range forsaken - 1 {
		see(52, 1, 2, 63)
	}
	if !tr.Complete {
		t.Fatalf("taken back after %d samples", forsaken-1)
	}
	see(1, 1, 49, 64)
	see(52, 1, 2, 63)
	if !tr.Complete {
		t.Fatal("taken back though it was confirmed")
	}
	for range forsaken {
		see(52, 1, 2, 63)
	}
	if tr.Complete {
		t.Errorf("%d samples on another way, and the path is %s", forsaken+1, n.names(tr.Hops))
	}
	if len(tr.Named()) == 0 {
		t.Error("nothing is told of what is seen")
	}
}
