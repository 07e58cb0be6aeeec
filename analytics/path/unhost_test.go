package path

import (
	"testing"

	"spoor/topology"
)

// TestTunnelBesideAHostsAgent: a host's agent sees a flow bare, as the switch behind a tunnel's end would. Once it is known to be a
// host the flow was not seen there, and no path leads over it.
func TestTunnelBesideAHostsAgent(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 2)
	const agent = 101
	n.see(tr, 1, 1, 49, 64, 0)
	n.tunnelled(tr, 2, 49, 1, 63, 63, 0)
	n.learn(topology.Evidence{Kind: topology.SawUnnamed, Agent: n.agent(agent)})
	tr.Add(n.snap, &Sighting{Switch: n.id(agent), In: 2, TTL: 62, Inner: 62, Time: n.now}, nil)
	if tr.post != n.id(agent) {
		t.Fatalf("behind the tunnel it was seen at %d", tr.post)
	}
	for range 5 {
		n.now += second / 2
		n.learn(topology.Evidence{Kind: topology.SawLocal, Agent: n.agent(agent), Addr: host(9), Fresh: true})
	}
	if !isHost(n.snap, n.id(agent)) {
		t.Fatal("it is not taken for a host")
	}
	tr.Resolve(n.snap)
	if tr.post != 0 || tr.handed || !doubtful(n.snap, []Hop{{Switch: n.id(agent)}}) || doubtful(n.snap, []Hop{{Switch: n.id(1)}}) {
		t.Errorf("behind the tunnel it was seen at %d, handed over %v", tr.post, tr.handed)
	}
	if r := tr.Partial(n.snap); len(r.Hops) == 0 || r.Hops[len(r.Hops)-1].Switch != n.id(2) {
		t.Errorf("the path is %s", n.names(r.Hops))
	}
}
