package topology

import (
	"fmt"
	"testing"
	"time"
)

// TestInferredPortLeadsElsewhere: a port that led to a silent switch and is entered from another MAC leads elsewhere: what was seen before is void.
func TestInferredPortLeadsElsewhere(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	if snap := f.unheard(20, true); !snap.Peer(f.id(1), 49).Inferred() || snap.Port(f.id(1), 49).Void != 0 {
		t.Fatalf("leaf1:49 leads to %d", snap.Peer(f.id(1), 49))
	}
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 1, Far: mac(1, 49), Own: mac(51, 1)})
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(51, 1), Own: mac(1, 49)})
	snap := f.tick(time.Second)
	if p := snap.Port(f.id(1), 49); p.Peer != f.id(51) || p.Void == 0 {
		t.Errorf("it leads to %d, void %d", p.Peer, p.Void)
	}
}

// TestInferredLinkIsDown: no hop is inferred over a link to a silent switch that is down, from either end, nor another way round it.
func TestInferredLinkIsDown(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	snap := f.unheard(20, true)
	dark, leaf := snap.Peer(f.id(1), 49), f.id(1)
	if !dark.Inferred() || !snap.Adjacent(dark, leaf) || !snap.Adjacent(leaf, dark) || !snap.Adjacent(dark, f.id(2)) {
		t.Fatalf("leaf1:49 leads to %d", dark)
	}
	down := func(is bool) {
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Down: is, Up: !is, WasUp: f.now})
		snap = f.tick(time.Second)
	}
	down(true)
	if snap.Adjacent(dark, leaf) || snap.Adjacent(leaf, dark) || !snap.Adjacent(dark, f.id(2)) {
		t.Error("the link is down, and hops are inferred over it, or not over the other leaf's")
	}
	f.forwarded(1, 60, 2, 60) // the leaves are joined as well
	f.forwarded(2, 60, 1, 60)
	for range 40 {
		f.tick(time.Second)
	}
	if snap = f.Snapshot(); !snap.Settled || !snap.Adjacent(leaf, f.id(2)) || snap.Port(leaf, 49).Peer != dark {
		t.Fatalf("settled %v, leaf1:49 leads to %d", snap.Settled, snap.Port(leaf, 49).Peer)
	}
	if snap.Common(dark, leaf) != 0 || snap.Common(leaf, dark) != 0 {
		t.Error("the way round the link is taken for the only one: what was seen may be older")
	}
	if down(false); !snap.Adjacent(dark, leaf) {
		t.Error("the link is up again")
	}
}

// TestVotesAtInferred: while flows take another way two sightings of different ways may vote for a link where
// a silent switch was inferred: votes of one moment are none, those of several seconds are.
func TestVotesAtInferred(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.unheard(20, true)
	vote := func() {
		f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 49, Agent2: agent(2), Port2: 49})
	}
	for range 5 {
		vote()
	}
	if snap := f.tick(time.Second); !snap.Peer(f.id(1), 49).Inferred() {
		t.Fatalf("five votes at once: leaf1:49 leads to %d", snap.Peer(f.id(1), 49))
	}
	for range 6 {
		vote()
		f.tick(time.Second)
	}
	if snap := f.Snapshot(); snap.Peer(f.id(1), 49) != f.id(2) {
		t.Errorf("votes for six seconds: it leads to %d", snap.Peer(f.id(1), 49))
	}
}

// TestPairedPorts: ports that name each other's MACs stay together, whatever votes say of one that names another's.
func TestPairedPorts(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 50, Far: mac(61, 1), Own: mac(1, 50)})
	f.give(Evidence{Kind: SawVote, Agent: agent(51), Port: 1, Agent2: agent(1), Port2: 50, Count: 5})
	snap := f.tick(time.Second)
	if p, q := snap.Port(f.id(51), 1), snap.Port(f.id(1), 50); p.PeerPort != 49 || q.Peer != 0 {
		t.Errorf("spine1:1 is joined to leaf1:%d, leaf1:50 leads to %d", p.PeerPort, q.Peer)
	}
}

