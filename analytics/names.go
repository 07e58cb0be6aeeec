package analytics

import (
	"spoor/flow"
	"spoor/internal/mem"
	"spoor/topology"
)

// name gives the port its names. Those that did not change keep what the encoder
// made of them.
func (p *portMemo) name(sw, port, link string) {
	if p.names == nil {
		p.names = new(flow.Names)
	}
	p.names.Rename(sw, port, link)
}

// Describe fills the labels of a sample's record from the snapshot in force. The
// names in them are the feed's, for the encoder of its worker.
func (f *Feed) Describe(s *flow.Sample, l *flow.Labels) {
	m := f.agentOf(s.Agent)
	if m == nil {
		*l = flow.Labels{}
		return
	}
	snap := f.engine.snap.Load()
	f.describe(s, &place{m, f.port(m, s.Input.Index(), snap), f.port(m, s.Output.Index(), snap), snap}, l)
}

func (f *Feed) describe(s *flow.Sample, at *place, l *flow.Labels) {
	*l = flow.Labels{}
	if at.out != nil {
		l.Out = at.out.names
		mem.Fetch(l.Out)
	}
	if at.in == nil {
		l.In = at.agent.names(at.snap)
		return
	}
	l.In = at.in.names
	mem.FetchFirst(l.In, 128) // the encoder needs it once its turn comes
	l.CountOnce = at.in.entry && s.Direction != flow.Egress && s.Packet.OuterSrc.IsZero()
}

// DescribeCounters fills the labels of a counters record.
func (f *Feed) DescribeCounters(c *flow.Counters, l *flow.Labels) {
	*l = flow.Labels{}
	m := f.agentOf(c.Agent)
	if m == nil {
		return
	}
	snap := f.engine.snap.Load()
	if p := f.port(m, c.IfIndex(), snap); p != nil {
		l.In = p.names
	} else {
		l.In = m.names(snap)
	}
}

// names gives the names of a port that is not known.
func (m *agentMemo) names(snap *topology.Snapshot) *flow.Names {
	p := &m.nobody
	p.renew(snap.Switch(m.id))
	return p.names
}
