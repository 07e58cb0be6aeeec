package topology

import (
	"testing"
	"time"
)

// TestHostMoves: a host whose flows all enter at another switch, for a while, moved
// there; one that is seen at both is on both.
func TestHostMoves(t *testing.T) {
	for _, both := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		seen := func(sw int, buckets uint32) {
			f.sent("10.1.0.1", mac(0, 1), sw, 1)
			f.ev[len(f.ev)-1].Buckets = buckets
		}
		for range 4 {
			seen(1, 0xff)
			f.tick(time.Second)
		}
		var snap *Snapshot
		for i := range 8 {
			seen(2, 0xff00)
			if both && i%3 == 2 {
				seen(1, 0xff)
			}
			snap = f.tick(time.Second)
		}
		at := snap.Edges(addr("10.1.0.1"))
		if both && len(at) != 2 || !both && (len(at) != 1 || at[0] != f.id(2)) {
			t.Errorf("seen at both %v: the host lives at %v", both, at)
		}
	}
}
