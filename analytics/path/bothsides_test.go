package path

import (
	"testing"

	"spoor/topology"
)

// TestBareOnBothSides: agents sample on both sides. A flow that is seen bare as it enters one leaf and as it leaves
// another went through a tunnel between the two, whose routers its own TTL does not count: they are no neighbours.
// One that is seen bare between them tells of a link; not surely, for the two samples may be of two ways that it took.
func TestBareOnBothSides(t *testing.T) {
	first := Sighting{In: 1, Out: 60, TTL: 64}
	for _, c := range []struct {
		name    string
		tunnels bool
		first   Sighting
		last    Sighting
		any     bool
	}{
		{"in and out", true, first, Sighting{In: 60, Out: 1, TTL: 62, Egress: true}, false},
		{"in and out, nobody saw tunnels yet", false, first, Sighting{In: 60, Out: 1, TTL: 62, Egress: true}, false},
		{"in and out, three routers", true, first, Sighting{In: 60, Out: 1, TTL: 61, Egress: true}, false},
		{"in and in", true, first, Sighting{In: 60, Out: 1, TTL: 63}, true},
		{"out and out", true, Sighting{In: 1, Out: 60, TTL: 63, Egress: true}, Sighting{In: 60, Out: 1, TTL: 62, Egress: true}, true},
	} {
		for _, swapped := range []bool{false, true} {
			n := leafSpine(t)
			for leaf := 1; leaf <= 2; leaf++ { // where forwarded frames enter, in tunnels or not
				n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 60, Far: 0x900, Own: 0x1000 + uint64(leaf), Encap: c.tunnels})
			}
			tr := n.tracker(1, 2)
			c.first.Switch, c.last.Switch = n.id(1), n.id(2)
			both := []Sighting{c.first, c.last}
			if swapped {
				both[0], both[1] = both[1], both[0]
			}
			var votes []Vote
			for i := range both {
				both[i].Time = n.now + int64(i)*second/10
				_, votes = tr.Add(n.snap, &both[i], votes)
			}
			if c.any != (len(votes) == 1) || c.any && votes[0].Gap {
				t.Errorf("%s: votes %+v", c.name, votes)
			}
			if tr.Complete {
				t.Errorf("%s: complete before the link is known, path %s", c.name, n.names(tr.Hops))
			}
			if len(votes) == 0 {
				continue
			}
			for range 3 {
				n.learn(topology.Evidence{Kind: topology.SawVote, Agent: n.agent(1), Port: 60, Agent2: n.agent(2), Port2: 60})
			}
			if tr.Resolve(n.snap); tr.Complete != c.any {
				t.Errorf("%s: complete %v, path %s", c.name, tr.Complete, n.names(tr.Hops))
			}
		}
	}
}
