package topology

import (
	"testing"
	"time"
)

// bridgedByTTL: a host at leaf 1 and one at leaf 2, which both send TTLs that look as if forwarded, talk to each other in
// one subnet: their frames are addressed to each other, and cross the fabric in a tunnel.
func (f *fabric) bridgedByTTL() {
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 1, Far: mac(0, 1), Own: mac(0, 2)})
	f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 2, Far: mac(0, 2), Own: mac(0, 1)})
}

// underlay: frames in tunnels go over the links of joined.
func (f *fabric) underlay() {
	for leaf := 1; leaf <= 2; leaf++ {
		f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: uint32(leaf), Far: mac(leaf, 49), Own: mac(51, leaf), Encap: true})
		f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 49, Far: mac(51, leaf), Own: mac(leaf, 49), Encap: true})
	}
}

// TestClaimsBesideTunnels: where there are tunnels a frame that is addressed to a host is not for the switch that it enters,
// though its TTL is no initial one: the host's port is no link to that switch. Not even if it came before the first tunnel.
func TestClaimsBesideTunnels(t *testing.T) {
	for _, first := range []string{"tunnels", "hosts"} {
		f := newFabric(t, Config{Learn: true})
		for i := range 20 {
			if first == "tunnels" || i > 0 {
				f.underlay()
			}
			if first == "hosts" || i > 0 {
				f.bridgedByTTL()
			}
			f.tick(100 * time.Millisecond)
		}
		snap := f.snap
		if a, b := snap.Peer(f.id(1), 1), snap.Peer(f.id(2), 2); a != 0 || b != 0 {
			t.Errorf("%s first: the hosts' ports lead to %d and %d", first, a, b)
		}
		if snap.Peer(f.id(1), 49) != f.id(51) || snap.Peer(f.id(51), 2) != f.id(2) {
			t.Errorf("%s first: links are not known", first)
		}
	}
}

// TestLateTunnel: the first tunnel of a fabric that is known leaves its links as they are.
func TestLateTunnel(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.tick(2 * time.Second)
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 1, Far: mac(1, 49), Own: mac(51, 1), Encap: true})
	if snap := f.tick(time.Second); snap.Peer(f.id(2), 49) != f.id(51) || snap.Peer(f.id(51), 1) != f.id(1) {
		t.Error("links are forgotten")
	}
}

// TestHostsMACIsNoSwitchs: frames of a host with an odd TTL that are bridged to another host of the leaf seem to be for the leaf itself. That host is on a
// second leaf as well, and there its port is no link to the first: its MAC enters the switch that seemed to own it.
func TestHostsMACIsNoSwitchs(t *testing.T) {
	host, other := mac(0, 7), mac(0, 8)
	for name, early := range map[string]bool{"it enters there before": true, "it enters there after": false} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			enters := func() { f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 3, Far: host, Own: mac(1, 3)}) }
			if early {
				enters()
			}
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 4, Far: other, Own: host})
			f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 5, Far: host, Own: mac(2, 5)})
			if snap := f.tick(time.Second); (snap.Peer(f.id(2), 5) == 0) != early {
				t.Fatalf("leaf2:5 leads to %d", snap.Peer(f.id(2), 5))
			}
			if !early {
				enters()
			}
			if snap := f.tick(time.Second); snap.Peer(f.id(2), 5) != 0 || snap.Routes(f.id(1), host) {
				t.Errorf("leaf2:5 leads to %d, the host's MAC is leaf1's: %v", snap.Peer(f.id(2), 5), snap.Routes(f.id(1), host))
			}
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 4, Far: other, Own: host})
			f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 5, Far: host, Own: mac(2, 5)})
			if snap := f.tick(time.Second); snap.Peer(f.id(2), 5) != 0 || snap.Peer(f.id(1), 49) != f.id(51) {
				t.Errorf("leaf2:5 leads to %d, leaf1:49 to %d", snap.Peer(f.id(2), 5), snap.Peer(f.id(1), 49))
			}
			f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 9, Far: mac(1, 50), Own: host}) // several have it after all
			f.tick(time.Second)
			if o := f.owners[host]; !o.shared {
				t.Errorf("%+v", o)
			}
		})
	}
}
