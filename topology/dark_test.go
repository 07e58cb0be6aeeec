package topology

import (
	"fmt"
	"testing"
	"time"
)

// unheard: hosts on leaves 1 and 2, between which spines 61 and 62 have no
// agent; flows cross each of them.
func (f *fabric) unheard(rounds int, ports bool) *Snapshot { return f.unheardAt(rounds, ports, 0) }

// unheardAt: the same, of frames sampled one in rate.
func (f *fabric) unheardAt(rounds int, ports bool, rate uint32) *Snapshot {
	var snap *Snapshot
	for i := range rounds {
		for leaf := 1; leaf <= 2; leaf++ {
			for h := range 3 {
				f.sent(fmt.Sprintf("10.%d.0.%d", leaf, h+1), mac(0, 10*leaf+h), leaf, h+1)
			}
			for spine := range 2 {
				far := mac(61+spine, 0)
				if ports {
					far = mac(61+spine, leaf)
				}
				for h := range 3 {
					src := fmt.Sprintf("10.%d.0.%d", 3-leaf, h+1)
					f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: uint32(49 + spine), Far: far, Own: mac(leaf, 49+spine), Rate: rate})
					f.give(Evidence{Kind: SawBeyond, Agent: agent(leaf), Port: uint32(49 + spine), Addr: addr(src), Hops: 2})
				}
				f.give(Evidence{
					Kind: SawGap, Agent: agent(3 - leaf), Port: uint32(49 + spine), Agent2: agent(leaf), Port2: uint32(49 + spine), Flow: uint64(i),
				})
			}
		}
		snap = f.tick(500 * time.Millisecond)
	}
	return snap
}

func TestSilentSpines(t *testing.T) {
	for _, ports := range []bool{false, true} {
		t.Run(fmt.Sprintf("port MACs %v", ports), func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			if snap := f.unheard(4, ports); snap.Peer(f.id(1), 49) != 0 {
				t.Error("a neighbour that reports could still turn up")
			}
			snap := f.unheard(20, ports)
			a, b := snap.Peer(f.id(1), 49), snap.Peer(f.id(1), 50)
			if !a.Inferred() || !b.Inferred() || a == b {
				t.Fatalf("leaf1's uplinks lead to %d and %d, want two inferred switches", a, b)
			}
			if snap.Peer(f.id(2), 49) != a || snap.Peer(f.id(2), 50) != b {
				t.Errorf("leaf2's uplinks lead to %d and %d, want %d and %d", snap.Peer(f.id(2), 49), snap.Peer(f.id(2), 50), a, b)
			}
			if !snap.Adjacent(a, f.id(1)) || !snap.Adjacent(f.id(2), a) || snap.Name(a) != "dark-1" || !snap.FlowPort(a, 0).Agent.IsZero() {
				t.Errorf("switch %d named %q is not between the leaves, or has an agent", a, snap.Name(a))
			}
			told := map[string]State{}
			for _, r := range f.all {
				if r.Source == Inferred {
					told[r.ID] = r.State
				}
			}
			if len(told) != 6 || told["dark/1"] != Up || told["10.255.0.1/49--dark-1"] != Up {
				t.Errorf("records %v, want two switches and four links", told)
			}
			if links, _ := f.Known(); links != 0 {
				t.Errorf("%d links known, want none with two ends", links)
			}
		})
	}
}

// TestSilentSpinesRates: what enters open ports is weighed by the rate at which it was sampled, bridged frames elsewhere or not.
// Where others sample a hundred times as rarely a neighbour that reports may not have been sampled yet.
func TestSilentSpinesRates(t *testing.T) {
	for _, test := range []struct {
		own, others uint32
		want        bool
	}{{10_000, 10_000, true}, {10_000, 100, true}, {100, 10_000, false}} {
		f := newFabric(t, Config{Learn: true})
		f.give(Evidence{Kind: SawBridged, Agent: agent(1), Port: 7, Port2: 8, Far: mac(0, 98), Own: mac(0, 99), Rate: test.others})
		if snap := f.unheardAt(20, false, test.own); snap.Peer(f.id(1), 49).Inferred() != test.want {
			t.Errorf("frames sampled one in %d, elsewhere one in %d: inferred %v", test.own, test.others, !test.want)
		}
	}
}

