package topology

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestEdgePort: three fresh frames over more than a second make a port of hosts; a frame that somebody forwarded ends it.
func TestEdgePort(t *testing.T) {
	for name, tc := range map[string]struct {
		frames int
		over   time.Duration // from the first of them on
		after  func(*fabric)
		want   bool
	}{
		"three over more than a second": {3, time.Second + time.Millisecond, nil, true},
		"three within a second":         {3, time.Second, nil, false},
		"two":                           {2, 10 * time.Second, nil, false},
		"and a forwarded one":           {3, 2 * time.Second, func(f *fabric) { f.forwarded(77, 1, 1, 101) }, false},
		"and a link":                    {3, 2 * time.Second, func(f *fabric) { f.forwarded(51, 1, 1, 101) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			for i := range tc.frames {
				f.sent("10.1.1.1", mac(0, 1), 1, 101)
				if i == 0 {
					f.tick(0)
				}
			}
			f.tick(tc.over)
			if tc.after != nil {
				tc.after(f)
			}
			snap := f.tick(0)
			if p := snap.Port(f.id(1), 101); (p != nil && p.Edge) != tc.want {
				t.Errorf("want an edge port: %v, it is %+v", tc.want, p)
			}
		})
	}
}

// TestLinkMoves: a port leads to whom its neighbour's MAC belongs; the port that it led to before leads nowhere.
func TestLinkMoves(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	before := f.joined()
	if p := before.Port(f.id(1), 49); p.Peer != f.id(51) || p.PeerPort != 1 {
		t.Fatalf("leaf1:49 leads to %d/%d", p.Peer, p.PeerPort)
	}
	f.forwarded(1, 49, 52, 1) // the cable was moved to another spine
	f.forwarded(52, 1, 1, 49)
	snap := f.tick(time.Second)
	if p := snap.Port(f.id(1), 49); p.Peer != f.id(52) || p.PeerPort != 1 {
		t.Errorf("leaf1:49 leads to %d/%d, want spine2:1", p.Peer, p.PeerPort)
	}
	if p := snap.Port(f.id(51), 1); p.PeerPort != 0 {
		t.Errorf("spine1:1 is still said to face leaf1:%d", p.PeerPort)
	}
	if p := snap.Port(f.id(52), 1); p.Peer != f.id(1) || p.PeerPort != 49 {
		t.Errorf("spine2:1 leads to %d/%d", p.Peer, p.PeerPort)
	}
}

