package topology

import (
	"testing"
	"time"
)

// TestPairedAlone: the only ports known between two switches are taken for one link's until another one turns up, or a flow took another way.
func TestPairedAlone(t *testing.T) {
	peers := func(s *Snapshot, f *fabric, leafPort, spinePort uint32) [2]uint32 {
		return [2]uint32{s.Port(f.id(1), leafPort).PeerPort, s.Port(f.id(51), spinePort).PeerPort}
	}
	// The members of a LAG share their MACs: leaf 1 has ports 49 and 50, the spine 1 and 2.
	enters := func(f *fabric, from, to, port int) {
		f.give(Evidence{Kind: SawIngress, Agent: agent(to), Port: uint32(port), Far: mac(from, 0), Own: mac(to, 0)})
	}
	f := newFabric(t, Config{Learn: true})
	enters(f, 1, 51, 2)
	enters(f, 51, 1, 49)
	if got := peers(f.tick(100*time.Millisecond), f, 49, 2); got != [2]uint32{2, 49} {
		t.Fatalf("alone: %v", got)
	}
	f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 49, Agent2: agent(51), Port2: 1})
	if got := peers(f.tick(100*time.Millisecond), f, 49, 2); got != [2]uint32{2, 49} && got != [2]uint32{} {
		t.Errorf("one flow took another way: %v", got)
	}
	enters(f, 1, 51, 1)
	if got := peers(f.tick(100*time.Millisecond), f, 49, 2); got != [2]uint32{} {
		t.Errorf("another port turned up: %v", got)
	}
	f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 49, Agent2: agent(51), Port2: 1, Count: 3})
	if got := peers(f.tick(100*time.Millisecond), f, 49, 1); got != [2]uint32{1, 49} {
		t.Errorf("flows took it: %v", got)
	}
}

// TestOnlyKnownMACs: a port of which a MAC is not known may be the one as well.
func TestOnlyKnownMACs(t *testing.T) {
	p := &port{own: 1, far: 2}
	q := &port{own: 2, far: 1}
	if only([]*port{q, {own: 3, far: 1}}, p) != q {
		t.Error("one fits")
	}
	if only([]*port{q, {own: 2}}, p) != nil || only([]*port{q, {own: 2, far: 1}}, p) != nil || only([]*port{{own: 2}}, p) != nil || only([]*port{q}, &port{own: 1}) != nil {
		t.Error("another may fit")
	}
}

// TestSinkBehindLink: an address that only receives is not behind a port whose
// frames go to another router, as the switch says, nor behind a member of an
// aggregate that is a link.
func TestSinkBehindLink(t *testing.T) {
	place := func(change func(f *fabric)) bool {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		for range 4 {
			f.sent("10.1.1.1", mac(0, 1), 1, 1)
			f.tick(time.Second)
		}
		f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 50, Addr: addr("10.9.1.1"), TTL: 63, Count: sinkFrames})
		change(f)
		f.tick(time.Second)
		_, _, ok := f.tick(20 * time.Second).Locate(addr("10.9.1.1"))
		return ok
	}
	if !place(func(*fabric) {}) {
		t.Error("nothing speaks against it: no place")
	}
	if place(func(f *fabric) {
		f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 50, Addr: addr("10.9.1.2"), TTL: 63, Fresh: true})
	}) {
		t.Error("frames went on to a router")
	}
	if !place(func(f *fabric) {
		f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 50, Addr: addr("10.9.1.2"), TTL: 63, Fresh: true})
		f.tick(time.Second)
		f.give(Evidence{Kind: SawRestart, Agent: agent(1)})
		f.tick(time.Second)
		f.joined()
		for range 4 {
			f.sent("10.1.1.1", mac(0, 1), 1, 1)
			f.tick(time.Second)
		}
		f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 50, Addr: addr("10.9.1.1"), TTL: 63, Count: sinkFrames})
	}) {
		t.Error("the number was another port's")
	}
	if place(func(f *fabric) {
		for _, p := range []uint32{49, 50} {
			f.Inform(&PortInfo{Agent: agent(1), IfIndex: p, Aggregate: 7})
		}
	}) {
		t.Error("the other member is a link")
	}
}
