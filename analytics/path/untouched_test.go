package path

import (
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// TestUntouchedIsResolve: where nothing that a path rests on changed, working it out anew changes nothing either,
// whatever was seen of the flow and learned of the fabric before.
func TestUntouchedIsResolve(t *testing.T) {
	skipped, worked, carried := 0, 0, 0
	for seed := range uint64(200) {
		n := leafSpine(t)
		r := rand.New(rand.NewPCG(seed, 1))
		a, b := n.tracker(1, 3), n.tracker(1, 3)
		spine := uint32(0)
		for range 200 {
			n.now += r.Int64N(2 * second / 10)
			if r.IntN(50) == 0 {
				spine = 1 - spine
			}
			if r.IntN(4) == 0 {
				n.happen(r)
				at := a.Version
				ev := a.Resolve(n.snap)
				switch {
				case b.Version == n.snap.Version:
				case b.Untouched(n.snap):
					if skipped++; ev != None {
						t.Fatalf("seed %d: nothing changed since version %d, says Untouched; Resolve says %d", seed, at, ev)
					}
				default:
					if worked++; b.Resolve(n.snap) != ev {
						t.Fatalf("seed %d: not the same event as %d", seed, ev)
					}
				}
			}
			hop := [3]Sighting{
				{Switch: n.id(1), In: 1, Out: 49 + spine, TTL: 64}, {Switch: n.id(51 + int(spine)), In: 1, Out: 3, TTL: 63}, {Switch: n.id(3), In: 49 + spine, Out: 1, TTL: 62},
			}[r.IntN(3)]
			hop.Time = n.now
			if r.IntN(20) == 0 {
				hop.In = uint32(r.IntN(60))
			}
			ea, _ := a.Add(n.snap, &hop, nil)
			eb := None
			if b.Again(n.snap, hop.Switch, hop.In, hop.Out, hop.TTL, hop.Time) {
				carried++
			} else {
				eb, _ = b.Add(n.snap, &hop, nil)
			}
			if ea != eb {
				t.Fatalf("seed %d: events %v and %v", seed, ea, eb)
			}
			a.Hops, b.Hops = slices.Clone(a.Named()), slices.Clone(b.Named())
			same(t, a, b)
		}
	}
	if skipped < 500 || worked < 1000 || carried < 1000 {
		t.Errorf("%d resolutions were left out, %d not, %d sightings were taken again: the test proves little", skipped, worked, carried)
	}
}

// happen lets the fabric learn something, of the flow's ends and switches or of others.
func (n *net) happen(r *rand.Rand) {
	leaf := 1 + r.IntN(4)
	at := topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Buckets: 1 << r.IntN(32)}
	switch r.IntN(6) {
	case 0: // the host is seen somewhere else
		at.Agent = n.agent(1 + r.IntN(4))
	case 1: // another host
		at.Addr = flow.AddrFrom4([4]byte{10, 99, 1, byte(r.IntN(4))})
	case 2:
		at = topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 49 + uint32(r.IntN(3)), Far: 1 + uint64(r.IntN(5)), Own: 100 + uint64(r.IntN(5))}
	case 3:
		at = topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(51 + r.IntN(2)), Port: 1 + uint32(r.IntN(6)), Far: 1 + uint64(r.IntN(5)), Own: 100 + uint64(r.IntN(5))}
	}
	n.learn(at)
}
