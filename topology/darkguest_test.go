package topology

import (
	"fmt"
	"testing"
	"time"
)

// TestGuestsOfSilentLeaf: addresses two routers away behind a silent leaf live there, whichever spine they come
// by, and their leaf is one; not if hosts of leaves that report come that way too, nor once they are seen elsewhere.
func TestGuestsOfSilentLeaf(t *testing.T) {
	guest := addr("10.64.0.1")
	for _, mates := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		var snap *Snapshot
		for range 20 {
			for spine := 51; spine <= 52; spine++ {
				near := addr(fmt.Sprintf("10.3.0.%d", spine)) // none in common
				f.forwarded(3, spine, spine, 3)
				f.give(Evidence{Kind: SawSource, Agent: agent(spine), Port: 3, Addr: near, Hops: 1, Far: mac(3, spine), Buckets: 1})
				f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: near, Hops: 1, Count: 3})
				for g := range 3 {
					f.forwarded(3, spine, spine, 3)
					f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: addr(fmt.Sprintf("10.64.0.%d", g+1)), Hops: 2, Buckets: 1<<12 - 1})
				}
				if mates {
					f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: addr("10.1.0.1"), Hops: 2})
				}
			}
			snap = f.lived()
		}
		dark := snap.Peer(f.id(51), 3)
		if !dark.Inferred() {
			t.Fatalf("mates %v: no leaf is inferred", mates)
		}
		if mates {
			if at := snap.Edges(guest); len(at) != 0 {
				t.Errorf("a guest lives at %v, though frames of a leaf that reports come that way", at)
			}
			continue
		}
		if at := snap.Edges(guest); len(at) != 1 || at[0] != dark || snap.Peer(f.id(52), 3) != dark {
			t.Errorf("the guest lives at %v, the spines' ports lead to %d and %d", at, dark, snap.Peer(f.id(52), 3))
		}
		f.sent("10.64.0.1", mac(0, 20), 2, 1)
		if snap = f.tick(time.Second); snap.Edge(guest) != f.id(2) {
			t.Errorf("the guest lives at %v, want at leaf2 alone, where it was seen to send", snap.Edges(guest))
		}
	}
}
