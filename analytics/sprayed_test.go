package analytics_test

import (
	"math"
	"testing"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// spray sends the flow from host 1 to host 3 over both spines in turn, bps bit/s, sampled at each switch.
func (r *rig) spray(bps, seconds float64) {
	gap := int64(8 * 1514 * 100 / bps * 1e9)
	i := 0
	for end := r.now + int64(seconds*1e9); r.now < end; i++ {
		via := uint32(1 + i*7/4%2)
		for k, hop := range [3][3]uint32{{1, 1, 48 + via}, {50 + via, 1, 3}, {3, 48 + via, 1}} {
			s := r.sample(1, 3, byte(hop[0]), hop[1], hop[2], byte(64-k))
			if k > 0 { // from a router to the next
				s.Packet.SrcMAC, s.Packet.DstMAC = 0x020000010000|uint64(via), 0x020000010000|uint64(hop[0])
			}
			r.give(s)
		}
		r.advance(gap)
	}
}

func TestSprayedElephant(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) {
		for _, s := range []byte{51, 52} { // half of the flow is 12.5% of a spine's links
			c.Topology.Speeds = append(c.Topology.Speeds, topology.Speed{Agent: flow.AddrFrom4([4]byte{10, 255, 0, s}), Bps: 80e6})
		}
	})
	r.spray(20e6, 40)
	var many *flow.Path
	for _, p := range r.paths {
		if p.State == flow.PathMultipath {
			many = p
		}
	}
	if many == nil || len(many.Alternatives) != 2 || len(many.Hops) != 0 {
		t.Fatalf("the path is %+v", many)
	}
	for _, a := range many.Alternatives {
		if len(a.Switches) != 3 || math.Abs(a.Share-0.5) > 0.1 {
			t.Errorf("a path is %v with %v", a.Switches, a.Share)
		}
	}
	if got, want := states(r.elephants[:2]), "1started 1updated"; got != want {
		t.Fatalf("messages are %q, want %q", got, want)
	}
	e := r.elephants[len(r.elephants)-1]
	links := map[bool]int{}
	for _, l := range e.Links {
		part := 20e6 / 100e6
		if l.Host.IsZero() {
			part = 10e6 / 80e6
		}
		links[l.Host.IsZero()]++
		if math.Abs(l.Share-part) > 0.04 {
			t.Errorf("link %s has a share of %v, want %v", l.ID, l.Share, part)
		}
	}
	if e.PathState != flow.PathMultipath || links[true] != 4 || links[false] != 2 || math.Abs(e.Share-0.2) > 0.04 {
		t.Errorf("path %v, links %v, share %v", e.PathState, links, e.Share)
	}
	if e.Rate < 17e6 || e.Rate > 23e6 {
		t.Errorf("the rate is %g", e.Rate)
	}

	before := len(r.paths)
	r.run(52, 20e6, 5)
	last := r.paths[len(r.paths)-1]
	if len(r.paths) != before+1 || last.State != flow.PathComplete || last.Cause != flow.PathCompleted || last.Hops[1].Switch != "spine2" {
		t.Errorf("after the spraying: %d messages, %v %v %v", len(r.paths)-before, last.State, last.Cause, last.Switches())
	}
}

// bridgedFlow gives samples of a flow through three switches that forward by MAC.
func (r *rig) bridgedFlow(src, dst byte, port uint16, ways [3][3]uint32) {
	for _, w := range ways {
		s := r.sample(int(src), int(dst), byte(w[0]), w[1], w[2], 64)
		s.Packet.Key.SrcPort, s.Packet.SrcMAC, s.Packet.DstMAC = port, 0x020000000100|uint64(src), 0x020000000100|uint64(dst)
		r.give(s)
	}
}

// TestUnordered: between one pair of hosts of a bridged fabric nothing tells what comes first.
func TestUnordered(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Topology.Static = nil })
	r.paths = nil
	for range 60 {
		r.bridgedFlow(21, 22, 1, [3][3]uint32{{9, 1, 2}, {8, 1, 2}, {7, 1, 2}})
		r.bridgedFlow(22, 21, 2, [3][3]uint32{{7, 2, 1}, {8, 2, 1}, {9, 2, 1}})
		r.advance(second / 10)
	}
	if len(r.paths) != 2 {
		t.Fatalf("%d messages, want one of each flow", len(r.paths))
	}
	for _, p := range r.paths {
		if p.State != flow.PathUnordered || len(p.Hops) != 3 || p.Hops[0].Switch != "10.255.0.7" || !p.Hops[0].Observed || p.Hops[0].In == 0 {
			t.Errorf("the path is %v: %+v", p.State, p.Hops)
		}
	}
}
