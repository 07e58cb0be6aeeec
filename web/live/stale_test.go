package live

import (
	"testing"

	"spoor/web/scene"
)

// TestStaleLink: a link over which nothing went for long is drawn as such, unless its port is down.
func TestStaleLink(t *testing.T) {
	snap := newRig(t, 2, 1).engine.Snapshot()
	leaf := snap.Switch(1)
	for idx, p := range leaf.Ports {
		if p.Peer == 0 {
			continue
		}
		p.Stale, snap.Port(p.Peer, p.PeerPort).Stale = true, true
		for down, want := range map[string]scene.LinkState{"": scene.Stale, scene.PortName(leaf.Agent.String(), idx): scene.Down} {
			b := newBuilder(snap, down)
			b.switches(nil, nil)
			b.links()
			states := map[scene.LinkState]int{}
			for i := range b.list {
				states[b.list[i].State]++
			}
			if states[want] != 1 || states[scene.Up] != len(b.list)-1 || len(b.list) != 2 {
				t.Errorf("down %q: %+v, want one of state %d", down, b.list, want)
			}
		}
		return
	}
	t.Error("leaf1 has no link")
}
