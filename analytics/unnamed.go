package analytics

import "spoor/flow"

// unnamed takes a sample of an agent of which none named two different ports, or one alone, so far. What
// some name as input and output is always the same port: that says nothing. Some leave
// input and output at 0 always; then the data source, if it is not one for all,
// is the port at which the frame was sampled, on the side on which the other switches sample. The
// sample is as it came afterwards.
func (f *Feed) unnamed(m *agentMemo, s *flow.Sample) place {
	if s.Input.Kind != flow.InterfaceUnknown || s.Output.Kind != flow.InterfaceUnknown {
		if m.named = s.Input != s.Output && (s.Input.Index() != 0 || s.Output.Index() != 0); m.named || s.Input.Index() == 0 {
			return f.takeFrom(m, s)
		}
		port := s.Input
		s.Input, s.Output = flow.Interface{}, flow.Interface{}
		at := f.takeFrom(m, s)
		s.Input, s.Output = port, port
		return at
	}
	if s.SourceClass != 0 || s.SourceIndex == 0 {
		return f.takeFrom(m, s)
	}
	if m.source == 0 {
		m.source = s.SourceIndex
	}
	m.sources = m.sources || m.source != s.SourceIndex
	side := f.engine.sides.only()
	if !m.sources || side == flow.DirectionUnknown {
		return f.takeFrom(m, s)
	}
	port, was := &s.Input, s.Direction
	if side == flow.Egress {
		port = &s.Output
	}
	kept := *port
	*port, s.Direction = flow.Interface{Kind: flow.InterfaceIndex, Value: s.SourceIndex}, side
	at := f.takeFrom(m, s)
	*port, s.Direction = kept, was
	return at
}
