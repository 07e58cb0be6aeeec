package topology

import (
	"testing"
	"time"
)

// TestUnnamedIsNotSilent: behind a port whose far MAC a switch saw that names no ports
// may be this very switch, for a while; then no longer.
func TestUnnamedIsNotSilent(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: time.Hour})
	f.joined()
	p := f.port(f.nodes[f.id(1)], 9)
	p.far = mac(77, 1)
	if f.claimed(p) {
		t.Fatal("nobody saw that MAC")
	}
	f.give(Evidence{Kind: SawUnnamed, Agent: agent(3), Far: mac(1, 9), Own: mac(77, 1)})
	f.tick(time.Second)
	if !f.claimed(p) {
		t.Error("a switch that names no ports saw it")
	}
	f.tick(time.Duration(unnamedFor))
	f.tick(2 * time.Minute)
	if f.claimed(p) || len(f.nameless) != 0 {
		t.Errorf("long ago: %d left", len(f.nameless))
	}
}

// TestNamelessIsSomewhere: while a switch is heard whose samples name no ports, only absence speaks neither for a silent switch nor for a receiver's place.
func TestNamelessIsSomewhere(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	p := f.port(f.nodes[f.id(1)], 9)
	if f.anyNameless() || f.mayBeUnnamed(p) {
		t.Fatal("all name their ports")
	}
	f.give(Evidence{Kind: SawUnnamed, Agent: agent(3), Far: mac(1, 9), Own: mac(77, 1)})
	f.tick(time.Second)
	if !f.anyNameless() || !f.mayBeUnnamed(p) {
		t.Error("one names none, and may be behind any port")
	}
	if p.far = mac(78, 1); f.mayBeUnnamed(p) {
		t.Error("by its MAC the port leads to somebody else")
	}
	f.forwarded(51, 9, 3, 49)
	f.forwarded(3, 49, 51, 9)
	f.tick(time.Second)
	if f.anyNameless() {
		t.Error("it names ports after all")
	}
}

// TestSharedWithNameless: hosts send to a MAC at a switch that names no ports, and another owns it: both have it, and it proves no link.
func TestSharedWithNameless(t *testing.T) {
	for _, fresh := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		f.give(Evidence{Kind: SawIngress, Agent: agent(52), Port: 9, Far: mac(1, 49), Own: mac(52, 9)})
		f.tick(time.Second)
		if f.Snapshot().Peer(f.id(52), 9) != f.id(1) {
			t.Fatal("the MAC proves no link")
		}
		f.give(Evidence{Kind: SawUnnamed, Agent: agent(3), Far: mac(0, 9), Own: mac(1, 49), Fresh: fresh})
		f.tick(time.Second)
		if got := f.Snapshot().Peer(f.id(52), 9); (got == 0) != fresh {
			t.Errorf("fresh %v: the port leads to %d", fresh, got)
		}
	}
}
