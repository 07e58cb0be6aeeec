package topology

import (
	"fmt"
	"testing"
	"time"

	"spoor/flow"
)

// tunnelled: frames of a tunnel that begins at vtep enter a port; hops is how many routers they passed.
func (f *fabric) tunnelled(vtep string, far uint64, sw, port int, hops uint8, buckets uint32) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(sw), Port: uint32(port), Far: far, Own: mac(sw, port), Fresh: hops == 0, Encap: true, Count: 2})
	if hops <= 1 {
		f.give(Evidence{Kind: SawSource, Agent: agent(sw), Port: uint32(port), Addr: addr(vtep), Far: far, Hops: hops, Encap: true, Buckets: buckets})
	}
	if hops > 0 {
		f.give(Evidence{Kind: SawBeyond, Agent: agent(sw), Port: uint32(port), Addr: addr(vtep), Hops: hops, Encap: true})
	}
}

// lived: leaves 1 and 2 with a host each are joined to spines 51 and 52.
func (f *fabric) lived() *Snapshot {
	for leaf := 1; leaf <= 2; leaf++ {
		f.sent(fmt.Sprintf("10.%d.0.1", leaf), mac(0, 10*leaf), leaf, 1)
		for spine := 51; spine <= 52; spine++ {
			f.forwarded(leaf, spine-2, spine, leaf)
			f.forwarded(spine, leaf, leaf, spine-2)
			f.give(Evidence{Kind: SawVote, Agent: agent(leaf), Port: uint32(spine - 2), Agent2: agent(spine), Port2: uint32(leaf), Count: votesAlone})
		}
	}
	return f.tick(500 * time.Millisecond)
}

const vtep3 = "10.240.0.3"

// quiet3 gives frames that leaf 3, which has no agent, sends through its tunnels to both spines.
func (f *fabric) quiet3(rounds int, far func(spine int) uint64) (snap *Snapshot) {
	for range rounds {
		for spine := 51; spine <= 52; spine++ {
			f.tunnelled(vtep3, far(spine), spine, 3, 0, 1<<20-1)
		}
		snap = f.lived()
	}
	return snap
}

// TestSilentLeafInTunnels: the outer frames of a silent leaf were forwarded by nobody, but the
// port where they enter is no edge: a leaf is inferred there, one for all spines, and its tunnel end with it.
func TestSilentLeafInTunnels(t *testing.T) {
	for name, far := range map[string]func(int) uint64{
		"port MACs":  func(spine int) uint64 { return mac(3, spine) },
		"switch MAC": func(int) uint64 { return mac(3, 0) },
	} {
		f := newFabric(t, Config{Learn: true})
		snap := f.quiet3(4, far)
		if p := snap.Port(f.id(51), 3); p.Edge || !p.Dark {
			t.Errorf("%s: spine1:3 is an edge (%v) or not open (%v)", name, p.Edge, p.Dark)
		}
		snap = f.quiet3(20, far)
		dark := snap.Peer(f.id(51), 3)
		if !dark.Inferred() || snap.Peer(f.id(52), 3) != dark {
			t.Errorf("%s: the spines' ports lead to %d and %d, want one inferred switch", name, dark, snap.Peer(f.id(52), 3))
		}
		if e, sure := snap.TunnelEnd(addr(vtep3)); !e.Has(dark) || e.Switches[1] != 0 || !sure || !snap.Hosts(dark) {
			t.Errorf("%s: the tunnel's end is at %v, sure %v, want at %d", name, e, sure, dark)
		}
	}
}

// TestInferredEndReports: once the silent leaf is heard the tunnel's end is its own, and not shared.
func TestInferredEndReports(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	far := func(spine int) uint64 { return mac(3, spine-2) }
	f.quiet3(20, far)
	for spine := 51; spine <= 52; spine++ {
		f.give(Evidence{Kind: SawIngress, Agent: agent(3), Port: uint32(spine - 2), Far: mac(spine, 3), Own: mac(3, spine-2), Encap: true})
	}
	snap := f.quiet3(4, far)
	if e, _ := snap.TunnelEnd(addr(vtep3)); e.Switches != [2]SwitchID{f.id(3)} || f.sharedEnds != 0 {
		t.Errorf("the tunnel's end is at %v, want at %d alone; %d are shared", e, f.id(3), f.sharedEnds)
	}
}

// TestInferredEndGone: when the ports of an inferred leaf begin anew, its tunnel's end is nowhere.
func TestInferredEndGone(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.quiet3(20, func(spine int) uint64 { return mac(3, spine) })
	for spine := 51; spine <= 52; spine++ {
		f.give(Evidence{Kind: SawRestart, Agent: agent(spine)})
	}
	snap := f.tick(time.Second)
	if e, _ := snap.TunnelEnd(addr(vtep3)); e.Switches[0] != 0 || len(f.dark.starts) != 0 {
		t.Errorf("the tunnel's end is still at %v", e)
	}
}