// TestSilentSpineReports: once the switch is heard it is inferred no longer.
func TestSilentSpineReports(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.unheard(20, false)
	for leaf := 1; leaf <= 2; leaf++ {
		f.give(Evidence{Kind: SawIngress, Agent: agent(61), Port: uint32(leaf), Far: mac(leaf, 49), Own: mac(61, 0)})
	}
	snap := f.tick(time.Second)
	if snap.Peer(f.id(1), 49) != f.id(61) || snap.Peer(f.id(2), 49) != f.id(61) {
		t.Errorf("uplinks lead to %d and %d, want %d", snap.Peer(f.id(1), 49), snap.Peer(f.id(2), 49), f.id(61))
	}
	gone := false
	for _, r := range f.all {
		gone = gone || r.ID == "dark/1" && r.State == Gone
	}
	if !gone {
		t.Error("nobody was told that dark-1 is none")
	}
	f.give(Evidence{Kind: SawRestart, Agent: agent(2)})
	if snap := f.tick(time.Second); snap.Peer(f.id(2), 50) != 0 {
		t.Error("after a restart the port leads where it led before")
	}
}

func TestSilentLeaf(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	var snap *Snapshot
	for range 20 {
		f.sent("10.1.0.1", mac(0, 10), 1, 1)
		f.forwarded(1, 49, 51, 1)
		for h := range 3 {
			src := addr(fmt.Sprintf("10.3.0.%d", h+1))
			f.forwarded(3, 49, 51, 3)
			f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 3, Addr: src, Hops: 1, Far: mac(3, 49), Buckets: 1<<12 - 1})
			f.give(Evidence{Kind: SawBeyond, Agent: agent(51), Port: 3, Addr: src, Hops: 1})
		}
		snap = f.tick(500 * time.Millisecond)
	}
	dark := snap.Peer(f.id(51), 3)
	if !dark.Inferred() || snap.Edge(addr("10.3.0.1")) != dark || !snap.Certain(addr("10.3.0.1")) {
		t.Errorf("spine:3 leads to %d, its host lives at %v", dark, snap.Edges(addr("10.3.0.1")))
	}
}

// TestOpenPortsBounded: garbage makes neither memory nor inferred switches without end.
func TestOpenPortsBounded(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.max.votes = 100
	for i := range 2000 {
		f.give(Evidence{Kind: SawGap, Agent: agent(i % 7), Port: uint32(i % 50), Agent2: agent(i % 5), Port2: uint32(i % 31), Flow: uint64(i)})
		f.give(Evidence{Kind: SawBeyond, Agent: agent(i % 7), Port: uint32(i), Addr: addr(fmt.Sprintf("10.9.%d.%d", i/256, i%256)), Hops: uint8(i)})
		f.give(Evidence{Kind: SawIngress, Agent: agent(i % 7), Port: uint32(i % 50), Far: uint64(i), Own: uint64(i % 11)})
		if i%20 == 0 {
			f.tick(100 * time.Millisecond)
		}
	}
	f.tick(100 * time.Millisecond)
	if f.dark.gaps > 100 || f.Ignored == 0 {
		t.Errorf("%d gaps of at most 100, %d ignored", f.dark.gaps, f.Ignored)
	}
	for _, p := range f.dark.open {
		f.renew(p)
	}
	f.tick(time.Second)
	if f.dark.gaps != 0 || len(f.dark.ports) != 0 {
		t.Errorf("%d gaps and %d ports are left of none", f.dark.gaps, len(f.dark.ports))
	}
}

// TestNoSilentSwitchBetweenMates: frames of another leaf's hosts that nobody else than their own leaf had forwarded came from it at once: over
// the link of a pair, whose MACs nobody owns where what it carries is bridged to hosts.
func TestNoSilentSwitchBetweenMates(t *testing.T) {
	for hops, want := range map[uint8]bool{1: false, 2: true} {
		f := newFabric(t, Config{Learn: true})
		var snap *Snapshot
		for i := range 60 {
			for leaf := 1; leaf <= 2; leaf++ {
				for h := range 3 {
					f.sent(fmt.Sprintf("10.%d.0.%d", leaf, h+1), mac(0, 10*leaf+h), leaf, h+1)
				}
				f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: 49, Far: mac(3-leaf, 99), Own: mac(0, 10*leaf)})
				f.give(Evidence{Kind: SawBeyond, Agent: agent(leaf), Port: 49, Addr: addr(fmt.Sprintf("10.%d.0.%d", 3-leaf, i%3+1)), Hops: hops})
				f.give(Evidence{Kind: SawGap, Agent: agent(3 - leaf), Port: 49, Agent2: agent(leaf), Port2: 49, Flow: uint64(i)})
			}
			snap = f.tick(500 * time.Millisecond)
		}
		if got := snap.Peer(f.id(1), 49).Inferred(); got != want {
			t.Errorf("frames that %d routers had forwarded: a silent switch is inferred %v, want %v", hops, got, want)
		}
	}
}
