package analytics_test

import (
	"testing"

	"spoor/flow"
)

// TestSideOfMember: a sample that names aggregates, of a member as its data source, is on
// the side of the aggregate whose member that is, once that is known; else on the only side on which
// anybody samples; else it proves nothing.
func TestSideOfMember(t *testing.T) {
	const member, aggregate = 101, 3
	of := func(r *rig, d flow.Direction, in, out uint32) *flow.Sample {
		s := r.sample(1, 3, 51, in, out, 63)
		s.SourceIndex = member
		if d != flow.DirectionUnknown {
			s.SourceIndex = in
			if d == flow.Egress {
				s.SourceIndex = out
			}
		}
		s.Direction = d
		r.give(s)
		return s
	}
	check := func(t *testing.T, r *rig, in, out uint32, want flow.Direction, portless uint64) {
		t.Helper()
		was := r.e.Stats().Shard.Portless
		s := of(r, flow.DirectionUnknown, in, out)
		r.advance(second / 10)
		if got := r.e.Stats().Shard.Portless - was; s.Direction != want || got != portless {
			t.Errorf("from %d to %d: %v, %d without ports, want %v, %d", in, out, s.Direction, got, want, portless)
		}
	}
	for _, way := range []flow.Direction{flow.Ingress, flow.Egress} {
		r := newRig(t, nil)
		check(t, r, 1, aggregate, flow.DirectionUnknown, 1)
		for range 16 {
			of(r, way, 1, aggregate)
		}
		check(t, r, 1, aggregate, way, 0)
	}
	r := newRig(t, nil)
	for range 16 {
		of(r, flow.Ingress, 1, aggregate)
		of(r, flow.Egress, 1, aggregate)
	}
	check(t, r, 1, aggregate, flow.DirectionUnknown, 1)
	check(t, r, 0, aggregate, flow.Ingress, 0) // the source is the other port, as far as is known
	r.feed.Counters(&flow.Counters{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, 51}), Received: r.now, Records: flow.HasIf | flow.HasLAG,
		If: flow.IfCounters{Index: member, Speed: 100e6}, Aggregate: aggregate,
	})
	r.advance(second / 5)
	check(t, r, 1, aggregate, flow.Egress, 0)
	check(t, r, aggregate, 1, flow.Ingress, 0)
	check(t, r, 1, 2, flow.DirectionUnknown, 1)
	r.advance(61 * second) // nobody will say whose member it is
	check(t, r, 1, 2, flow.DirectionUnknown, 0)
}