// TestSilentPairInTunnels: two silent leaves that share a tunnel end are not taken for one, and the end is at neither.
func TestSilentPairInTunnels(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	var snap *Snapshot
	for range 20 {
		for spine := 51; spine <= 52; spine++ {
			f.tunnelled(vtep3, mac(3, spine), spine, 3, 0, 1<<20-1)
			f.tunnelled(vtep3, mac(4, spine), spine, 4, 0, 1<<20-1)
		}
		snap = f.lived()
	}
	a, b := snap.Peer(f.id(51), 3), snap.Peer(f.id(51), 4)
	if a != 0 && a == b {
		t.Errorf("both ports of spine1 lead to %d", a)
	}
	if e, _ := snap.TunnelEnd(addr(vtep3)); e.Switches[0] != 0 {
		t.Errorf("the shared end is at %v", e)
	}
}

// TestTransitNextToSpine: tunnels that a router forwarded before, at a switch next to leaves, begin behind no leaf there.
func TestTransitNextToSpine(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	var snap *Snapshot
	for range 20 {
		f.tunnelled("10.240.0.9", mac(71, 1), 51, 60, 2, 0)
		f.tunnelled(vtep3, mac(71, 1), 51, 60, 0, 0)
		snap = f.lived()
	}
	if to := snap.Peer(f.id(51), 60); to != 0 {
		t.Errorf("spine1:60 leads to %d (leaf: %v), though other tunnels cross what is there", to, snap.Hosts(to))
	}
}

// TestHostTunnels: a host that begins tunnels itself is behind an edge port if its address sends without one too.
func TestHostTunnels(t *testing.T) {
	for _, flows := range []uint32{0, 1, 1<<3 - 1} { // none, a routing session, a host's
		f := newFabric(t, Config{Learn: true})
		var snap *Snapshot
		for range 10 {
			f.tunnelled("10.1.0.9", mac(0, 99), 1, 9, 0, 1<<20-1)
			if flows != 0 {
				f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 9, Far: mac(0, 99), Own: mac(1, 9), Fresh: true})
				f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 9, Addr: addr("10.1.0.9"), Far: mac(0, 99), Buckets: flows})
			}
			f.sent("10.1.0.8", mac(0, 98), 1, 8)
			snap = f.lived()
		}
		if p := snap.Port(f.id(1), 9); p.Edge != (flows > 1) || p.Dark == p.Edge || p.Peer != 0 {
			t.Errorf("flows %b: edge %v, open %v, leads to %d", flows, p.Edge, p.Dark, p.Peer)
		}
		if !snap.Port(f.id(1), 8).Edge {
			t.Fatal("leaf1:8 is no edge")
		}
		f.tunnelled("10.1.0.7", mac(0, 98), 1, 8, 0, 1) // nobody's address there
		if snap = f.tick(time.Second); snap.Port(f.id(1), 8).Edge {
			t.Error("a port that a stranger's tunnel enters is still an edge")
		}
	}
}

// TestInferredIsNotRemembered: numbers of inferred switches mean nothing to the next learner.
func TestInferredIsNotRemembered(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.quiet3(20, func(spine int) uint64 { return mac(3, spine) })
	f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 3, Addr: addr("10.3.0.1"), Hops: 1, Far: mac(3, 51), Buckets: 1})
	snap := f.tick(time.Second)
	if at := snap.Edges(addr("10.3.0.1")); len(at) != 1 || !at[0].Inferred() {
		t.Fatalf("the host lives at %v, want an inferred switch", at)
	}
	m := f.Remember()
	for _, e := range m.Tunnels {
		t.Errorf("tunnel end %v at %v is kept", e.Address, e.Switches)
	}
	for _, h := range m.Hosts {
		if h.Host == addr("10.3.0.1") {
			t.Errorf("host %v at %v is kept", h.Host, h.Switches)
		}
	}
}

// TestRivalOfTunnelEnd: where tunnels of a switch that reports begin behind an open port too, a silent mate
// may share the tunnel's end: neither it nor the hosts of that switch are certain to be there.
func TestRivalOfTunnelEnd(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	h1 := func() {
		f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 1, Far: mac(0, 10), Own: mac(1, 1), Fresh: true})
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: addr("10.1.0.1"), Far: mac(0, 10), Buckets: 1<<20 - 1})
	}
	f.lived()
	snap := f.tick(2 * time.Second) // the fabric is older than its tunnels
	for range 4 {
		h1()
		f.tunnelled("10.240.0.1", mac(1, 49), 51, 1, 0, 1<<20-1)
		snap = f.tick(time.Second)
	}
	if e, sure := snap.TunnelEnd(addr("10.240.0.1")); e.Switches != [2]SwitchID{f.id(1)} || !sure || !snap.Certain(addr("10.1.0.1")) {
		t.Fatalf("the tunnel's end is at %v, sure %v; the host is certain: %v", e, sure, snap.Certain(addr("10.1.0.1")))
	}
	f.tunnelled("10.240.0.1", mac(9, 49), 51, 9, 0, 1) // one frame is enough for doubt
	snap = f.tick(time.Second)
	if e, sure := snap.TunnelEnd(addr("10.240.0.1")); !e.Rival || sure || snap.Certain(addr("10.1.0.1")) {
		t.Errorf("the tunnel's end is at %v, sure %v; the host is certain: %v", e, sure, snap.Certain(addr("10.1.0.1")))
	}
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 50, Far: mac(51, 9), Own: mac(1, 50), Encap: true}) // it was but a second link of that leaf
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 9, Far: mac(1, 50), Own: mac(51, 9)})
	snap = f.tick(time.Second)
	if e, sure := snap.TunnelEnd(addr("10.240.0.1")); e.Rival || !sure || !snap.Certain(addr("10.1.0.1")) {
		t.Errorf("the tunnel's end is at %v, sure %v; the host is certain: %v", e, sure, snap.Certain(addr("10.1.0.1")))
	}
}

