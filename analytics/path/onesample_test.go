package path

import (
	"testing"

	"spoor/topology"
)

// uncertain places host 3 at leaf 2 by one flow, in a fabric in which another address lives on two leaves; host 1 is certainly at leaf 1.
func uncertain(n *net) {
	at := func(leaf, h int, mac uint64, buckets uint32) topology.Evidence {
		return topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(h), Far: mac, Buckets: buckets}
	}
	n.learn(at(1, 1, 1, 1<<20-1), at(2, 3, 3, 1), at(1, 9, 9, 1<<4-1), at(2, 9, 9, 1<<8-1<<4))
}

// TestOneSampleOfASprayedFlow: of a flow whose samples contradict each other one that tells its whole way does so, whatever was seen before; of
// another one it does not: what was seen before may tell that the way is another.
func TestOneSampleOfASprayedFlow(t *testing.T) {
	for _, sprayed := range []bool{true, false} {
		n := learnedNet(t)
		for i, link := range [][4]int{{51, 5, 61, 1}, {52, 5, 62, 1}, {61, 2, 53, 5}, {62, 2, 54, 5}, {53, 2, 2, 51}, {54, 2, 2, 52}} {
			n.now += int64(i)
			n.learn(n.entered(link[0], link[1], link[2], link[3]), n.entered(link[2], link[3], link[0], link[1]))
		}
		uncertain(n)
		n.now += 20 * second
		n.learn()
		tr := n.tracker(1, 3)
		if sprayed {
			n.see(tr, 1, 1, 49, 64, 0)
		}
		n.see(tr, 1, 1, 50, 64, second)
		ev := n.see(tr, 53, 5, 2, 61, 2*second)
		if got := ev == Completed; got != sprayed || tr.Complete != sprayed {
			t.Errorf("sprayed %v: event %d, complete %v: %s", sprayed, ev, tr.Complete, n.names(tr.Hops))
		}
		if sprayed && n.names(tr.Hops) != "10.255.0.1? 10.255.0.51? 10.255.0.61? 10.255.0.53 10.255.0.2?" {
			t.Errorf("the path is %s", n.names(tr.Hops))
		}
	}
}
