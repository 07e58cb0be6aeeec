package topology

import (
	"net/netip"
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

// routes: host agent n behind port 1 of a leaf forwards for a guest, and sends frames of its own.
func (f *fabric) routes(n, leaf int) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(n), Port: 2, Far: mac(leaf, 1), Own: mac(0, n)})
	f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 1, Far: mac(0, n), Own: mac(leaf, 1)})
	f.give(Evidence{Kind: SawTransit, Agent: agent(n)})
	f.ownFrame(n, "10.1.1.1")
}

// TestHostsAreConfigured: only who knows can tell a host that routes for guests from a leaf, and may do so at run time.
func TestHostsAreConfigured(t *testing.T) {
	const h = 101
	hosts := []netip.Prefix{netip.MustParsePrefix("10.255.0.100/31")}
	for _, at := range []string{"start", "run time"} {
		cfg := Config{Learn: true}
		if at == "start" {
			cfg.Hosts = hosts
		}
		f := newFabric(t, cfg)
		f.joined()
		show := func() *Snapshot {
			for range 3 {
				f.routes(h, 1)
				f.tick(time.Second)
			}
			return f.Snapshot()
		}
		snap := show()
		if at != "start" {
			if sw := snap.Switch(f.id(h)); sw.Host || !sw.Doubt || snap.Peer(f.id(1), 1) != f.id(h) {
				t.Fatal("nobody said that it is a host, but it is taken for one, or for a leaf without a doubt")
			}
			f.Configure(Config{Hosts: hosts})
			snap = show()
		}
		if sw := snap.Switch(f.id(h)); !sw.Host || sw.Doubt || snap.Peer(f.id(1), 1) != 0 || snap.Routes(f.id(h), mac(0, h)) {
			t.Errorf("configured at %s: host %v, doubt %v, the leaf's port leads to %d", at, sw.Host, sw.Doubt, snap.Peer(f.id(1), 1))
		}
		if snap.Switch(f.id(1)).Host {
			t.Error("the leaf is a host")
		}
		f.Configure(Config{})
		if snap = show(); snap.Switch(f.id(h)).Host || snap.Peer(f.id(1), 1) != f.id(h) {
			t.Error("no longer configured, and still a host")
		}
	}
}

// TestDoubtfulSwitch: what ends the doubt whether an agent that forwards is a switch.
func TestDoubtfulSwitch(t *testing.T) {
	f := func(name string, cfg Config, want bool, speak func(f *fabric)) {
		t.Helper()
		cfg.Learn = true
		fab := newFabric(t, cfg)
		fab.joined()
		for range 4 {
			fab.routes(101, 1)
			if speak != nil {
				speak(fab)
			}
			fab.tick(time.Second)
		}
		if got := fab.Snapshot().Switch(fab.id(101)).Doubt; got != want {
			t.Errorf("%s: in doubt %v, want %v", name, got, want)
		}
		if fab.Snapshot().Switch(fab.id(2)).Doubt {
			t.Errorf("%s: a leaf at which nothing is odd is in doubt before anything has settled", name)
		}
	}
	f("a stub", Config{}, true, nil)
	f("with a name", Config{Names: []Name{{Agent: agent(101), Name: "leaf7"}}}, false, nil)
	f("between switches", Config{}, false, func(f *fabric) { f.give(Evidence{Kind: SawTransit, Agent: agent(101), Fresh: true}) })
	f("with two neighbours", Config{}, false, func(f *fabric) {
		f.give(Evidence{Kind: SawIngress, Agent: agent(101), Port: 3, Far: mac(2, 9), Own: mac(101, 3)})
		f.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 9, Far: mac(101, 3), Own: mac(2, 9)})
	})
	f("a host sends into it", Config{}, false, func(f *fabric) { f.sent("10.7.1.1", mac(0, 7), 101, 7) })
}

// TestStubIsDoubtful: a switch without hosts that has one neighbour is in doubt once the topology has settled.
func TestStubIsDoubtful(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	if snap := f.joined(); snap.Switch(f.id(2)).Doubt {
		t.Error("in doubt at once")
	}
	f.tick(time.Second)
	if snap := f.tick(20 * time.Second); !snap.Settled || !snap.Switch(f.id(2)).Doubt || snap.Switch(f.id(51)).Doubt {
		t.Error("a leaf without hosts is in no doubt, or its spine is")
	}
}