// TestHostsInTunnels: senders of packets in the tunnels that begin at a silent leaf live there, if they live nowhere that
// reports; not where a mate may have the tunnel's end too. Where the leaf is none after all nobody lives there.
func TestHostsInTunnels(t *testing.T) {
	far := func(spine int) uint64 { return mac(3, spine) }
	inside := func(f *fabric, host string, spine int) {
		f.give(Evidence{Kind: SawSource, Agent: agent(spine), Port: 3, Addr: addr(host), Hops: insideHops, Buckets: 1<<20 - 1})
	}
	f := newFabric(t, Config{Learn: true})
	f.quiet3(4, far)
	inside(f, "10.3.0.1", 51)
	if at := f.quiet3(1, far).Edges(addr("10.3.0.1")); at != nil {
		t.Errorf("it lives at %v before anybody knows of a leaf there", at)
	}
	f.quiet3(20, far)
	inside(f, "10.3.0.1", 51)
	inside(f, "10.3.0.1", 52)
	snap := f.quiet3(1, far)
	if dark := snap.Peer(f.id(51), 3); !dark.Inferred() || snap.Edge(addr("10.3.0.1")) != dark || !snap.Certain(addr("10.3.0.1")) {
		t.Errorf("one behind %d lives at %v", dark, snap.Edges(addr("10.3.0.1")))
	}
	inside(f, "10.1.0.1", 51) // leaf1's host sends over a gateway
	inside(f, "10.1.0.1", 52)
	if snap = f.quiet3(1, far); snap.Edges(addr("10.3.0.1")) != nil || snap.Edge(addr("10.1.0.1")) != f.id(1) {
		t.Errorf("the leaf may be a gateway, but a host lives there: %v; leaf1's at %v", snap.Edges(addr("10.3.0.1")), snap.Edges(addr("10.1.0.1")))
	}
	f.give(Evidence{Kind: SawEgress, Agent: agent(3), Port: 49, Own: mac(3, 51), Far: mac(51, 3), Fresh: true, Encap: true, Addr: addr(vtep3), Buckets: 1})
	f.give(Evidence{Kind: SawIngress, Agent: agent(3), Port: 49, Far: mac(51, 3), Own: mac(3, 51), Encap: true})
	if snap = f.tick(time.Second); snap.Edges(addr("10.3.0.1")) != nil {
		t.Errorf("the leaf is heard, but its host lives at %v", snap.Edges(addr("10.3.0.1")))
	}
}

// TestSendersInTunnels: a witness tells of the sender of a packet whose tunnel begins behind an open port, unless routers before that had it.
func TestSendersInTunnels(t *testing.T) {
	for _, c := range []struct {
		outer, inner uint8
		egress       bool
		want         bool
	}{{64, 63, false, true}, {64, 64, false, true}, {255, 127, false, true}, {63, 63, false, false}, {64, 62, false, true}, {64, 61, false, false}, {64, 64, true, false}, {64, 5, false, false}} {
		w := NewWitness()
		s := &flow.Sample{Agent: agent(51), Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 3}, Received: 1}
		s.Packet.Key = flow.Key{Src: addr("10.3.0.1"), Dst: addr("10.1.0.1"), Proto: 6}
		s.Packet.Tunnel, s.Packet.OuterSrc, s.Packet.OuterDst, s.Packet.OuterTTL, s.Packet.TTL = flow.TunnelVXLAN, addr(vtep3), addr("10.240.0.1"), c.outer, c.inner
		if s.Direction = flow.Ingress; c.egress {
			s.Direction = flow.Egress
		}
		w.Beyond(s)
		told := false
		for _, e := range w.Drain(nil) {
			told = told || e.Kind == SawSource && e.Addr == addr("10.3.0.1") && e.Hops == insideHops && e.Agent == agent(51) && e.Port == 3
		}
		if told != c.want {
			t.Errorf("%+v: told %v", c, told)
		}
	}
}
