package path

import (
	"slices"
	"testing"

	"spoor/topology"
)

// pair is the fabric of leafSpine whose leaves 2 and 3 share a tunnel end and
// have a link by port 60, as flows that were handed over have shown; host 3 lives at leaf 3.
func pair(t *testing.T) *net {
	t.Helper()
	n := leafSpine(t)
	n.learn(
		topology.Evidence{Kind: topology.SawSource, Agent: n.agent(51), Port: 1, Addr: addr("10.240.0.1"), Far: 1, Encap: true, Buckets: 1},
		topology.Evidence{Kind: topology.SawEgress, Agent: n.agent(1), Port: 49, Own: 0x1001, Far: 0x5101, Addr: addr("10.240.0.1"), Encap: true, Fresh: true, Buckets: 1},
		topology.Evidence{Kind: topology.SawEgress, Agent: n.agent(2), Port: 49, Own: 0x1002, Far: 0x5102, Addr: addr("10.240.0.2"), Encap: true, Fresh: true, Buckets: 1},
		topology.Evidence{Kind: topology.SawEgress, Agent: n.agent(3), Port: 49, Own: 0x1003, Far: 0x5103, Addr: addr("10.240.0.2"), Encap: true, Fresh: true, Buckets: 2},
	)
	for _, leaf := range []int{1, 3} { // hosts that speak to their routers
		n.learn(
			topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 1, Far: 0xa0 + uint64(leaf), Own: 0x1000 + uint64(leaf), Fresh: true, Count: 3},
			topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Far: 0xa0 + uint64(leaf), Buckets: 1<<20 - 1},
			topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 49, Far: 0x5100 + uint64(leaf), Own: 0x1000 + uint64(leaf), Encap: true},
		)
	}
	n.now += 2 * second
	n.learn()
	return n
}

func (n *net) learn(ev ...topology.Evidence) {
	for i := range ev {
		ev[i].Count = max(ev[i].Count, 1)
		ev[i].First, ev[i].Last, ev[i].Sequence = n.now, n.now, uint64(i)
	}
	slices.SortStableFunc(ev, func(a, b topology.Evidence) int { return a.Compare(&b) })
	n.snap, _ = n.l.Apply(ev, n.now)
}

// tunnelled gives a sample in the tunnel from leaf 1 to the pair.
func (n *net) tunnelled(t *Tracker, i int, in, out uint32, ttl, inner uint8, at int64) []Vote {
	_, votes := t.Add(n.snap, &Sighting{
		Switch: n.id(i), In: in, Out: out, TTL: ttl, Inner: inner, Encap: true,
		OuterSrc: addr("10.240.0.1"), OuterDst: addr("10.240.0.2"), Time: n.now + at,
	}, nil)
	return votes
}

// TestHandOver: the tunnel's end hands the flow over to its mate, bare; whether
// the TTL inside tells that or, of a bridged flow, where the tunnel begins and
// ends, it speaks for the link of the pair, and the path goes over it.
func TestHandOver(t *testing.T) {
	for _, inner := range []uint8{63, 64} { // routed into the tunnel, bridged
		for _, bareFirst := range []bool{false, true} {
			n := pair(t)
			tr := n.tracker(1, 3)
			var votes []Vote
			bare := func() {
				_, votes = tr.Add(n.snap, &Sighting{Switch: n.id(3), In: 60, Out: 1, TTL: inner - (64 - inner), Inner: inner - (64 - inner), Time: n.now}, votes)
			}
			if bareFirst {
				bare()
			}
			votes = append(votes, n.tunnelled(tr, 2, 49, 60, 62, inner, 0)...)
			if !bareFirst {
				bare()
			}
			if len(votes) != 1 || !votes[0].HandOver || votes[0].From.Switch != n.id(2) || votes[0].From.Out != 60 || votes[0].To.Switch != n.id(3) || votes[0].To.In != 60 {
				t.Fatalf("TTL %d inside, bare first %v: votes %+v, want one for leaf2:60 to leaf3:60", inner, bareFirst, votes)
			}
			vote := topology.Evidence{Kind: topology.SawVote, Encap: true, Agent: n.agent(2), Port: 60, Agent2: n.agent(3), Port2: 60}
			n.learn(vote, vote)
			if ev := tr.Resolve(n.snap); ev != Completed || n.names(tr.Hops) != "leaf1? spine1? leaf2 leaf3" {
				t.Errorf("TTL %d inside, bare first %v: event %d, path %q", inner, bareFirst, ev, n.names(tr.Hops))
			}
		}
	}
}

// TestNotYetAtItsEnd: a flow that leaves the tunnel's end bare has not come to
// its end if it leaves by no edge port.
func TestNotYetAtItsEnd(t *testing.T) {
	n := pair(t)
	tr := n.tracker(1, 3)
	n.tunnelled(tr, 51, 1, 2, 63, 63, 0)
	ev, _ := tr.Add(n.snap, &Sighting{Switch: n.id(2), In: 49, Out: 60, TTL: 62, Inner: 62, Egress: true, Time: n.now}, nil)
	if ev != None || tr.Complete {
		t.Errorf("event %d, path %q, though leaf2:60 is no edge port", ev, n.names(tr.Hops))
	}
}

// TestMoveOfTheEnd: a flow whose receiver is reached another way moves, though
// samples go on to show the first part as it was.
func TestMoveOfTheEnd(t *testing.T) {
	n := leafSpine(t)
	both := topology.Evidence{Kind: topology.SawSource, Agent: n.agent(2), Port: 1, Addr: host(1), Buckets: 1<<12 - 1} // the sender is on two leaves
	n.learn(both)
	tr := n.tracker(1, 3)
	n.see(tr, 51, 1, 3, 63, 0)
	if n.names(tr.Hops) != "leaf1? spine1 leaf3?" {
		t.Fatalf("path %q", n.names(tr.Hops))
	}
	vote := topology.Evidence{Kind: topology.SawVote, Agent: n.agent(3), Port: 60, Agent2: n.agent(4), Port2: 60}
	there := topology.Evidence{Kind: topology.SawSource, Agent: n.agent(4), Port: 1, Addr: host(3), Buckets: 1<<12 - 1}
	n.learn(vote, vote, there)
	ev := None
	for i := range 8 {
		n.see(tr, 51, 1, 3, 63, second+int64(i)*2e8)
		if e := n.see(tr, 3, 49, 60, 62, second+int64(i)*2e8+1e8); e != None {
			ev = e
		}
	}
	if n.names(tr.Hops) != "leaf1? spine1 leaf3 leaf4?" || ev == None {
		t.Errorf("event %d, path %q", ev, n.names(tr.Hops))
	}
}

// TestEndAtOpenPort: a path begins at no port that forwarded frames enter, even of
// the host's own switch; unless nobody samples on ingress, where what a switch
// bridged only looks forwarded.
func TestEndAtOpenPort(t *testing.T) {
	for _, derived := range []bool{false, true} {
		n := leafSpine(t)
		n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(1), Port: 9, Far: 0x900, Own: 0x1001, Derived: derived})
		tr := n.tracker(1, 3)
		if n.see(tr, 1, 9, 49, 64, 0); tr.Complete != derived {
			t.Errorf("nobody samples on ingress: %v; a path from an open port is complete: %v", derived, tr.Complete)
		}
	}
}
