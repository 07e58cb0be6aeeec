package path

import (
	"testing"

	"spoor/topology"
)

// TestEnteredBeside: what a host on two leaves sends to one of them by the link from the other does not begin there.
func TestEnteredBeside(t *testing.T) {
	n := leafSpine(t)
	for _, e := range []struct {
		leaf, port int
		flows      uint32
	}{{1, 1, 0xff}, {1, 9, 0x3}, {2, 9, 0xf00}} {
		n.learn(
			topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(e.leaf), Port: 49, Far: 0x5100 + uint64(e.leaf), Own: 0x1000 + uint64(e.leaf)},
			topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(e.leaf), Port: uint32(e.port), Far: 0xa1, Own: 0x1000 + uint64(e.leaf), Fresh: true, Count: 3},
			topology.Evidence{Kind: topology.SawSource, Agent: n.agent(e.leaf), Port: uint32(e.port), Addr: host(1), Far: 0xa1, Buckets: e.flows},
		)
	}
	n.now += 2 * second
	n.learn()
	for port, whole := range map[uint32]bool{1: true, 9: false} {
		tr := n.tracker(1, 3)
		n.see(tr, 1, port, 49, 64, 0)
		n.see(tr, 3, 49, 1, 62, 1e8)
		if tr.Complete != whole {
			t.Errorf("by leaf1:%d, edges %v: complete %v, path %q", port, n.snap.Edges(host(1)), tr.Complete, n.names(tr.Hops))
		}
	}
}
