package topology

import (
	"testing"
	"time"
)

// TestBeside: a host on two leaves that enters one of them by two ports came over a link from the
// other leaf by the one that fewer of its flows take, unless both are members of one aggregate.
func TestBeside(t *testing.T) {
	for _, c := range []struct {
		name      string
		elsewhere bool
		own, link uint32 // flows
		aggregate uint32
		want      [2]bool // for the port of its own, for the other
	}{
		{"over a link", true, 0xff, 0x3, 0, [2]bool{false, true}},
		{"as many by both", true, 0x3, 0x30, 0, [2]bool{true, true}},
		{"on one leaf", false, 0xff, 0x3, 0, [2]bool{}},
		{"two members", true, 0xff, 0x3, 900, [2]bool{}},
	} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		enter := func(leaf, port int, flows uint32) {
			f.forwarded(51, leaf, leaf, 49)
			f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: uint32(port), Far: mac(0, 10), Own: mac(leaf, port), Fresh: true, Count: 2})
			f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: uint32(port), Addr: addr("10.1.0.1"), Far: mac(0, 10), Buckets: flows})
		}
		if c.aggregate != 0 {
			f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Aggregate: c.aggregate})
			f.Inform(&PortInfo{Agent: agent(1), IfIndex: 60, Aggregate: c.aggregate})
		}
		var snap *Snapshot
		for range 4 {
			enter(1, 60, c.link)
			enter(1, 1, c.own)
			if c.elsewhere {
				enter(2, 1, 0xf00)
			}
			snap = f.tick(time.Second)
		}
		if got := [2]bool{snap.Beside(addr("10.1.0.1"), f.id(1), 1), snap.Beside(addr("10.1.0.1"), f.id(1), 60)}; got != c.want {
			t.Errorf("%s: beside by its own port %v, by the other %v; want %v; at %v", c.name, got[0], got[1], c.want, snap.Edges(addr("10.1.0.1")))
		}
		if snap.Beside(addr("10.1.0.1"), f.id(1), 0) || snap.Beside(addr("10.1.0.1"), f.id(2), 1) {
			t.Errorf("%s: an unknown port, or the only one at the other leaf, is beside", c.name)
		}
	}
}