// TestMateBridges: frames of hosts of its mate that a leaf bridges do not speak against the link between the two.
func TestMateBridges(t *testing.T) {
	for host, want := range map[int]bool{2: true, 1: false} { // of the mate, of nobody there
		f := newFabric(t, Config{Learn: true})
		f.joined()
		f.forwarded(1, 60, 2, 60)
		f.forwarded(2, 60, 1, 60)
		f.sent("10.2.0.1", mac(0, 2), 2, 1)
		if snap := f.tick(time.Second); snap.Peer(f.id(1), 60) != f.id(2) {
			t.Fatal("the link is not known")
		}
		for range 5 {
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 60, Far: mac(0, host), Own: mac(0, 9), Fresh: true})
		}
		if snap := f.tick(time.Second); (snap.Peer(f.id(1), 60) == f.id(2)) != want {
			t.Errorf("host %d: the link is there %v, want %v", host, !want, want)
		}
	}
}

// TestHostLosesLink: a host on two leaves whose link to one is down does not live there, though frames of it that
// came from there were seen one hop on; unless it has another port there, by which flows enough entered.
func TestHostLosesLink(t *testing.T) {
	for _, other := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for range 3 {
			for leaf := 1; leaf <= 2; leaf++ {
				f.sent("10.1.0.1", mac(0, 1), leaf, 1)
				f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: uint32(leaf), Addr: addr("10.1.0.1"), Hops: 1, Far: mac(leaf, 49)})
			}
			if other {
				f.sent("10.1.0.1", mac(0, 1), 1, 2)
				f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 2, Addr: addr("10.1.0.1"), Far: mac(0, 1), Buckets: 0b111})
			}
			f.tick(time.Second)
		}
		if got := f.Snapshot().Edges(addr("10.1.0.1")); len(got) != 2 || f.Snapshot().Left(addr("10.1.0.1")) != 0 {
			t.Fatalf("the host lives at %v", got)
		}
		f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Down: true})
		snap := f.tick(time.Second)
		if got := snap.Edges(addr("10.1.0.1")); (len(got) == 2) != other || (snap.Left(addr("10.1.0.1")) == 0) != other {
			t.Errorf("another port %v: it lives at %v, left at %d", other, got, snap.Left(addr("10.1.0.1")))
		}
	}
}

// TestCrowdedSightings: of many sightings those go first beside which another one says the same.
func TestCrowdedSightings(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	host := addr("10.1.0.1")
	f.sent("10.1.0.1", mac(0, 1), 1, 1)
	f.tick(time.Second)
	for spine := 51; spine < 51+2*maxSightings; spine++ {
		f.forwarded(1, spine, spine, 1)
		f.forwarded(spine, 1, 1, spine)
		f.tick(time.Second)
		f.give(Evidence{Kind: SawSource, Agent: agent(spine), Port: 1, Addr: host, Hops: 1, Far: mac(1, spine), Buckets: 1 << (spine - 51)})
		f.tick(time.Second)
	}
	var buckets uint32
	own := false
	for _, s := range f.hosts[host].sources {
		own = own || s.hops == 0
		buckets |= s.buckets
	}
	if !own || buckets != 1<<(2*maxSightings)-1 || len(f.hosts[host].sources) > maxSightings {
		t.Errorf("%d sightings, its own port among them %v, flows %b", len(f.hosts[host].sources), own, buckets)
	}
}

// TestCommonBesideLink: two switches whose link is down had another way until then.
func TestCommonBesideLink(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.forwarded(1, 60, 2, 60)
	f.forwarded(2, 60, 1, 60)
	f.tick(time.Second)
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 1, Far: mac(1, 49), Own: mac(51, 1)})
	f.tick(20 * time.Second)
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 60, Down: true})
	snap := f.tick(time.Second)
	if !snap.Settled || snap.Adjacent(f.id(1), f.id(2)) {
		t.Fatalf("settled %v, adjacent %v", snap.Settled, snap.Adjacent(f.id(1), f.id(2)))
	}
	if got := snap.Common(f.id(1), f.id(2)); got != 0 {
		t.Errorf("what went over the link is said to have gone over %s", fmt.Sprint(got))
	}
}
