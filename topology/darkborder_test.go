package topology

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// silentBorder: frames enter both spines by port 3, near of hosts that are one router away,
// far of addresses outside at many distances.
func (f *fabric) silentBorder(near, far int, farAddr string) (snap *Snapshot) {
	for range 20 {
		for spine := 51; spine <= 52; spine++ {
			for h := range near {
				src := addr(fmt.Sprintf("10.3.0.%d", h+1))
				f.forwarded(3, spine, spine, 3)
				f.give(Evidence{Kind: SawSource, Agent: agent(spine), Port: 3, Addr: src, Hops: 1, Far: mac(3, spine), Buckets: 1<<12 - 1})
				f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: src, Hops: 1})
			}
			for h := range far {
				f.forwarded(3, spine, spine, 3)
				f.give(Evidence{Kind: SawBeyond, Agent: agent(spine), Port: 3, Addr: addr(fmt.Sprintf(farAddr, h+1)), Hops: uint8(4 + h%5)})
			}
		}
		snap = f.lived()
	}
	return snap
}

// TestSilentBorder: a silent leaf from behind which strangers come from afar is one leaf, and a border.
func TestSilentBorder(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	snap := f.silentBorder(4, 30, "198.18.0.%d")
	dark := snap.Peer(f.id(51), 3)
	if !dark.Inferred() || snap.Peer(f.id(52), 3) != dark || !snap.Hosts(dark) || snap.Edge(addr("10.3.0.1")) != dark {
		t.Errorf("the spines' ports lead to %d and %d, the host is at %v", dark, snap.Peer(f.id(52), 3), snap.Edges(addr("10.3.0.1")))
	}
	if !slices.Equal(snap.Borders(), []SwitchID{dark}) {
		t.Errorf("borders %v, want %d", snap.Borders(), dark)
	}
	for spine := 51; spine <= 52; spine++ { // it is heard: it is none of the inferred
		f.forwarded(spine, 3, 3, spine)
	}
	f.tick(time.Second)
	if snap = f.lived(); len(snap.Borders()) != 0 || snap.Peer(f.id(51), 3) != f.id(3) {
		t.Errorf("borders %v, spine1:3 leads to %d", snap.Borders(), snap.Peer(f.id(51), 3))
	}
}

// TestNoSilentBorder: strangers without a leaf's own hosts before them may be behind anything; hosts of
// leaves that report do not come from outside; a leaf one of whose hosts has an odd TTL is a leaf.
func TestNoSilentBorder(t *testing.T) {
	for _, c := range []struct {
		name      string
		near, far int
		farAddr   string
		leaf      bool
	}{
		{"no hosts", 0, 30, "198.18.0.%d", false},
		{"two hosts", 2, 30, "198.18.0.%d", false},
		{"hosts of a leaf that reports", 4, 1, "10.1.0.%d", false},
		{"one stranger", 4, 1, "198.18.0.%d", true},
	} {
		f := newFabric(t, Config{Learn: true})
		snap := f.silentBorder(c.near, c.far, c.farAddr)
		if got := snap.Peer(f.id(51), 3).Inferred(); got != c.leaf || len(snap.Borders()) != 0 {
			t.Errorf("%s: a leaf is inferred: %v, borders %v", c.name, got, snap.Borders())
		}
	}
}
