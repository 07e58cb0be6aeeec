package topology

import "testing"

// TestLinkOfSilentSwitches: a silent spine, between ports 60 of leaves 1 and 2, is next to a silent leaf, behind ports 3 of
// the other spines, if frames of that leaf come from it after two routers (in a tunnel: after one).
func TestLinkOfSilentSwitches(t *testing.T) {
	for _, c := range []struct {
		name   string
		tunnel bool
		hops   uint8
		want   bool
	}{
		{"next to it", false, 2, true},
		{"farther away", false, 3, false},
		{"tunnels, next to it", true, 1, true},
		{"tunnels, farther away", true, 2, false},
	} {
		f := newFabric(t, Config{Learn: true})
		var snap *Snapshot
		for i := range 40 {
			for spine := 51; spine <= 52; spine++ {
				if c.tunnel {
					f.tunnelled(vtep3, mac(3, 0), spine, 3, 0, 1<<20-1)
					continue
				}
				f.forwarded(3, 0, spine, 3)
				f.give(Evidence{Kind: SawSource, Agent: agent(spine), Port: 3, Addr: addr("10.3.0.1"), Hops: 1, Far: mac(3, 0), Buckets: 1<<12 - 1})
				f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: addr("10.3.0.1"), Hops: 1})
			}
			for leaf := 1; leaf <= 2; leaf++ {
				far, other := mac(61, 0), addr("10.1.0.1")
				if leaf == 1 {
					other = addr("10.2.0.1")
				}
				f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 60, Far: far, Own: mac(leaf, 60), Encap: c.tunnel})
				f.give(Evidence{Kind: SawBeyond, Agent: agent(leaf), Port: 60, Addr: other, Hops: 2})
				f.give(Evidence{Kind: SawGap, Agent: agent(3 - leaf), Port: 60, Agent2: agent(leaf), Port2: 60, Flow: uint64(i)})
				from := addr("10.3.0.1")
				if c.tunnel {
					from = addr(vtep3)
				}
				f.give(Evidence{Kind: SawBeyond, Agent: agent(leaf), Port: 60, Addr: from, Hops: c.hops, Encap: c.tunnel})
			}
			snap = f.lived()
		}
		above, leaf := snap.Peer(f.id(1), 60), snap.Peer(f.id(51), 3)
		if !above.Inferred() || !leaf.Inferred() || above == leaf {
			t.Fatalf("%s: leaf1:60 leads to %d, spine1:3 to %d, want two inferred switches", c.name, above, leaf)
		}
		if snap.Adjacent(above, leaf) != c.want || snap.Adjacent(leaf, above) != c.want {
			t.Errorf("%s: adjacent %v and %v", c.name, snap.Adjacent(above, leaf), snap.Adjacent(leaf, above))
		}
	}
}
