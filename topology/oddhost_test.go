package topology

import (
	"fmt"
	"testing"
	"time"
)

// routedIn: a frame from an address entered a port after one router; its MAC is none that a switch owns.
func (f *fabric) routedIn(from string, far uint64, sw, port int) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(sw), Port: uint32(port), Far: far, Own: mac(sw, port)})
	f.give(Evidence{Kind: SawSource, Agent: agent(sw), Port: uint32(port), Addr: addr(from), Hops: 1, Far: far, Buckets: 1<<oddFlows - 1})
	f.give(Evidence{Kind: SawBeyond, Agent: agent(sw), Port: uint32(port), Addr: addr(from), Hops: 1})
}

// TestOddHost: a host that sends with a TTL of 63 lives at its port of a leaf; a
// silent leaf behind a spine, with few hosts so far, is no such host, nor is what
// sends from many addresses.
func TestOddHost(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	var snap *Snapshot
	for i := range 40 {
		for h := range 2 {
			f.sent(fmt.Sprintf("10.1.0.%d", h+1), mac(0, h+1), h+1, 1)
		}
		f.routedIn("10.1.0.9", mac(0, 9), 1, 9)
		f.routedIn("10.7.0.1", mac(7, 49), 51, 7)
		f.routedIn(fmt.Sprintf("10.8.0.%d", i%8), mac(8, 1), 2, 8)
		snap = f.tick(500 * time.Millisecond)
	}
	if sw, port, ok := snap.Locate(addr("10.1.0.9")); !ok || sw != f.id(1) || port != 9 {
		t.Errorf("the host with TTL 63 is at %d/%d (%v), want leaf1/9", sw, port, ok)
	}
	if snap.Open(f.id(1), 9) {
		t.Error("its port seems to lead to a switch")
	}
	for _, other := range []string{"10.7.0.1", "10.8.0.1"} {
		if sw, port, ok := snap.Locate(addr(other)); ok {
			t.Errorf("%s is located at %d/%d, though it is behind a router", other, sw, port)
		}
	}
	for i := range 8 { // it was a router after all
		f.routedIn(fmt.Sprintf("10.9.0.%d", i), mac(0, 9), 1, 9)
	}
	if snap = f.tick(time.Second); snap.Port(f.id(1), 9).Edge {
		t.Error("a port by which nine addresses sent is still that of one host")
	}
}

// TestGuestsAndOutside: a host that sends frames of its own beside those of many
// guests is a host; many addresses from far away are the outside, where what is
// known nowhere else lives, and no receiver is placed there.
func TestGuestsAndOutside(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	var snap *Snapshot
	for i := range 40 {
		for h := range 2 {
			f.sent(fmt.Sprintf("10.1.0.%d", h+1), mac(0, h+1), h+1, 1)
		}
		f.sent("10.1.0.9", mac(0, 9), 1, 9)
		f.routedIn(fmt.Sprintf("10.64.0.%d", i%10), mac(0, 9), 1, 9)
		out := fmt.Sprintf("198.18.0.%d", i)
		f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 80, Far: mac(99, 1), Own: mac(2, 80)})
		f.give(Evidence{Kind: SawBeyond, Agent: agent(2), Port: 80, Addr: addr(out), Hops: uint8(2 + i%7)})
		f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 80, Addr: addr(out), TTL: 60})
		snap = f.tick(500 * time.Millisecond)
	}
	for _, guest := range []string{"10.1.0.9", "10.64.0.3"} {
		if at := snap.Edges(addr(guest)); len(at) != 1 || at[0] != f.id(1) {
			t.Errorf("%s lives at %v, want leaf1", guest, at)
		}
	}
	if at := snap.Borders(); len(at) != 1 || at[0] != f.id(2) {
		t.Errorf("borders %v, want leaf2", at)
	}
	if p := snap.Port(f.id(2), 80); p == nil || !p.Outside || p.Dark {
		t.Errorf("leaf2:80 is %+v, want a port that leads outside", p)
	}
	if at := snap.Edges(addr("198.18.0.7")); len(at) > 0 || snap.Dual {
		t.Errorf("an address outside lives at %v; hosts on two leaves: %v", at, snap.Dual)
	}
	f.give(Evidence{Kind: SawRestart, Agent: agent(2)})
	if snap = f.tick(time.Second); len(snap.Borders()) > 0 {
		t.Error("after the restart of its agent leaf2 still leads outside")
	}
}

