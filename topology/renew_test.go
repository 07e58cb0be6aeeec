package topology

import (
	"testing"
	"time"
)

// settledFabric is one with both leaves joined, a host behind each leaf's port 1, and no new link for a while.
func settledFabric(t *testing.T) *fabric {
	t.Helper()
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 20 {
		f.sent("10.1.1.1", mac(0, 1), 1, 1)
		f.sent("10.2.1.1", mac(0, 2), 2, 1)
		f.tick(time.Second)
	}
	if snap := f.Snapshot(); !snap.Settled || !snap.Port(f.id(1), 1).Edge || snap.Edge(addr("10.1.1.1")) != f.id(1) {
		t.Fatal("the fabric was not learned")
	}
	return f
}

func TestRestartMakesPortsUnproven(t *testing.T) {
	f := settledFabric(t)
	f.give(Evidence{Kind: SawRestart, Agent: agent(1)})
	snap := f.tick(100 * time.Millisecond)
	switch {
	case snap.Peer(f.id(1), 49) != 0:
		t.Error("the restarted switch's link is still believed")
	case snap.Port(f.id(1), 1).Edge:
		t.Error("its edge port is still one")
	case len(snap.Edges(addr("10.1.1.1"))) != 0:
		t.Error("its host is still there")
	case snap.Peer(f.id(51), 1) != f.id(1):
		t.Error("the spine's port led to that switch by its MAC, which it still has")
	case snap.Settled:
		t.Error("a fabric with unproven links is not settled")
	case snap.Switch(f.id(1)).Void != f.now-int64(100*time.Millisecond):
		t.Error("what was seen before the restart is not void")
	case snap.Peer(f.id(2), 49) != f.id(51), snap.Edge(addr("10.2.1.1")) != f.id(2):
		t.Error("the other leaf did not restart")
	}
	// Port numbers were exchanged: the uplink is port 1 now, the host's port 49.
	for range 4 {
		f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 1, Far: mac(51, 1), Own: mac(1, 49)})
		f.sent("10.1.1.1", mac(0, 1), 1, 49)
		f.tick(time.Second)
	}
	snap = f.Snapshot()
	if snap.Peer(f.id(1), 1) != f.id(51) || snap.Peer(f.id(1), 49) != 0 {
		t.Errorf("port 1 leads to %d and port 49 to %d, want the spine and nobody", snap.Peer(f.id(1), 1), snap.Peer(f.id(1), 49))
	}
	if sw, port, ok := snap.Locate(addr("10.1.1.1")); !ok || sw != f.id(1) || port != 49 {
		t.Errorf("the host is at %d/%d, want leaf1/49", sw, port)
	}
	if p := snap.Port(f.id(51), 1); p.PeerPort != 1 {
		t.Errorf("the spine's port 1 leads to port %d, want 1", p.PeerPort)
	}
}

func TestEvidenceFromBeforeARestartIsVoid(t *testing.T) {
	f := settledFabric(t)
	late := Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(51, 1), Own: mac(1, 49), Count: 3, First: f.now - second, Last: f.now}
	f.give(Evidence{Kind: SawRestart, Agent: agent(1)})
	f.tick(100 * time.Millisecond)
	f.ev = append(f.ev, late)
	if snap := f.tick(100 * time.Millisecond); snap.Peer(f.id(1), 49) != 0 {
		t.Error("frames from before the restart proved a link after it")
	}
}

