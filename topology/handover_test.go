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

// TestPeerLinkByHandOvers: what a tunnel's end handed over to its mate names the
// link of the pair, even if only fresh frames were seen to enter there; flows
// that look like it without a tunnel do not.
func TestPeerLinkByHandOvers(t *testing.T) {
	for _, tunnel := range []bool{true, false} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for h := range 2 {
			f.sent(fmt.Sprintf("10.9.0.%d", h+1), mac(0, 90+h), 2, 60)
		}
		f.tick(100 * time.Millisecond)
		for range 2 {
			f.give(Evidence{Kind: SawVote, Encap: tunnel, Agent: agent(1), Port: 60, Agent2: agent(2), Port2: 60, Count: 2})
		}
		snap := f.tick(100 * time.Millisecond)
		if got := snap.Adjacent(f.id(1), f.id(2)); got != tunnel {
			t.Errorf("in a tunnel %v: the leaves are joined: %v", tunnel, got)
		}
		if got := snap.Mates(f.id(1), f.id(2)) && snap.Mates(f.id(2), f.id(1)); got != tunnel {
			t.Errorf("in a tunnel %v: they are mates: %v", tunnel, got)
		}
		if at := snap.Edges(addr("10.9.0.1")); tunnel && len(at) > 0 {
			t.Errorf("a host whose frames came over the pair's link lives at %v", at)
		}
	}
}

// TestEdgesBesidePairs: where tunnels leave it open whether switches come in
// pairs, a port is an edge if frames to a router's MAC enter there.
func TestEdgesBesidePairs(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 1, Far: mac(1, 49), Own: mac(51, 1), Fresh: true, Encap: true})
	f.tick(100 * time.Millisecond)
	var snap *Snapshot
	for range 4 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1) // to the leaf's own MAC
		f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 60, Far: mac(0, 2), Own: mac(0, 1), Fresh: true})
		snap = f.tick(500 * time.Millisecond)
	}
	if p := snap.Port(f.id(1), 1); p == nil || !p.Edge {
		t.Error("the port of a host is no edge port")
	}
	if p := snap.Port(f.id(2), 60); p != nil && p.Edge {
		t.Error("a port that only frames to a host entered is an edge port, though it may join a pair")
	}
	if at := snap.Edges(addr("10.1.0.1")); len(at) != 1 {
		t.Errorf("the host lives at %v", at)
	}
}

// TestAdjacentFromOneSide: a link of which only one end's port is known joins its switches in both directions.
func TestAdjacentFromOneSide(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.give(Evidence{Kind: SawOwnMAC, Agent: agent(1), Own: mac(1, 49)})
	f.forwarded(1, 49, 51, 1)
	snap := f.tick(time.Second)
	if snap.Peer(f.id(51), 1) != f.id(1) || snap.Peer(f.id(1), 49) != 0 {
		t.Fatalf("the spine's port leads to %d, the leaf's to %d", snap.Peer(f.id(51), 1), snap.Peer(f.id(1), 49))
	}
	if !snap.Adjacent(f.id(51), f.id(1)) || !snap.Adjacent(f.id(1), f.id(51)) || snap.Adjacent(f.id(1), f.id(2)) {
		t.Errorf("adjacent: spine to leaf %v, leaf to spine %v", snap.Adjacent(f.id(51), f.id(1)), snap.Adjacent(f.id(1), f.id(51)))
	}
}

// TestPeerLinkOnEgress: agents that sample on egress only know no MAC by which an address entered; two addresses that
// each enter another switch by a port of their own are behind a pair's link here, one host on both leaves is not.
func TestPeerLinkOnEgress(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	left := func(host string, sw, port int) {
		f.give(Evidence{Kind: SawIngress, Agent: agent(sw), Port: uint32(port), Fresh: true, Derived: true})
		f.give(Evidence{Kind: SawSource, Agent: agent(sw), Port: uint32(port), Addr: addr(host), Buckets: 0b111, Derived: true})
	}
	for leaf := 1; leaf <= 2; leaf++ { // they route
		f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 49, Derived: true})
	}
	var snap *Snapshot
	for range 8 {
		for h := range 2 {
			host := fmt.Sprintf("10.1.0.%d", h+1)
			left(host, 1, h+1)
			left(host, 2, 60)
		}
		for _, host := range []string{"10.1.0.9", "fd00::9"} { // of one host on both leaves
			left(host, 1, 9)
			left(host, 2, 9)
		}
		left("fd00::9", 2, 60) // what it sends to a host of leaf2 by leaf1
		snap = f.tick(500 * time.Millisecond)
	}
	for h := range 2 {
		if at := snap.Edges(addr(fmt.Sprintf("10.1.0.%d", h+1))); len(at) != 1 || at[0] != f.id(1) {
			t.Errorf("host %d lives at %v, want leaf1 (%d) only", h+1, at, f.id(1))
		}
	}
	if snap.Port(f.id(2), 60).Edge {
		t.Error("the peer link is taken for an edge port")
	}
	for _, k := range []struct{ sw, port int }{{1, 1}, {1, 2}, {1, 9}, {2, 9}} {
		if !snap.Port(f.id(k.sw), uint32(k.port)).Edge {
			t.Errorf("port %d of leaf%d is no edge port", k.port, k.sw)
		}
	}
	if at := snap.Edges(addr("fd00::9")); len(at) != 2 {
		t.Errorf("the host on two leaves lives at %v", at)
	}
}

// TestMovedOnEgress: two addresses that moved to one port from two of another switch did not come over a pair's link.
func TestMovedOnEgress(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	at := func(sw int, ports ...int) {
		for h, port := range ports {
			f.give(Evidence{Kind: SawIngress, Agent: agent(sw), Port: uint32(port), Fresh: true, Derived: true})
			f.give(Evidence{Kind: SawSource, Agent: agent(sw), Port: uint32(port), Addr: addr(fmt.Sprintf("10.1.0.%d", h+1)), Buckets: 0b111, Derived: true})
		}
		f.tick(500 * time.Millisecond)
	}
	for range 8 {
		at(1, 1, 2)
	}
	for range 8 {
		at(2, 7, 7)
	}
	if p := f.Snapshot().Port(f.id(2), 7); !p.Edge {
		t.Error("the port that hosts moved to is taken for a peer link")
	}
}