// TestDoubtEndsEarly: one frame of a host that entered is enough, and so is that the agent joined two others when we last knew.
func TestDoubtEndsEarly(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.routes(101, 1)
	if !f.tick(time.Second).Switch(f.id(101)).Doubt {
		t.Fatal("in no doubt to begin with")
	}
	f.sent("10.7.1.1", mac(0, 7), 101, 7)
	if f.tick(100 * time.Millisecond).Switch(f.id(101)).Doubt {
		t.Error("a host sends into it, and it is in doubt")
	}
	for _, want := range []bool{true, false} { // in doubt
		was := newFabric(t, Config{Learn: true})
		was.joined()
		was.routes(101, 1)
		if !want {
			was.give(Evidence{Kind: SawIngress, Agent: agent(101), Port: 3, Far: mac(2, 9), Own: mac(101, 3)})
			was.give(Evidence{Kind: SawIngress, Agent: agent(2), Port: 9, Far: mac(101, 3), Own: mac(2, 9)})
		}
		was.tick(time.Second)
		f := newFabric(t, Config{Learn: true, Memory: was.Remember()})
		f.now = was.now + second
		f.routes(101, 1)
		if got := f.tick(time.Second).Switch(f.id(101)).Doubt; got != want {
			t.Errorf("with two neighbours when we last knew: %v; in doubt: %v", !want, got)
		}
	}
}

// TestNamedHostRoutes: behind a port into which the MAC of a host that is configured as such forwards,
// there is that host and its guests, though it sends nothing of its own.
func TestNamedHostRoutes(t *testing.T) {
	const h = 101
	hosts := []netip.Prefix{netip.MustParsePrefix("10.255.0.101/32")}
	for _, named := range []bool{true, false} {
		cfg := Config{Learn: true}
		if named {
			cfg.Hosts = hosts
		}
		f := newFabric(t, cfg)
		f.joined()
		step := func() *Snapshot {
			f.sent("10.1.0.1", mac(0, 1), 1, 1)
			f.give(Evidence{Kind: SawIngress, Agent: agent(h), Port: 2, Far: mac(1, 9), Own: mac(0, h)})
			for i := range 6 { // more addresses than one host has
				f.routedIn("10.64.0."+string(rune('1'+i)), mac(0, h), 1, 9)
			}
			return f.tick(time.Second)
		}
		for range 3 {
			step()
		}
		snap := step()
		if got := snap.Edge(addr("10.64.0.3")) == f.id(1); got != named {
			t.Errorf("named %v: the guest lives at %v", named, snap.Edges(addr("10.64.0.3")))
		}
		if !named {
			continue
		}
		f.Configure(Config{})
		f.give(Evidence{Kind: SawRestart, Agent: agent(1)})
		for range 3 {
			snap = step()
		}
		if snap.Edge(addr("10.64.0.3")) == f.id(1) {
			t.Error("no longer configured, and its guests still live there")
		}
	}
}

// TestHostHasNoTunnelEnd: before an agent is known to be a host's, a flow that was seen bare there seems to name a tunnel's
// end; it does not once the agent names an internal interface, and what it named before is forgotten with the host.
func TestHostHasNoTunnelEnd(t *testing.T) {
	const h = 101
	for name, early := range map[string]bool{"told before": true, "told since": false} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			vtep := addr("10.240.0.1")
			ends := func(n int) { f.give(Evidence{Kind: SawVTEP, Agent: agent(n), Addr: vtep, Buckets: 7}) }
			if early {
				ends(h)
				if e, _ := f.tick(100 * time.Millisecond).TunnelEnd(vtep); e.Switches[0] != f.id(h) {
					t.Fatalf("the end is at %v", e)
				}
			}
			for range 4 {
				f.ownFrame(h, "10.1.1.1")
				if f.tick(600 * time.Millisecond); !early {
					ends(h)
				}
			}
			if e, _ := f.tick(time.Second).TunnelEnd(vtep); !f.Snapshot().Switch(f.id(h)).Host || e.Switches[0] != 0 || len(f.tunnels) != 0 {
				t.Errorf("host %v, the end is at %v", f.Snapshot().Switch(f.id(h)).Host, e)
			}
			ends(1)
			if e, _ := f.tick(time.Second).TunnelEnd(vtep); e.Switches != [2]SwitchID{f.id(1)} {
				t.Errorf("the end is at %v", e)
			}
		})
	}
}
