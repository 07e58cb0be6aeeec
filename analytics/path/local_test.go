package path

import (
	"testing"

	"spoor/topology"
)

// TestOneSwitchAtOnce: a flow between two hosts of one switch is complete before the topology has settled if
// both its ports are proven to be hosts'; where one is not, something else may be behind it.
func TestOneSwitchAtOnce(t *testing.T) {
	n := learnedNet(t)
	hosts := func(ports ...uint32) { // frames of their hosts enter, over three seconds
		for range 3 {
			n.now += second
			var ev []topology.Evidence
			for _, p := range ports {
				ev = append(ev, topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(1), Port: p, Far: uint64(p), Own: 1 << 8, Fresh: true})
			}
			n.learn(ev...)
		}
	}
	hosts(1)
	n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(1), Port: 2, Far: 2, Own: 1 << 8, Fresh: true})
	if n.snap.Settled || !n.snap.Port(n.id(1), 1).Edge || n.snap.Port(n.id(1), 2).Edge {
		t.Fatalf("settled %v, ports %+v, %+v", n.snap.Settled, n.snap.Port(n.id(1), 1), n.snap.Port(n.id(1), 2))
	}
	x := n.tracker(1, 5)
	if ev := n.see(x, 1, 1, 2, 64, 0); ev == Completed {
		t.Error("complete, though only one port is proven to be a host's")
	}
	hosts(2)
	if ev := x.Resolve(n.snap); n.snap.Settled || ev != Completed || n.names(x.Hops) != "10.255.0.1" {
		t.Errorf("settled %v, event %d, %s: both ports are hosts'", n.snap.Settled, ev, n.names(x.Hops))
	}
	for _, h := range []Hop{
		{In: 1, Out: 49, Observed: true}, {In: 77, Out: 78, Observed: true}, {In: 1, Observed: true}, {In: 1, Out: 1, Observed: true}, {In: 1, Out: 2},
	} {
		if h.Switch = n.id(1); betweenEdges(n.snap, &h) {
			t.Errorf("%+v is between hosts", h)
		}
	}
	for _, leaf := range []int{1, 2} { // a host on two leaves: the link of a pair may look like a host's port
		n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 9, Far: 9, Own: 1 << 8, Fresh: true, Count: 3},
			topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 9, Addr: host(9), Far: 9, Buckets: 1<<12 - 1})
	}
	if n.snap.Settled || !n.snap.Dual {
		t.Fatalf("settled %v, hosts on two leaves %v", n.snap.Settled, n.snap.Dual)
	}
	if betweenEdges(n.snap, &Hop{Switch: n.id(1), In: 1, Out: 2, Observed: true}) {
		t.Error("proven at once, though the link of a pair may look like a host's port")
	}
}

// TestSeenAtBothOfAPair: a flow that was seen at one switch, at another and at the first again with one TTL was bridged between the two: neither is
// the whole path, however long no link shows itself. Seen at the other one alone since then it may have moved there with its hosts.
func TestSeenAtBothOfAPair(t *testing.T) {
	for name, test := range map[string]struct {
		at   []int // one a second
		want string
	}{
		"one":                          {[]int{1}, "10.255.0.1"},
		"to and fro":                   {[]int{2, 1, 2, 1}, ""},
		"to and fro, then for long":    {[]int{2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, ""},
		"it moved":                     {[]int{2, 2, 2, 2, 1, 1, 1}, "10.255.0.1"},
		"it moved, or came over there": {[]int{2, 2, 2, 2, 1, 1}, ""},
	} {
		n := learnedNet(t)
		n.learn()
		x := n.tracker(7, 8)
		for i, leaf := range test.at {
			n.see(x, leaf, 7, 8, 64, int64(i)*second)
		}
		if x.Complete {
			t.Fatalf("%s: complete before the topology has settled: %s", name, n.names(x.Hops))
		}
		for _, leaf := range []int{1, 2} {
			n.learn(
				topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 7, Far: 0xa7, Own: 1 << 8, Fresh: true, Count: 3},
				topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 8, Far: 0xa8, Own: 1 << 8, Fresh: true, Count: 3},
				topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 7, Addr: host(7), Far: 0xa7, Buckets: 1<<12 - 1},
				topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 8, Addr: host(8), Far: 0xa8, Buckets: 1<<12 - 1})
		}
		n.now += 20 * second
		n.learn()
		x.Resolve(n.snap)
		if got := n.names(x.Hops); x.Complete != (test.want != "") || x.Complete && got != test.want {
			t.Errorf("%s: settled %v, hosts on two leaves %v, %s (complete %v), want %q", name, n.snap.Settled, n.snap.Dual, got, x.Complete, test.want)
		}
	}
}