// TestOutsideBehindAMate: what comes from far away and is addressed to hosts of the switch, not to the switch itself, was routed by
// one next to it that has the same network, a silent mate perhaps: the outside is behind that one. One in 40 is enough.
func TestOutsideBehindAMate(t *testing.T) {
	for name, test := range map[string]struct {
		own  func(round int) uint64
		want bool
	}{
		"to the switch":               {func(int) uint64 { return mac(2, 80) }, true},
		"to its hosts":                {func(i int) uint64 { return mac(0, 1+i%2) }, false},
		"one to a host":               {func(i int) uint64 { return [2]uint64{mac(2, 80), mac(0, 1)}[i/39] }, false},
		"to who sends nothing":        {func(int) uint64 { return mac(0, 77) }, true},
		"to who lives elsewhere":      {func(int) uint64 { return mac(0, 3) }, true},
		"to who was seen behind this": {func(int) uint64 { return mac(0, 4) }, true},
	} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for i := range 40 {
			for h := range 2 {
				f.sent(fmt.Sprintf("10.2.0.%d", h+1), mac(0, h+1), 2, h+1)
			}
			f.sent("10.1.0.3", mac(0, 3), 1, 3)
			if i == 0 {
				f.give(Evidence{Kind: SawSource, Agent: agent(2), Port: 80, Addr: addr("10.2.0.4"), Far: mac(0, 4), Buckets: 1})
			}
			f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 80, Far: mac(99, 1), Own: test.own(i)})
			f.give(Evidence{Kind: SawBeyond, Agent: agent(2), Port: 80, Addr: addr(fmt.Sprintf("198.18.0.%d", i)), Hops: uint8(2 + i%7)})
			f.tick(500 * time.Millisecond)
		}
		snap := f.tick(5 * time.Second)
		if p := snap.Port(f.id(2), 80); p == nil || p.Outside != test.want || p.Edge != test.want || p.Dark == test.want || len(snap.Borders()) > 0 != test.want {
			t.Errorf("%s: leaf2:80 is %+v, borders %v; leads outside: want %v", name, p, snap.Borders(), test.want)
		}
	}
}

// TestGuestsAtOnce: a host that routes for guests is one at once when it shows frames of its own: at a switch with other hosts
// so many as prove an edge port, anywhere if it sends as one address what is its own and what it forwards.
func TestGuestsAtOnce(t *testing.T) {
	for _, test := range []struct {
		name      string
		others    bool   // hosts live at the switch
		far       uint64 // that sends the frames of its own
		own       int    // so many
		elsewhere bool   // the address that it hides guests behind enters another switch too
		guests    []string
		want      bool
	}{
		{"many frames of its own, beside other hosts", true, mac(0, 9), edgeFrames, false, []string{"10.64.0.1", "10.64.0.2"}, true},
		{"too few of them", true, mac(0, 9), edgeFrames - 1, false, []string{"10.64.0.1", "10.64.0.2"}, false},
		{"no other hosts", false, mac(0, 9), edgeFrames, false, []string{"10.64.0.1", "10.64.0.2"}, false},
		{"no other hosts, but a guest has its address", false, mac(0, 9), 2, false, []string{"10.1.0.9", "10.64.0.2"}, true},
		{"the same, of one frame that may have had an odd TTL", false, mac(0, 9), 1, false, []string{"10.1.0.9", "10.64.0.2"}, false},
		{"the same, but another MAC sends them", false, mac(0, 8), edgeFrames, false, []string{"10.1.0.9", "10.64.0.2"}, false},
		{"the same, but it enters another switch too", false, mac(0, 9), edgeFrames, true, []string{"10.1.0.9", "10.64.0.2"}, false},
	} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for i := range 5 {
			if test.others {
				f.sent("10.1.0.1", mac(0, 1), 1, 1)
			}
			if i < test.own {
				f.sent("10.1.0.9", test.far, 1, 9)
			}
			if test.elsewhere {
				f.routedIn("10.1.0.9", mac(3, 7), 3, 7)
			}
			for _, g := range test.guests {
				f.routedIn(g, mac(0, 9), 1, 9)
			}
			f.tick(500 * time.Millisecond)
		}
		p := f.Snapshot().Port(f.id(1), 9)
		if got := p != nil && p.Edge; got != test.want {
			t.Errorf("%s: an edge %v, want %v", test.name, got, test.want)
		}
		for _, a := range append(test.guests, "10.1.0.9") {
			if at := f.Snapshot().Edges(addr(a)); test.want && (len(at) != 1 || at[0] != f.id(1)) {
				t.Errorf("%s: %s lives at %v, want leaf1", test.name, a, at)
			}
		}
	}
}

// TestFewOutside: where all that enters a port comes from far away, few addresses tell that it leads outside; some from near may be guests' of a host.
func TestFewOutside(t *testing.T) {
	for nearest, want := range map[int]bool{2: false, 6: true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		var snap *Snapshot
		for i := range 24 {
			f.sent("10.1.0.1", mac(0, 1), 1, 1)
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 80, Far: mac(99, 1), Own: mac(1, 80)})
			f.give(Evidence{Kind: SawBeyond, Agent: agent(1), Port: 80, Addr: addr(fmt.Sprintf("198.18.0.%d", i%6)), Hops: uint8(nearest + i%6)})
			snap = f.tick(500 * time.Millisecond)
		}
		if got := snap.Port(f.id(1), 80).Outside; got != want {
			t.Errorf("the nearest is %d routers away: outside %v, want %v", nearest, got, want)
		}
	}
}
