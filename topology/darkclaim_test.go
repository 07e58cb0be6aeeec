package topology

import (
	"fmt"
	"testing"
	"time"
)

// TestSilentLeafSharesMAC: leaves share a router MAC, which a silent one has too. What a spine's port leads to is inferred
// if each leaf that reports has a link to it by another port, and none of their hosts sends by this one.
func TestSilentLeafSharesMAC(t *testing.T) {
	shared := mac(9, 9)
	for name, c := range map[string]struct {
		linked int // leaves that have links
		alien  bool
		want   bool
	}{
		"all linked":            {2, false, true},
		"one perhaps behind it": {1, false, false},
		"a parallel link":       {2, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			var snap *Snapshot
			for i := range 60 {
				for leaf := 1; leaf <= 2; leaf++ {
					src := addr(fmt.Sprintf("10.%d.0.1", leaf))
					f.sent(fmt.Sprintf("10.%d.0.1", leaf), mac(0, leaf), leaf, 1)
					f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 49, Far: mac(51, leaf), Own: shared})
					f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: uint32(leaf), Far: shared, Own: mac(51, leaf)})
					if leaf <= c.linked {
						f.give(Evidence{Kind: SawVote, Agent: agent(leaf), Port: 49, Agent2: agent(51), Port2: uint32(leaf), Flow: uint64(i)})
						f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: uint32(leaf), Addr: src, Hops: 1, Far: shared, Buckets: 1 << (i % 32)})
					}
				}
				for h := range 3 {
					src := addr(fmt.Sprintf("10.3.0.%d", h+1))
					if c.alien && h == 0 {
						src = addr("10.2.0.1")
					}
					f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 3, Far: shared, Own: mac(51, 3)})
					f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 3, Addr: src, Hops: 1, Far: shared, Buckets: 1 << (i % 32)})
					f.give(Evidence{Kind: SawBeyond, Agent: agent(51), Port: 3, Addr: src, Hops: 1})
				}
				snap = f.tick(500 * time.Millisecond)
			}
			if dark := snap.Peer(f.id(51), 3); dark.Inferred() != c.want || c.want && snap.Edge(addr("10.3.0.1")) != dark {
				t.Errorf("spine:3 leads to %d, its host lives at %v; leaf1 at %d, leaf2 at %d", dark, snap.Edges(addr("10.3.0.1")), snap.Peer(f.id(51), 1), snap.Peer(f.id(51), 2))
			}
		})
	}
}
