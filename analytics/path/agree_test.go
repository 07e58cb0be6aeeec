package path

import "testing"

// TestPortsAgree: the ports between two hops are those of one link: one at which
// the flow was seen before it went another way is not told.
func TestPortsAgree(t *testing.T) {
	n := leafSpine(t)
	x := n.tracker(1, 3)
	n.see(x, 1, 1, 50, 64, 0)
	n.see(x, 52, 1, 3, 63, 1e8)
	x.obs[find(x.obs, n.id(1))].Out = 49 // as it was before
	for _, h := range x.Agreed(n.snap) {
		if h.Switch == n.id(1) && h.Out != 50 {
			t.Errorf("leaf1 by port %d, spine2 was next", h.Out)
		}
	}
	n.see(x, 3, 50, 1, 62, 2e8)
	x.obs[find(x.obs, n.id(3))].In = 49
	hops := x.Agreed(n.snap)
	if last := hops[len(hops)-1]; last.Switch != n.id(3) || last.In != 50 {
		t.Errorf("%+v", hops)
	}
	x.obs[find(x.obs, n.id(3))].In = 7 // nobody knows where that leads
	if hops = x.Agreed(n.snap); hops[len(hops)-1].In != 50 {
		t.Errorf("%+v", hops)
	}
}