// TestContradictionsRenew: a restart that nobody noticed, and cables that were exchanged.
func TestContradictionsRenew(t *testing.T) {
	f := settledFabric(t)
	stranger := mac(77, 1)
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: stranger, Own: mac(1, 49), Count: 2})
	if snap := f.tick(100 * time.Millisecond); snap.Peer(f.id(1), 49) != f.id(51) {
		t.Error("two frames that do not fit are no proof")
	}
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: stranger, Own: mac(1, 49)})
	snap := f.tick(100 * time.Millisecond)
	if snap.Peer(f.id(1), 49) != 0 {
		t.Error("three frames of a stranger in a row, and the link is still believed")
	}
	if len(snap.Edges(addr("10.1.1.1"))) == 0 || snap.Switch(f.id(1)).Void != 0 {
		t.Error("one port that leads elsewhere says nothing of the others")
	}
	f.forwarded(51, 2, 1, 2) // a second port of the same leaf that changes its neighbour
	f.tick(100 * time.Millisecond)
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 2, Far: stranger, Own: mac(1, 2), Count: 3})
	if snap := f.tick(100 * time.Millisecond); len(snap.Edges(addr("10.1.1.1"))) != 0 || snap.Switch(f.id(1)).Void == 0 {
		t.Error("two ports of a switch that lead elsewhere: all its ports may have other numbers")
	}
}

// TestPortThatLeadsElsewhereIsVoid: another far MAC is another neighbour, and what was seen of the port before is void; that its
// neighbour becomes known better says nothing of what was seen.
func TestPortThatLeadsElsewhereIsVoid(t *testing.T) {
	f := settledFabric(t)
	f.give(Evidence{Kind: SawIngress, Agent: agent(52), Port: 2, Far: mac(2, 50), Own: mac(52, 2)})
	f.give(Evidence{Kind: SawEgress, Agent: agent(53), Port: 2, Own: mac(54, 2), Far: mac(77, 1)}) // another's MAC, weakly claimed
	f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 51, Far: mac(54, 2), Own: mac(2, 51)})
	snap := f.tick(100 * time.Millisecond)
	if snap.Peer(f.id(2), 51) != f.id(53) || snap.Switch(f.id(2)).PortVoid != 0 || snap.Switch(f.id(1)).PortVoid != 0 {
		t.Fatal("the ports do not lead where they should, or something is void already")
	}
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(52, 2), Own: mac(1, 49)})
	f.give(Evidence{Kind: SawIngress, Agent: agent(54), Port: 2, Far: mac(2, 51), Own: mac(54, 2)})
	at := f.now
	snap = f.tick(100 * time.Millisecond)
	if p := snap.Port(f.id(1), 49); p.Peer != f.id(52) || p.Void != at || snap.Switch(f.id(1)).PortVoid != at {
		t.Errorf("port 49 leads to %d, void before %d, want the other spine since %d", p.Peer, p.Void, at)
	}
	if p := snap.Port(f.id(2), 51); p.Peer != f.id(54) || p.Void != 0 {
		t.Errorf("port 51 leads to %d, void before %d, want the MAC's owner and nothing void", p.Peer, p.Void)
	}
	if sw := snap.Switch(f.id(1)); sw.Void != 0 || len(snap.Edges(addr("10.1.1.1"))) == 0 {
		t.Error("the switch's other ports are void too")
	}
}

// TestVotedPortThatLeadsElsewhere: what votes proved, and frames of the neighbour confirmed, ends by a stranger's frames, and is void
// as soon as another known neighbour's enter.
func TestVotedPortThatLeadsElsewhere(t *testing.T) {
	f := settledFabric(t)
	f.forwarded(1, 60, 52, 1)
	f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 50, Agent2: agent(51), Port2: 9, Count: 3})
	f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 51, Agent2: agent(51), Port2: 10, Count: 3})
	if snap := f.tick(100 * time.Millisecond); snap.Peer(f.id(1), 50) != f.id(51) || snap.Peer(f.id(1), 51) != f.id(51) {
		t.Fatal("votes did not prove the links")
	}
	f.forwarded(51, 9, 1, 50)
	f.forwarded(51, 10, 1, 51)
	f.forwarded(1, 50, 51, 9) // by its own MACs the spine is known
	f.forwarded(1, 51, 51, 10)
	f.tick(100 * time.Millisecond)
	f.forwarded(51, 9, 1, 50)
	f.forwarded(51, 10, 1, 51)
	if snap := f.tick(100 * time.Millisecond); snap.Switch(f.id(1)).PortVoid != 0 {
		t.Fatal("void already")
	}
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 50, Far: mac(77, 1), Own: mac(1, 50), Count: 3})
	at := f.now
	f.tick(100 * time.Millisecond)
	if p := f.Snapshot().Port(f.id(1), 50); p.Peer != 0 || p.Void != at {
		t.Errorf("three frames of a stranger: the port leads to %d, void before %d, want nobody since %d", p.Peer, p.Void, at)
	}
	f.now += bumpWindow // one at a time
	f.forwarded(52, 1, 1, 51)
	at = f.now
	f.tick(100 * time.Millisecond)
	if p := f.Snapshot().Port(f.id(1), 51); p.Peer != f.id(52) || p.Void != at {
		t.Errorf("the port leads to %d, void before %d, want the other spine since %d", p.Peer, p.Void, at)
	}
}

