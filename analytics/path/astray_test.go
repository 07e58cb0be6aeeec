package path

import (
	"testing"

	"spoor/topology"
)

// TestAstray: a path whose end nothing showed is taken back once its receiver is known to get frames at another switch than it
// sends by; one that a port leads to stays, and what is seen at the other switch makes a path there.
func TestAstray(t *testing.T) {
	n := learnedNet(t)
	for range 4 {
		n.now += second
		for leaf := 1; leaf <= 2; leaf++ {
			n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 1, Far: uint64(leaf), Own: macOf(leaf, 1), Fresh: true},
				topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(3), Port: 1, Far: 3, Own: macOf(3, 1), Fresh: true},
				n.entered(3, 49, 51, 3), n.entered(51, 3, 3, 49))
		}
	}
	inferred, named, other := n.tracker(1, 2), n.tracker(1, 2), n.tracker(1, 2)
	for _, tr := range []*Tracker{inferred, named} {
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: n.now}, nil)
	}
	named.Add(n.snap, &Sighting{Switch: n.id(51), In: 1, Out: 2, TTL: 63, Time: n.now}, nil)
	if !inferred.Complete || !named.Complete {
		t.Fatalf("paths %s and %s", n.names(inferred.Hops), n.names(named.Hops))
	}
	n.learn(topology.Evidence{Kind: topology.SawSink, Agent: n.agent(3), Port: 7, Addr: host(2), TTL: 62, Buckets: 1, Count: 1})
	inferred.Resolve(n.snap)
	named.Resolve(n.snap)
	if inferred.Complete || !named.Complete {
		t.Errorf("its receiver gets frames at %v: the inferred path is complete: %v, the named one: %v", n.snap.Receives(host(2)), inferred.Complete, named.Complete)
	}
	other.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 64, Time: n.now}, nil)
	if other.Complete {
		t.Errorf("path %s", n.names(other.Hops))
	}
	other.Add(n.snap, &Sighting{Switch: n.id(3), In: 49, Out: 7, TTL: 62, Time: n.now}, nil)
	if h := other.Hops; !other.Complete || h[len(h)-1].Switch != n.id(3) {
		t.Errorf("path %s, complete %v", n.names(h), other.Complete)
	}
}