// TestGivenStays: what is given is not learned otherwise, and says so once it is seen.
func TestGivenStays(t *testing.T) {
	given, err := ParseStatic([]byte(`{"nodes":{"leaf1":{"agent":"10.255.0.1","ports":{"up":{"ifindex":49}}},"spine1":{"agent":"10.255.0.51","ports":{"p1":{"ifindex":1}}}},
"links":{"a":{"node1":"leaf1","port1":"up","node2":"spine1","port2":"p1"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	source := func(f *fabric) (s Source) {
		for _, r := range f.all {
			if r.Kind == LinkRecord && r.ID == "10.255.0.1/49--10.255.0.51/1" {
				s = r.Source
			}
		}
		return s
	}
	f := newFabric(t, Config{Learn: true, Static: given})
	f.tick(time.Second)
	if s := source(f); s != Given {
		t.Errorf("before it is seen it is %v", s)
	}
	f.forwarded(1, 49, 52, 1)
	f.forwarded(52, 1, 1, 49)
	snap := f.tick(time.Second)
	if p := snap.Port(f.id(1), 49); p.Peer != f.id(51) || p.PeerPort != 1 {
		t.Errorf("a given link leads to %d/%d", p.Peer, p.PeerPort)
	}
	if s := source(f); s != Given {
		t.Errorf("what contradicts it makes it %v", s)
	}
	g := newFabric(t, Config{Learn: true, Static: given})
	g.forwarded(1, 49, 51, 1)
	g.forwarded(51, 1, 1, 49)
	g.tick(time.Second)
	if s := source(g); s != Both {
		t.Errorf("seen as well it is %v", s)
	}
}

// TestOwnFrames: a switch is no neighbour of itself, whatever loops its frames.
func TestOwnFrames(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.forwarded(1, 60, 1, 61)
	f.forwarded(1, 49, 1, 61)
	if p := f.tick(time.Second).Port(f.id(1), 61); p != nil && p.Peer != 0 {
		t.Errorf("leaf1:61 leads to %d", p.Peer)
	}
}

// TestSinkNearest: a receiver that never sends is where the lowest TTL leaves, if hosts live there, and at no port by which
// more than two addresses go or that hands to a router.
func TestSinkNearest(t *testing.T) {
	hosts := func(f *fabric) {
		f.joined()
		for range 3 {
			f.sent("10.2.1.1", mac(0, 2), 2, 101)
			f.tick(time.Second)
		}
		f.tick(16 * time.Second)
	}
	sink := func(f *fabric, host string, sw, port int, ttl uint8, router bool) {
		f.give(Evidence{Kind: SawSink, Agent: agent(sw), Port: uint32(port), Addr: addr(host), TTL: ttl, Fresh: router, Count: sinkFrames})
	}
	for name, tc := range map[string]struct {
		give func(*fabric)
		port uint32 // of leaf2, 0 nowhere
	}{
		"too few": {func(f *fabric) {
			f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 109, Addr: addr("10.9.1.1"), TTL: 61, Count: sinkFrames - 1})
		}, 0},
		"one address":   {func(f *fabric) { sink(f, "10.9.1.1", 2, 109, 61, false) }, 109},
		"two addresses": {func(f *fabric) { sink(f, "10.9.1.1", 2, 109, 61, false); sink(f, "10.9.1.2", 2, 109, 61, false) }, 109},
		"three: a silent switch": {func(f *fabric) {
			for i := 1; i <= 3; i++ {
				sink(f, fmt.Sprint("10.9.1.", i), 2, 109, 61, false)
			}
		}, 0},
		"to a router": {func(f *fabric) { sink(f, "10.9.1.1", 2, 109, 61, true) }, 0},
		"forwarded frames come in": {func(f *fabric) {
			f.forwarded(77, 1, 2, 109)
			f.tick(time.Second)
			sink(f, "10.9.1.1", 2, 109, 61, false)
		}, 0},
		"the lower TTL counts": {func(f *fabric) { sink(f, "10.9.1.1", 2, 108, 62, false); sink(f, "10.9.1.1", 2, 109, 61, false) }, 109},
		"and comes to be lower": {func(f *fabric) {
			sink(f, "10.9.1.1", 2, 109, 63, false)
			sink(f, "10.9.1.1", 2, 108, 62, false)
			f.tick(time.Second)
			sink(f, "10.9.1.1", 2, 109, 61, false)
		}, 109},
		"over a link":             {func(f *fabric) { sink(f, "10.9.1.1", 2, 49, 61, false) }, 0},
		"at a switch without any": {func(f *fabric) { sink(f, "10.9.1.1", 51, 109, 61, false) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			hosts(f)
			tc.give(f)
			snap := f.tick(time.Second)
			sw, port, ok := snap.Locate(addr("10.9.1.1"))
			if ok != (tc.port != 0) || ok && (sw != f.id(2) || port != tc.port) {
				t.Errorf("located at %d/%d %v, want port %d", sw, port, ok, tc.port)
			}
		})
	}
}

// TestSourceOneHopAway: what a single router forwarded comes from a host of the neighbour, over a link; over a port that leads
// to nobody known it comes from somewhere else, and the address is in doubt.
func TestSourceOneHopAway(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.forwarded(77, 1, 51, 9)
	f.tick(time.Second)
	for host, port := range map[string]uint32{"10.2.1.1": 2, "10.7.1.1": 9} {
		f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: port, Addr: addr(host), Hops: 1, Far: 1})
	}
	f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 2, Addr: addr("10.8.1.1"), Hops: 2, Far: 1})
	snap := f.tick(time.Second)
	for host, want := range map[string][]SwitchID{"10.2.1.1": {f.id(2)}, "10.7.1.1": nil, "10.8.1.1": nil} {
		if got := snap.Edges(addr(host)); !slices.Equal(got, want) {
			t.Errorf("%s lives at %v, want %v", host, got, want)
		}
	}
}

// TestTwoLeavesOneHost: an address that enters two routing leaves lives at both, and nobody says at which port.
func TestTwoLeavesOneHost(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 3 {
		f.sent("10.1.1.1", mac(0, 1), 1, 101)
		f.tick(700 * time.Millisecond)
		f.sent("10.1.1.1", mac(0, 1), 2, 102)
		f.tick(700 * time.Millisecond)
	}
	snap := f.tick(time.Second)
	if got := snap.Edges(addr("10.1.1.1")); !slices.Equal(got, []SwitchID{f.id(1), f.id(2)}) {
		t.Errorf("it lives at %v", got)
	}
	if snap.Edge(addr("10.1.1.1")) != 0 {
		t.Error("one of two switches is said to be the only one")
	}
	for _, tc := range []struct {
		sw   int
		port uint32
		want bool
	}{{1, 101, false}, {1, 49, false}, {2, 0, false}} {
		if got := snap.Beside(addr("10.1.1.1"), f.id(tc.sw), tc.port); got != tc.want {
			t.Errorf("beside at %d/%d: %v", tc.sw, tc.port, got)
		}
	}
}

// TestMACThatChanges: the latest MAC of an address is its host record's, and nothing of the old one is kept.
func TestMACThatChanges(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for _, m := range []uint64{mac(0, 1), mac(0, 9)} {
		for range 3 {
			f.sent("10.1.1.1", m, 1, 101)
			f.tick(700 * time.Millisecond)
		}
	}
	var last Record
	for _, r := range f.all {
		if r.ID == "host/10.1.1.1" {
			last = r
		}
	}
	if last.MAC != mac(0, 9) {
		t.Errorf("the host's record is %+v", last)
	}
	if st := f.stations[mac(0, 1)]; st != nil && len(st.hosts) != 0 {
		t.Errorf("the old MAC is still that of %d hosts", len(st.hosts))
	}
}

// TestOldestSightingGoes: of a host that is everywhere eight places are remembered, the latest.
func TestOldestSightingGoes(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for port := 101; port <= 110; port++ {
		f.sent("10.1.1.1", mac(0, 1), 1, port)
		f.tick(time.Second)
	}
	h := f.hosts[addr("10.1.1.1")]
	if len(h.sources) != maxSightings {
		t.Fatalf("%d are remembered", len(h.sources))
	}
	for _, s := range h.sources {
		if s.port.key.idx < 103 {
			t.Errorf("port %d is remembered, which was among the oldest", s.port.key.idx)
		}
	}
	if p := f.at(portKey{f.id(1), 101}); len(p.hosts) != 0 {
		t.Error("a port keeps a host that it forgot")
	}
}

// TestGapsVote: two flows that skip a switch between the same two open ports agree; one flow twice is one.
func TestGapsVote(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.forwarded(77, 1, 1, 49)
	f.forwarded(77, 2, 2, 49)
	f.tick(time.Second)
	p, q := f.at(portKey{f.id(1), 49}), f.at(portKey{f.id(2), 49})
	saw := func(a, port, b, port2 int, id uint64) {
		f.give(Evidence{Kind: SawGap, Agent: agent(a), Port: uint32(port), Agent2: agent(b), Port2: uint32(port2), Flow: id})
		f.tick(time.Second)
	}
	for i, tc := range []struct {
		id   uint64
		want uint32
	}{{7, 1}, {7, 1}, {8, 2}, {7, 3}} {
		saw(1, 49, 2, 49, tc.id)
		if n := p.beyond.mostGaps(); n != tc.want || q.beyond.mostGaps() != n {
			t.Errorf("sighting %d of flow %d: %d and %d, want %d", i, tc.id, n, q.beyond.mostGaps(), tc.want)
		}
	}
	saw(2, 49, 1, 49, 9) // the way back is the same gap
	saw(1, 49, 1, 50, 9) // within one switch is none
	if n := p.beyond.mostGaps(); n != 4 || f.dark.gaps != 1 {
		t.Errorf("%d, in %d gaps", n, f.dark.gaps)
	}
	saw(1, 49, 2, 50, 1)
	if best, n, second := p.beyond.bestGap(p, f.id(2)); best != q || n != 4 || second != 1 {
		t.Errorf("the best is %+v with %d, the second has %d", best.key, n, second)
	}
	if _, n, _ := p.beyond.bestGap(p, f.id(77)); n != 0 {
		t.Errorf("of another switch: %d", n)
	}
	// A link makes an open port no longer open, and nothing is kept of its gaps.
	f.forwarded(1, 49, 51, 1)
	f.forwarded(51, 1, 1, 49)
	f.tick(20 * time.Second)
	f.tick(time.Second)
	if p.beyond != nil && len(p.beyond.gaps) != 0 || q.beyond != nil && len(q.beyond.gaps) != 0 {
		t.Errorf("gaps are kept of a link: %+v", p.beyond)
	}
}

// TestSizesTell: what grows with what is seen is told with its bound.
func TestSizesTell(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.sent("10.1.1.1", mac(0, 1), 1, 101)
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: addr("192.0.2.1"), Buckets: 1})
	f.tick(time.Second)
	want := map[string]int{"ports": 5, "hosts": 1, "outside": 0, "stations": 1, "owners": 4, "tunnel_ends": 1, "votes": 0, "sites": 0}
	for _, s := range f.Sizes() {
		if s.N != want[s.What] || s.Max <= 0 {
			t.Errorf("%s: %d of at most %d, want %d", s.What, s.N, s.Max, want[s.What])
		}
		delete(want, s.What)
	}
	if len(want) != 0 {
		t.Errorf("nobody tells of %v", want)
	}
}
