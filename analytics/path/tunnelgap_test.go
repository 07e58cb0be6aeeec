package path

import (
	"testing"

	"spoor/topology"
)

// openUplinks makes leaves 1 and 2 lead to nobody by port 60, where forwarded frames enter, and
// begins tunnels at leaf 1.
func openUplinks(t *testing.T, known bool) *net {
	t.Helper()
	n := leafSpine(t)
	for leaf := 1; leaf <= 2; leaf++ {
		n.learn(topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 60, Far: 0x900, Own: 0x1000 + uint64(leaf), Encap: true})
	}
	if known {
		n.learn(topology.Evidence{Kind: topology.SawVTEP, Agent: n.agent(1), Addr: addr("10.240.0.1"), Buckets: 3})
	}
	return n
}

// TestGapInTunnel: a flow that enters its tunnel at one switch and is seen in it at another, one router
// later, speaks for a silent switch between the two, if the tunnel is the one that begins there.
func TestGapInTunnel(t *testing.T) {
	for _, c := range []struct {
		known bool
		ttl   uint8
		want  bool
	}{
		{true, 63, true},
		{true, 254, true},
		{true, 127, true},
		{false, 63, false}, // the tunnel may be another one
		{true, 64, false},
		{true, 62, false},
		{true, 253, false},
	} {
		for _, tunnelFirst := range []bool{false, true} {
			n := openUplinks(t, c.known)
			tr := n.tracker(1, 2)
			var votes []Vote
			bare := func() {
				_, votes = tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 60, TTL: 64, Inner: 64, Time: n.now}, votes)
			}
			if !tunnelFirst {
				bare()
			}
			votes = append(votes, n.tunnelled(tr, 2, 60, 1, c.ttl, 63, 0)...)
			if tunnelFirst {
				bare()
			}
			gaps := 0
			for _, v := range votes {
				if v.Gap {
					gaps++
					if v.From.Switch != n.id(1) || v.From.Out != 60 || v.To.Switch != n.id(2) || v.To.In != 60 {
						t.Errorf("%+v: a gap from %+v to %+v", c, v.From, v.To)
					}
				}
			}
			if gaps > 1 || (gaps == 1) != c.want {
				t.Errorf("%+v, in the tunnel first %v: %d gaps", c, tunnelFirst, gaps)
			}
		}
	}
}
