package path

import "testing"

// TestChain: named ports order the hops of tunnels in a row, whatever their TTLs;
// contradictions, cycles and separate pieces make no chain.
func TestChain(t *testing.T) {
	n := leafSpine(t)
	leaf1, leaf3, spine1, spine2 := n.id(1), n.id(3), n.id(51), n.id(52)
	f := func(name, want string, complete bool, obs ...Obs) {
		t.Helper()
		tr := n.tracker(1, 3)
		tr.Encap = true
		src, dst := placeOf(n.snap, tr.Src), placeOf(n.snap, tr.Dst)
		r := tr.chain(n.snap, obs, src, dst)
		if got := n.names(r.Hops); got != want || r.Complete != complete {
			t.Errorf("%s: %q, complete %v, want %q, %v", name, got, r.Complete, want, complete)
		}
	}
	f("all seen, TTLs of two tunnels", "leaf1 spine1 leaf3", true,
		Obs{Switch: leaf3, In: 49, Out: 1, TTL: 64, tunnel: 2}, Obs{Switch: leaf1, In: 1, Out: 49, TTL: tunnelEntry}, Obs{Switch: spine1, In: 1, Out: 3, TTL: 64, tunnel: 1})
	f("one in the middle", "leaf1? spine1 leaf3?", true, Obs{Switch: spine1, In: 1, Out: 3, TTL: 63, tunnel: 1})
	f("the ends", "leaf1 spine1? leaf3", true, Obs{Switch: leaf1, In: 1, Out: 49, TTL: tunnelEntry}, Obs{Switch: leaf3, In: 49, Out: 1, TTL: 62, tunnel: 1})
	f("different ways", "", false, Obs{Switch: leaf1, In: 1, Out: 49, TTL: tunnelEntry}, Obs{Switch: spine2, In: 1, Out: 3, TTL: 63, tunnel: 1})
	f("to and fro", "", false, Obs{Switch: leaf1, In: 49, Out: 49, TTL: 63, tunnel: 1})
	f("a piece apart", "leaf1? spine1?", false, Obs{Switch: leaf1, In: 1, Out: 49, TTL: tunnelEntry}, Obs{Switch: leaf3, TTL: 62, tunnel: 1})
	f("nothing named", "", false, Obs{Switch: spine1, TTL: 62, tunnel: 1})
}

// TestGapNeedsProof: a named port that leads to nobody known may lead elsewhere,
// so that no hop is put before it.
func TestGapNeedsProof(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 3, 77, 1, 62, 0)
	if ev := n.see(tr, 1, 1, 49, 64, 0); ev != None || tr.Complete {
		t.Errorf("event %v: leaf3's port 77 may lead to another switch than spine1", ev)
	}
}
