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
	check(t, r, 0, aggregate, flow.DirectionUnknown, 1) // the source may be a member, or the other port
	r.feed.Counters(&flow.Counters{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, 51}), Received: r.now, Records: flow.HasIf | flow.HasLAG,
		If: flow.IfCounters{Index: member, Speed: 100e6}, Aggregate: aggregate,
	})
	r.advance(second / 5)
	check(t, r, 1, aggregate, flow.Egress, 0)
	check(t, r, aggregate, 1, flow.Ingress, 0)
	check(t, r, 0, aggregate, flow.Egress, 0)
	check(t, r, aggregate, 0, flow.Ingress, 0)
	check(t, r, 0, 1, flow.Ingress, 0) // it is no member of that
	check(t, r, 1, 0, flow.Egress, 0)
	check(t, r, 1, 2, flow.DirectionUnknown, 1)
	r.advance(61 * second) // nobody will say whose member it is
	check(t, r, 1, 2, flow.DirectionUnknown, 0)
}

// TestHalfSide: a sample that names one of its ports only, and another as its data source, was
// taken at that other one if samples taken there name it; else the other may be a member of the aggregate that is named: while that is
// open the sample proves nothing, even if few others told their side until then.
func TestHalfSide(t *testing.T) {
	const source = 2
	half := func(r *rig, in, out uint32) (flow.Direction, bool) {
		was := r.e.Stats().Shard.Portless
		s := r.sample(1, 3, 51, in, out, 63)
		s.SourceIndex, s.Direction = source, flow.DirectionUnknown
		r.give(s)
		r.advance(second / 10)
		return s.Direction, r.e.Stats().Shard.Portless == was
	}
	tell := func(r *rig, in, out, source uint32, d flow.Direction) {
		s := r.sample(1, 3, 51, in, out, 63)
		s.SourceIndex, s.Direction = source, d
		r.give(s)
	}
	for name, test := range map[string]struct {
		tell  func(r *rig)
		ports [2]uint32
		want  flow.Direction
		taken bool
	}{
		"nobody told a side yet": {func(*rig) {}, [2]uint32{1, 0}, flow.DirectionUnknown, false},
		"nobody tells a side": {func(r *rig) {
			tell(r, 1, 0, source, flow.DirectionUnknown)
			r.advance(3 * second)
		}, [2]uint32{1, 0}, flow.DirectionUnknown, true},
		"few tell theirs, all of them on ingress": {func(r *rig) { tell(r, 1, 3, 1, flow.Ingress) }, [2]uint32{1, 0}, flow.DirectionUnknown, false},
		"the source is an input elsewhere":        {func(r *rig) { tell(r, source, 3, source, flow.Ingress) }, [2]uint32{1, 0}, flow.Egress, true},
		"the source is an output elsewhere":       {func(r *rig) { tell(r, 3, source, source, flow.Egress) }, [2]uint32{1, 0}, flow.Egress, true},
		"the output alone is named":               {func(r *rig) { tell(r, source, 3, source, flow.Ingress) }, [2]uint32{0, 1}, flow.Ingress, true},
		"it is named, but sampled elsewhere":      {func(r *rig) { tell(r, 3, source, 3, flow.Ingress) }, [2]uint32{1, 0}, flow.DirectionUnknown, false},
		"all sample on ingress": {func(r *rig) {
			for range 16 {
				tell(r, 1, 3, 1, flow.Ingress)
			}
		}, [2]uint32{1, 0}, flow.Ingress, true},
		"all sample on egress": {func(r *rig) {
			for range 16 {
				tell(r, 1, 3, 3, flow.Egress)
			}
		}, [2]uint32{1, 0}, flow.Egress, true},
	} {
		r := newRig(t, nil)
		test.tell(r)
		if got, taken := half(r, test.ports[0], test.ports[1]); got != test.want || taken != test.taken {
			t.Errorf("%s: %v, taken %v, want %v, %v", name, got, taken, test.want, test.taken)
		}
	}
	r := newRig(t, nil)
	tell(r, 1, 3, 1, flow.Ingress)
	half(r, 1, 0)
	r.advance(61 * second) // nothing will tell
	if got, taken := half(r, 1, 0); got != flow.DirectionUnknown || !taken {
		t.Errorf("after a minute: %v, taken %v", got, taken)
	}
}
