package path

import (
	"testing"

	"spoor/topology"
)

// TestSeenAgainAtTheFirst: a flow that was seen at one switch, at another with the same TTL and at the first again was bridged between
// them, and did not move. That a host's agent was one of the two tells nothing.
func TestSeenAgainAtTheFirst(t *testing.T) {
	n := leafSpine(t)
	const agent = 101
	n.learn(topology.Evidence{Kind: topology.SawUnnamed, Agent: n.agent(agent)})
	for range 5 {
		n.now += second / 2
		n.learn(topology.Evidence{Kind: topology.SawLocal, Agent: n.agent(agent), Addr: host(9), Fresh: true})
	}
	if !isHost(n.snap, n.id(agent)) || isHost(n.snap, n.id(1)) || isHost(n.snap, n.id(2)) {
		t.Fatal("who is a host is not as it should be")
	}
	for _, c := range []struct {
		a, b int
		want bool
	}{{1, 2, false}, {2, 1, false}, {1, agent, true}, {agent, 1, true}} {
		var b bounce
		at := func(sw int) []Obs { return []Obs{{Switch: n.id(sw), TTL: 64, n: 100}} }
		b.leaves(at(c.a), &at(c.b)[0])
		if !b.moved(n.snap, at(c.b)) {
			t.Errorf("%d, then %d alone: not taken for a move", c.a, c.b)
		}
		b.leaves(at(c.b), &at(c.a)[0])
		if !b.back {
			t.Errorf("%d, %d, %d: that it is back is not noted", c.a, c.b, c.a)
		}
		if got := b.moved(n.snap, at(c.a)); got != c.want {
			t.Errorf("%d, %d, %d: a move %v, want %v", c.a, c.b, c.a, got, c.want)
		}
	}
}
