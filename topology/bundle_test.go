package topology

import (
	"testing"
	"time"
)

// TestEndsNamedDifferently: of a LAG of two links samples of leaf 1 name the members,
// ports 49 and 50 of the aggregate 60, those of the spine its aggregate, port 9 with the
// members 1 and 2. The link is that of the aggregates, whatever flows vote for.
func TestEndsNamedDifferently(t *testing.T) {
	for name, early := range map[string]bool{"counters first": true, "counters last": false} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			count := func() {
				f.Inform(&PortInfo{Agent: agent(1), IfIndex: 60, Name: "bond60"})
				for i := range uint32(2) {
					f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49 + i, Aggregate: 60})
					f.Inform(&PortInfo{Agent: agent(51), IfIndex: 1 + i, Aggregate: 9})
				}
			}
			if early {
				count()
			}
			for _, p := range []uint32{49, 50} {
				f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: p, Far: mac(51, 9), Own: mac(1, 60)})
				f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 9, Far: mac(1, 60), Own: mac(51, 9)})
				f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: p, Agent2: agent(51), Port2: 9, Count: 3})
				f.tick(100 * time.Millisecond)
			}
			count()
			s := f.tick(100 * time.Millisecond)
			for _, p := range []uint32{49, 50} {
				if q := s.Port(f.id(1), p); q.Peer != f.id(51) || q.PeerPort != 0 {
					t.Errorf("member %d: %+v", p, q)
				}
			}
			whole, far := s.Port(f.id(1), 60), s.Port(f.id(51), 9)
			if whole.Peer != f.id(51) || whole.PeerPort != 9 || far.Peer != f.id(1) || far.PeerPort != 60 || whole.LinkID == "" || whole.LinkID != far.LinkID {
				t.Errorf("aggregates: %+v, %+v", whole, far)
			}
			// A member is plugged elsewhere: the aggregate leads to no single switch.
			f.give(Evidence{Kind: SawIngress, Agent: agent(52), Port: 1, Far: mac(1, 60), Own: mac(52, 1)})
			for range contrary {
				f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 50, Far: mac(52, 1), Own: mac(1, 60)})
			}
			f.tick(100 * time.Millisecond)
			if f.whole([]*port{f.nodes[f.id(1)].ports[49]}) != nil {
				t.Error("members lead to two switches: one aggregate to neither")
			}
		})
	}
}

// TestMembersAreNotAlone: of members of a LAG the only ones known need not be the two ends of one link.
func TestMembersAreNotAlone(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(51, 9), Own: mac(1, 60)})
	f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 2, Far: mac(1, 60), Own: mac(51, 9)})
	if p := f.tick(100*time.Millisecond).Port(f.id(1), 49); p.PeerPort != 2 {
		t.Fatalf("nothing tells of others: %+v", p)
	}
	f.Inform(&PortInfo{Agent: agent(51), IfIndex: 1, Aggregate: 9})
	if p := f.tick(100*time.Millisecond).Port(f.id(1), 49); p.PeerPort != 2 {
		t.Errorf("it is member of no aggregate: %+v", p)
	}
	f.Inform(&PortInfo{Agent: agent(51), IfIndex: 2, Aggregate: 9})
	if p := f.tick(100*time.Millisecond).Port(f.id(1), 49); p.Peer == 0 || p.PeerPort != 0 {
		t.Errorf("one of two: %+v", p)
	}
	f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 49, Agent2: agent(51), Port2: 1, Count: 3})
	if p := f.tick(100*time.Millisecond).Port(f.id(1), 49); p.PeerPort != 1 {
		t.Errorf("flows tell which: %+v", p)
	}
}

// TestVotesOfOldNumbers: of two sightings that vote for a link none may be from before the ports had their numbers.
func TestVotesOfOldNumbers(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.give(Evidence{Kind: SawRestart, Agent: agent(51)})
	before := f.now
	f.tick(time.Second)
	e := Evidence{Kind: SawVote, Agent: agent(1), Port: 47, Agent2: agent(51), Port2: 7, Count: 9}
	e.First, e.Last = before-1, f.now
	f.Apply([]Evidence{e}, f.now)
	if p := f.Snapshot().Port(f.id(1), 47); p != nil && p.Peer != 0 {
		t.Errorf("%+v", p)
	}
	e.First = f.now
	f.Apply([]Evidence{e}, f.now)
	if p := f.Snapshot().Port(f.id(1), 47); p == nil || p.PeerPort != 7 {
		t.Errorf("%+v", p)
	}
}
