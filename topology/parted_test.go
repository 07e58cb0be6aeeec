package topology

import (
	"slices"
	"testing"
	"time"
)

// TestPartedHost: a host on two leaves whose link to one is down lives at the other one alone, though frames of it come to
// the first over the link between the two; what comes for it there still is handed over. A port by which flows enough
// entered there before is its own.
func TestPartedHost(t *testing.T) {
	for _, own := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		host := addr("10.1.0.1")
		enter := func(leaf, port int, buckets uint32) {
			f.sent("10.1.0.1", mac(0, 1), leaf, port)
			f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: uint32(port), Addr: host, Far: mac(0, 1), Buckets: buckets})
		}
		for range 3 {
			enter(1, 1, 1)
			enter(2, 1, 2)
			if own {
				enter(1, 2, 0b111000)
			}
			f.tick(time.Second)
		}
		wasUp := f.now
		f.tick(time.Second)
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Down: true, WasUp: wasUp})
		for range 4 {
			enter(1, 2, 0b11000000)
			enter(2, 1, 0b100000000)
			f.tick(time.Second)
		}
		snap := f.tick(time.Second)
		parted, leaving := snap.Parted(host), snap.Leaving(host)
		if got := snap.Edges(host); !parted || len(got) == 2 != own {
			t.Errorf("own port %v: it lives at %v, parted %v", own, got, parted)
		}
		if snap.Port(f.id(1), 1).Down != wasUp || !own && leaving != wasUp {
			t.Errorf("own port %v: the port may be down since %d, the host gone since %d, want %d", own, snap.Port(f.id(1), 1).Down, leaving, wasUp)
		}
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Up: true})
		enter(1, 1, 1<<9)
		if snap = f.tick(time.Second); snap.Port(f.id(1), 1).Down != 0 || len(snap.Edges(host)) != 2 {
			t.Errorf("it lives at %v after the link came up", snap.Edges(host))
		}
		if snap.Parted(host) {
			t.Error("its link is up, and it is said to be down")
		}
	}
}

// TestDoors: who lives on two leaves is reached by the ports by which it enters them.
func TestDoors(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	host := addr("10.1.0.1")
	for range 3 {
		for leaf := 1; leaf <= 2; leaf++ {
			f.sent("10.1.0.1", mac(0, 1), leaf, 1)
			f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: 1, Addr: host, Far: mac(0, 1), Buckets: 1 << leaf})
		}
		f.tick(time.Second)
	}
	snap := f.tick(time.Second)
	for port, want := range map[uint32]bool{1: true, 60: false} {
		if snap.Enters(host, f.id(1), port) != want {
			t.Errorf("port %d: want %v", port, want)
		}
	}
	if !snap.Enters(host, f.id(51), 1) || !snap.Enters(addr("10.9.9.9"), f.id(1), 60) {
		t.Error("where nothing is known of it, any port may lead to it")
	}
	for i, idx := range []uint32{1, 60} { // two ports of one aggregate
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: idx, Aggregate: 100, Speed: float64(1 + i)})
	}
	if snap = f.tick(time.Second); !snap.Enters(host, f.id(1), 60) {
		t.Error("a fellow member of its port's aggregate leads to it")
	}
}

// TestFormerly: an inferred switch that falls apart and comes together again stays the one that most of its ports led to.
func TestFormerly(t *testing.T) {
	ports := func(was ...SwitchID) (g darkGroup) {
		for i, id := range was {
			g.ports = append(g.ports, &port{key: portKey{SwitchID(i + 1), 49}, wasDark: id})
		}
		return g
	}
	const a, b = firstInferred, firstInferred + 1
	for _, c := range []struct {
		groups []darkGroup
		want   []SwitchID
	}{
		{[]darkGroup{ports(b, a, a)}, []SwitchID{a}},
		{[]darkGroup{ports(b, a)}, []SwitchID{a}},
		{[]darkGroup{ports(a), ports(a, a, b)}, []SwitchID{0, a}},
		{[]darkGroup{ports(a, a, b), ports(a, b, b)}, []SwitchID{a, b}},
		{[]darkGroup{ports(0, 0)}, []SwitchID{0}},
	} {
		got := formerly(c.groups)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("got %v, want %v", got, c.want)
			}
		}
	}
}

// TestPerhapsParted: an address that came from leaf1 at no port that was seen, and receives at leaf2, may have lost the link of
// leaf1 that goes down: no path ends at leaf1 because of what was seen before, and none at leaf2 is certain. A port of its
// own at leaf1 ends the doubt, and so does the link when it is back. Who is known to have another port there is not concerned.
func TestPerhapsParted(t *testing.T) {
	const hidden, other, single = "fd00::c", "10.1.0.1", "10.1.0.2"
	lone := func(f *fabric, buckets uint32) {
		f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 1, Addr: addr(hidden), Hops: 1, Buckets: buckets})
		f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: addr(hidden), TTL: 62})
	}
	for _, test := range []struct {
		name  string
		later func(f *fabric)
		want  bool
	}{
		{"down", func(*fabric) {}, true},
		{"up again", func(f *fabric) { f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Up: true}) }, false},
		{"seen at a port of its own", func(f *fabric) {
			for b := range uint32(flowsOfEach) {
				for range edgeFrames {
					f.sent(hidden, mac(0, 9), 1, 5)
					f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 5, Addr: addr(hidden), Far: mac(0, 9), Buckets: 1 << b})
				}
				f.tick(time.Second)
			}
		}, false},
	} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for range 5 {
			f.sent(other, mac(0, 1), 1, 1)
			f.sent(single, mac(0, 2), 1, 2)
			f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 1, Addr: addr(single), Hops: 1, Buckets: 1})
			lone(f, 0xffff)
			f.tick(time.Second)
		}
		a := addr(hidden)
		if snap := f.Snapshot(); snap.Parted(a) || !slices.Contains(snap.Edges(a), f.id(1)) {
			t.Fatalf("%s: at first parted %v, at %v", test.name, snap.Parted(a), snap.Edges(a))
		}
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Down: true})
		f.tick(5 * time.Second)
		test.later(f)
		snap := f.tick(time.Second)
		if snap.Parted(a) != test.want || slices.Contains(snap.Edges(a), f.id(1)) == test.want {
			t.Errorf("%s: parted %v, at %v (leaf1 is %d)", test.name, snap.Parted(a), snap.Edges(a), f.id(1))
		}
		if test.want && snap.Certain(a) {
			t.Errorf("%s: certain all the same", test.name)
		}
		if snap.Parted(addr(single)) || !slices.Contains(snap.Edges(addr(single)), f.id(1)) {
			t.Errorf("%s: a host at another port is gone", test.name)
		}
	}
}