// TestPortOfUnknownNeighbourLeadsElsewhere: forwarded frames of somebody whom nobody knows entered, then those of a known switch.
func TestPortOfUnknownNeighbourLeadsElsewhere(t *testing.T) {
	f := settledFabric(t)
	f.forwarded(77, 1, 1, 50)
	f.forwarded(77, 2, 1, 51)
	f.forwarded(1, 60, 52, 1)
	f.tick(100 * time.Millisecond)
	f.give(Evidence{Kind: SawIngress, Agent: agent(77), Port: 1, Far: mac(1, 50), Own: mac(77, 1)})
	if p := f.tick(100*time.Millisecond).Port(f.id(1), 50); p.Peer != f.id(77) || p.Void != 0 {
		t.Fatalf("the port leads to %d, void before %d, want its neighbour, which became known, and nothing void", p.Peer, p.Void)
	}
	f.forwarded(52, 1, 1, 51)
	at := f.now
	snap := f.tick(100 * time.Millisecond)
	if p := snap.Port(f.id(1), 51); p.Peer != f.id(52) || p.Void != at || snap.Switch(f.id(1)).PortVoid != at {
		t.Errorf("the port leads to %d, void before %d, want the spine since %d", p.Peer, p.Void, at)
	}
	if snap.Switch(f.id(1)).Void != 0 {
		t.Error("one port that leads elsewhere says nothing of the others")
	}
	f.forwarded(78, 1, 1, 52)
	f.tick(100 * time.Millisecond)
	f.forwarded(52, 1, 1, 52)
	if snap = f.tick(100 * time.Millisecond); snap.Switch(f.id(1)).Void == 0 {
		t.Error("two ports of a switch that lead elsewhere: all its ports may have other numbers")
	}
}

// TestLinkBecomesEdge: a host was plugged into a port that led to a switch.
func TestLinkBecomesEdge(t *testing.T) {
	f := settledFabric(t)
	for range 5 {
		f.sent("10.1.1.9", mac(0, 9), 1, 49)
		f.tick(time.Second)
	}
	snap := f.Snapshot()
	if p := snap.Port(f.id(1), 49); p.Peer != 0 || !p.Edge {
		t.Errorf("the port leads to %d, edge %v, want an edge port", p.Peer, p.Edge)
	}
	if e := snap.Edges(addr("10.1.1.9")); len(e) != 1 || e[0] != f.id(1) {
		t.Errorf("the host is at %v, want leaf1", e)
	}
}

func TestRenewLeavesNothingBehind(t *testing.T) {
	f := settledFabric(t)
	before := f.size()
	for range 3 {
		f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 5, Agent2: agent(2), Port2: 5})
		f.tick(100 * time.Millisecond)
		f.give(Evidence{Kind: SawRestart, Agent: agent(1)})
		f.give(Evidence{Kind: SawRestart, Agent: agent(2)})
		f.tick(100 * time.Millisecond)
	}
	after := f.size()
	for _, what := range []string{"votes", "port votes", "young", "sightings"} {
		if after[what] > before[what] || what != "sightings" && after[what] != 0 {
			t.Errorf("%d %s are left, before %d", after[what], what, before[what])
		}
	}
}
