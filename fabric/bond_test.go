package fabric

import "testing"

// TestBondByMAC: such a host sends all by one of its two links, and what it gets comes out at both of its leaves.
func TestBondByMAC(t *testing.T) {
	cfg := small(func(c *Config) { c.DualHomed, c.BondHash = 1, BondByMAC })
	n := build(&cfg)
	both := false
	for _, src := range n.hosts {
		for _, dst := range n.hosts {
			first, last := map[*port]bool{}, map[*port]bool{}
			for i := range uint64(64) {
				if r := n.trace(src, dst, i, mix(i), byHash); src != dst && r != nil {
					first[r.hops[0].in], last[r.hops[len(r.hops)-1].out] = true, true
				}
			}
			for _, r := range n.ways(src, dst) {
				if src != dst && !first[r.hops[0].in] {
					t.Fatalf("%s may send to %s by another link than it does", src.name, dst.name)
				}
			}
			if len(first) > 1 {
				t.Fatalf("%s sends to %s by %d links", src.name, dst.name, len(first))
			}
			both = both || len(last) > 1
		}
	}
	if !both {
		t.Fatal("no host receives by both of its links")
	}
}
