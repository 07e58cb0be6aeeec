package topology

import (
	"fmt"
	"testing"
	"time"
)

// TestPeerLinkBridges: hosts of one leaf that are seen fresh at a port of
// another do not live there: bridged frames come over the link of a pair.
func TestPeerLinkBridges(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	var snap *Snapshot
	for range 8 {
		for h := range 4 {
			host := fmt.Sprintf("10.1.0.%d", h+1)
			f.sent(host, mac(0, h+1), 1, h+1)
			f.sent(host, mac(0, h+1), 2, 60)
		}
		snap = f.tick(500 * time.Millisecond)
	}
	for h := range 4 {
		if at := snap.Edges(addr(fmt.Sprintf("10.1.0.%d", h+1))); len(at) != 1 || at[0] != f.id(1) {
			t.Errorf("host %d lives at %v, want leaf1 (%d) only", h+1, at, f.id(1))
		}
	}
	if p := snap.Port(f.id(2), 60); p.Edge {
		t.Error("the peer link is taken for an edge port")
	}
	// A host on both leaves is on two ports.
	f.sent("10.1.0.9", mac(0, 9), 1, 9)
	f.sent("10.1.0.9", mac(0, 9), 2, 9)
	if at := f.tick(time.Second).Edges(addr("10.1.0.9")); len(at) != 2 {
		t.Errorf("a host on two leaves lives at %v", at)
	}
}
