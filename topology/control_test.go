package topology

import (
	"testing"
	"time"

	"spoor/flow"
)

// control is a frame that a switch sends to its neighbour.
type control struct {
	name     string
	src, dst string
	proto    uint8
	sport    uint16
	dport    uint16
	ttl      uint8
}

func controls() []control {
	return []control{
		{"BGP", "10.0.0.0", "10.0.0.1", 6, 41000, 179, 255},
		{"BGP, the other way", "10.0.0.0", "10.0.0.1", 6, 179, 41000, 64},
		{"BGP between loopbacks", "10.255.1.1", "10.255.1.2", 6, 41000, 179, 64},
		{"BGP over link-local addresses", "fe80::1", "fe80::2", 6, 41000, 179, 255},
		{"BFD", "10.0.0.0", "10.0.0.1", 17, 49152, 3784, 255},
		{"BFD echo", "10.0.0.0", "10.0.0.0", 17, 49152, 3785, 255},
		{"BFD over several hops", "10.255.1.1", "10.255.1.2", 17, 49152, 4784, 255},
		{"micro-BFD", "10.0.0.0", "10.0.0.1", 17, 49152, 6784, 255},
		{"OSPF hello", "10.0.0.0", "224.0.0.5", 89, 0, 0, 1},
		{"OSPF with TTL security", "10.0.0.0", "10.0.0.1", 89, 0, 0, 255},
		{"OSPFv3", "fe80::1", "ff02::5", 89, 0, 0, 64},
		{"neighbour solicitation", "fe80::1", "ff02::1:ff00:2", 58, 0, 0, 255},
		{"neighbour advertisement", "2001:db8::1", "2001:db8::2", 58, 0, 0, 255},
		{"time exceeded", "10.0.0.0", "10.1.1.1", 1, 0, 0, 255},
		{"VRRP", "10.0.0.0", "224.0.0.18", 112, 0, 0, 255},
		{"HSRP", "10.0.0.0", "224.0.0.102", 17, 1985, 1985, 255},
		{"PTP", "10.0.0.0", "224.0.1.129", 17, 319, 319, 64},
		{"PIM", "10.0.0.0", "224.0.0.13", 103, 0, 0, 255},
		{"heartbeat of a pair", "10.0.0.0", "10.0.0.1", 17, 4432, 4432, 64},
		{"DHCP relay", "10.0.0.0", "10.9.0.1", 17, 67, 67, 64},
		{"samples", "10.255.1.1", "10.9.0.1", 17, 50000, 6343, 64},
	}
}

func (c *control) sample(sw, port int, from uint64) *flow.Sample {
	s := &flow.Sample{Agent: agent(sw), Input: flow.Interface{Kind: flow.InterfaceIndex, Value: uint32(port)}, Output: flow.Interface{Kind: flow.InterfaceInternal}}
	s.Packet = flow.Packet{
		Key: flow.Key{Src: addr(c.src), Dst: addr(c.dst), Proto: c.proto, SrcPort: c.sport, DstPort: c.dport},
		TTL: c.ttl, SrcMAC: from, DstMAC: mac(sw, port),
	}
	s.FlowID = s.Packet.Key.ID()
	return s
}

// TestControlPlaneMakesNoEdge: what a switch sends to its neighbour over a link without other traffic makes the
// link's port no host's, its switch none with hosts, and its addresses no hosts.
func TestControlPlaneMakesNoEdge(t *testing.T) {
	for _, c := range controls() {
		t.Run(c.name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			w := NewWitness()
			for range 20 {
				s := c.sample(51, 3, mac(3, 49))
				s.Received = f.now
				w.See(s, 0, 0)
				w.SeeLocal(s, 0, 0)
				f.ev = w.Drain(f.ev)
				f.tick(500 * time.Millisecond)
			}
			snap := f.tick(20 * time.Second)
			if p := snap.Port(f.id(51), 3); p != nil && p.Edge {
				t.Error("the port of an idle link became a host's")
			}
			if snap.Switch(f.id(51)).Hosts {
				t.Error("the spine has hosts")
			}
			if at := snap.Edges(addr(c.src)); len(at) > 0 {
				t.Errorf("the neighbour's address is a host's at %v", at)
			}
		})
	}
}

// TestHostBesideControlPlane: a host that speaks BGP is found by all else that it sends.
func TestHostBesideControlPlane(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	w := NewWitness()
	for i := range 20 {
		for _, c := range []control{{"", "10.1.1.1", "10.1.1.254", 6, 41000, 179, 64}, {"", "10.1.1.1", "10.2.1.1", 6, uint16(i), 80, 64}} {
			s := c.sample(1, 7, mac(0, 7))
			s.Received = f.now
			w.See(s, 0, 0)
		}
		f.ev = w.Drain(f.ev)
		f.tick(500 * time.Millisecond)
	}
	snap := f.tick(0)
	if p := snap.Port(f.id(1), 7); p == nil || !p.Edge {
		t.Errorf("the host's port is no edge: %+v", p)
	}
}

// TestRouterIsNoHost: frames that a switch sends itself, of whatever kind, enter from a MAC by which forwarded frames go to it.
func TestRouterIsNoHost(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.forwarded(51, 3, 3, 49) // the spine sends to leaf3, which only receives
	f.tick(100 * time.Millisecond)
	for range 20 {
		f.sent("10.255.1.3", mac(3, 49), 51, 3)
		f.tick(500 * time.Millisecond)
	}
	snap := f.tick(20 * time.Second)
	if p := snap.Port(f.id(51), 3); p != nil && p.Edge || snap.Switch(f.id(51)).Hosts {
		t.Errorf("a switch's own frames made a host's port: %+v", p)
	}
	if at := snap.Edges(addr("10.255.1.3")); len(at) > 0 {
		t.Errorf("a switch is a host at %v", at)
	}
}
