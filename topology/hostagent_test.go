package topology

import (
	"testing"
	"time"
)

// ownFrame: host agent n sent a frame of an address over its port 2.
func (f *fabric) ownFrame(n int, from string) {
	f.give(Evidence{Kind: SawLocal, Agent: agent(n), Addr: addr(from), Fresh: true})
}

// arrived: a frame for an address ended at host agent n; its leaf's port 1 had sent it.
func (f *fabric) arrived(n, leaf int, to string) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(n), Port: 2, Far: mac(leaf, 1), Own: mac(0, n)})
	f.give(Evidence{Kind: SawLocal, Agent: agent(n), Addr: addr(to), Port: 2})
}

func TestHostWithAgent(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	const h = 101 // the agent of host 10.1.1.1 behind leaf1
	for range 3 {
		f.sent("10.1.1.1", mac(0, h), 1, 1)
		f.ownFrame(h, "10.1.1.1")
		f.arrived(h, 1, "10.1.1.1")
		f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 1, Agent2: agent(h), Port2: 2})
		f.tick(400 * time.Millisecond)
	}
	if f.Snapshot().Switch(f.id(h)).Host {
		t.Error("three frames within a second prove nothing")
	}
	for range 4 {
		f.ownFrame(h, "10.1.1.1")
		f.arrived(h, 1, "10.1.1.1")
		f.sent("10.1.1.1", mac(0, h), 1, 1)
		f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 1, Agent2: agent(h), Port2: 2})
		f.give(Evidence{Kind: SawOwnMAC, Agent: agent(h), Own: mac(0, h)})
		f.tick(600 * time.Millisecond)
	}
	snap := f.Snapshot()
	p := snap.Port(f.id(1), 1)
	switch {
	case !snap.Switch(f.id(h)).Host:
		t.Error("it is not taken for a host")
	case p.Peer != 0 || !p.Edge || snap.Edge(addr("10.1.1.1")) != f.id(1):
		t.Errorf("its port at the leaf leads to %d, edge %v; it lives at %v", p.Peer, p.Edge, snap.Edges(addr("10.1.1.1")))
	case snap.Routes(f.id(h), mac(0, h)):
		t.Error("its MAC is a router's")
	case snap.Peer(f.id(h), 2) != 0:
		t.Error("its own port is a link")
	}
	for range 2 { // it forwards for others after all
		f.give(Evidence{Kind: SawTransit, Agent: agent(h)})
		f.ownFrame(h, "10.1.1.1")
		f.tick(2 * time.Second)
	}
	if f.Snapshot().Switch(f.id(h)).Host {
		t.Error("a host that forwards is a router")
	}
}

// TestSwitchesAreNoHosts: agents of switches that call an interface internal.
func TestSwitchesAreNoHosts(t *testing.T) {
	f := func(name string, speak func(f *fabric, i int)) {
		t.Helper()
		fab := newFabric(t, Config{Learn: true})
		for i := range 40 {
			speak(fab, i)
			fab.tick(time.Second)
		}
		if fab.Snapshot().Switch(fab.id(1)).Host {
			t.Errorf("%s: taken for a host", name)
		}
	}
	f("its hosts' frames enter it", func(f *fabric, _ int) {
		f.arrived(1, 51, "10.1.1.1")
		f.sent("10.1.1.1", mac(0, 1), 1, 1)
	})
	f("its hosts' frames entered it before", func(f *fabric, i int) {
		f.sent("10.1.1.1", mac(0, 1), 1, 1)
		if i > 3 {
			f.ownFrame(1, "10.1.1.1")
		}
	})
	f("five addresses", func(f *fabric, i int) {
		f.arrived(1, 51, "10.1.1."+string(rune('1'+i%5)))
	})
	f("by two ports", func(f *fabric, i int) {
		f.give(Evidence{Kind: SawLocal, Agent: agent(1), Addr: addr("10.1.1.1"), Port: uint32(1 + i%2)})
	})
	f("it forwards", func(f *fabric, _ int) {
		f.ownFrame(1, "10.255.0.1")
		f.give(Evidence{Kind: SawTransit, Agent: agent(1)})
	})
}

func TestHostThatOnlyReceives(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	for i := range 25 {
		f.arrived(101, 1, "10.1.1.1")
		if f.tick(time.Second); f.Snapshot().Switch(f.id(101)).Host && i < 18 {
			t.Fatalf("after %d frames", i+1)
		}
	}
	if !f.Snapshot().Switch(f.id(101)).Host {
		t.Error("25 frames that ended there, and it is no host")
	}
}
