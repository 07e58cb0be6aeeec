package analytics

import (
	"spoor/flow"
	"spoor/topology"
)

// portNames are a port's names as a feed's worker puts them into records.
type portNames struct{ in, out flow.Names }

// name gives the port its names. Those that did not change keep what the encoder
// made of them.
func (p *portMemo) name(sw, port, link string) {
	if p.names == nil {
		p.names = new(portNames)
	}
	if n := &p.names.in; n.Switch != sw || n.Port != port || n.Link != link {
		*n = flow.Names{Switch: sw, Port: port, Link: link, Encoded: n.Encoded[:0]}
	}
	if n := &p.names.out; n.Port != port {
		*n = flow.Names{Port: port, Encoded: n.Encoded[:0]}
	}
}

// Describe fills the labels of a sample's record from the snapshot in force. The
// names in them are the feed's, for the encoder of its worker.
func (f *Feed) Describe(s *flow.Sample, l *flow.Labels) {
	*l = flow.Labels{}
	m := f.agentOf(s.Agent)
	if m == nil {
		return
	}
	snap := f.engine.snap.Load()
	in, out := f.port(m, s.Input.Index(), snap), f.port(m, s.Output.Index(), snap)
	if out != nil {
		l.Out = &out.names.out
	}
	if in == nil {
		l.In = m.names(snap)
		return
	}
	l.In = &in.names.in
	l.CountOnce = in.entry && s.Direction != flow.Egress && s.Packet.OuterSrc.IsZero()
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
		l.In = &p.names.in
	} else {
		l.In = m.names(snap)
	}
}

// names gives the names of a port that is not known.
func (m *agentMemo) names(snap *topology.Snapshot) *flow.Names {
	p := &m.nobody
	if p.version != snap.Version || !p.known {
		p.renew(m.id, snap)
	}
	return &p.names.in
}
