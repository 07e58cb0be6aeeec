package analytics

import (
	"sync/atomic"

	"spoor/flow"
	"spoor/topology"
)

// Agents whose samples name aggregates still name a member as the data source: it
// is neither of the two ports, and only who knows whose member it is can tell on
// which side of the switch a frame was sampled.

// sides is what the samples that say so themselves show of all switches: on which
// sides they sample.
type sides struct {
	ingress, egress atomic.Bool
	seen            atomic.Uint32 // such samples, up to sidesEnough
}

const (
	// sidesEnough samples that all were taken on one side tell that nobody samples on the other.
	sidesEnough = 16
	// sideWait is how long it is waited for the counters that tell whose member a port is.
	sideWait = int64(60e9)
	// sideSoon is how long it is waited for the first sample that tells its side.
	sideSoon = int64(2e9)
)

// see notes a sample that tells its side.
func (o *sides) see(d flow.Direction) {
	side := &o.ingress
	if d == flow.Egress {
		side = &o.egress
	}
	if !side.Load() {
		side.Store(true)
	}
	if o.seen.Load() < sidesEnough {
		o.seen.Add(1)
	}
}

// only gives the side on which all switches sample, unknown if there are both or little was seen.
func (o *sides) only() flow.Direction {
	in, out := o.ingress.Load(), o.egress.Load()
	switch {
	case in == out, o.seen.Load() < sidesEnough:
		return flow.DirectionUnknown
	case out:
		return flow.Egress
	}
	return flow.Ingress
}

// side tells on which side of the switch a sample was taken whose data source is a
// port, but neither of the two that it names: that of the aggregate whose member the source is, else the
// only one on which anybody samples. It is false while that is open: then the
// sample proves nothing, for on the wrong side it would prove what is wrong.
func (f *Feed) side(m *agentMemo, s *flow.Sample, snap *topology.Snapshot) bool {
	in, out := s.Input.Index(), s.Output.Index()
	sides := &f.engine.sides
	switch {
	case in == 0 && out == 0 || in == out:
		return true
	case s.SourceClass != 0 || s.SourceIndex == 0:
		return sides.guess(s)
	case in == 0 || out == 0:
		return f.halfSide(m, s, snap) || m.waited(s)
	}
	if s.Direction != flow.DirectionUnknown {
		sides.see(s.Direction)
		return true
	}
	switch f.port(m, s.SourceIndex, snap).aggregate {
	case in:
		s.Direction = flow.Ingress
		return true
	case out:
		s.Direction = flow.Egress
		return true
	}
	if s.Direction = sides.only(); s.Direction != flow.DirectionUnknown {
		return true
	}
	return m.waited(s)
}

// waited reports whether the side of an agent's samples was waited for long enough.
func (m *agentMemo) waited(s *flow.Sample) bool { return m.waitedFor(s, sideWait) }

func (m *agentMemo) waitedFor(s *flow.Sample, long int64) bool {
	if m.sideless == 0 {
		m.sideless = s.Received
	}
	return s.Received-m.sideless > long
}

// guess takes the only side on which others sample for that of a sample whose data
// source is no port. It is false where they sample on both: then nothing tells.
func (o *sides) guess(s *flow.Sample) bool {
	if s.Direction != flow.DirectionUnknown || o.seen.Load() == 0 {
		return true
	}
	s.Direction = o.only()
	return s.Direction != flow.DirectionUnknown
}

// halfSide tells the side of a sample that names one of its ports only, and whose data
// source is another: that of the named port if the source is a member of it; the other side if the source is
// known for no member of it, for it is a member of another or samples that were taken there name it itself; else the only one
// on which anybody samples. It is false while that is open.
func (f *Feed) halfSide(m *agentMemo, s *flow.Sample, snap *topology.Snapshot) bool {
	sides := &f.engine.sides
	if s.Direction != flow.DirectionUnknown {
		return true
	}
	if sides.seen.Load() == 0 { // the first samples of all come from these agents, or nobody tells
		return m.waitedFor(s, sideSoon)
	}
	port, same, other := s.Input.Index(), flow.Ingress, flow.Egress
	if port == 0 {
		port, same, other = s.Output.Index(), flow.Egress, flow.Ingress
	}
	switch source := f.port(m, s.SourceIndex, snap); {
	case source.aggregate == port:
		s.Direction = same
	case source.aggregate != 0, source.rates != [2]uint32{}:
		s.Direction = other
	default:
		s.Direction = sides.only()
	}
	return s.Direction != flow.DirectionUnknown
}
