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
