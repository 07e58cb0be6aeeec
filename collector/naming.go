package collector

import "spoor/flow"

// PortNames counts how flow samples of an agent name the ports that their
// packets passed.
type PortNames struct {
	Neither uint64 // neither input nor output: both are 0
	NoOut   uint64 // the input, but as output the device itself, several ports, or discarded for an unknown reason
	Same    uint64 // one port as both
}

// unknownReason is the drop reason 256 (sFlow drops): unknown.
const unknownReason = 256

// CountNamed accounts for the ports that a flow sample of the datagram names.
func (acc *Accounting) CountNamed(in, out flow.Interface) {
	s := acc.stream
	if s == nil || out.Kind == flow.InterfaceIndex && in != out {
		return
	}
	if !acc.held {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	switch {
	case in.Kind == flow.InterfaceIndex && in == out:
		s.names.Same++
	case in.Kind == flow.InterfaceUnknown && out.Kind == flow.InterfaceUnknown:
		s.names.Neither++
	case in.Kind == flow.InterfaceIndex && (out.Kind != flow.InterfaceDiscarded || out.Value == unknownReason):
		s.names.NoOut++
	}
}

// misnamedFrom is the part of an agent's samples from which it counts as misnaming ports,
// and enoughNamed how many samples it takes to say so.
const (
	misnamedFrom = 0.5
	enoughNamed  = 1000
)

// Misnames says how the agent's samples misname the ports that packets passed, "" where
// they do not or were too few to tell. list are its data sources, or those of all its sub-agents.
func (a *Agent) Misnames(list []DataSource) string {
	if a.Flows.Samples < enoughNamed {
		return ""
	}
	most := func(n uint64) bool { return float64(n) > misnamedFrom*float64(a.Flows.Samples) }
	zero, others := oddSources(list)
	switch {
	case most(a.Names.Neither):
		return "input and output are 0 (unknown)"
	case most(a.Names.Same):
		return "input and output are the same port"
	case most(a.Names.NoOut):
		return "the output is no port (the device itself, several ports, or discarded)"
	case zero:
		return "the data source is 0"
	case others:
		return "ports have other numbers than in counters"
	}
	return ""
}

// oddSources reports whether ports are sampled as data source 0, and whether those
// that are sampled are none of those that are polled.
func oddSources(list []DataSource) (zero, others bool) {
	sampled, polled, both := 0, 0, 0
	for i := range list {
		d := &list[i]
		switch {
		case d.Class != 0:
		case d.Sampled && d.Polled:
			both++
		case d.Sampled:
			sampled++
			zero = zero || d.Index == 0
		case d.Polled:
			polled++
		}
	}
	return zero && both == 0, both == 0 && sampled > 1 && polled > 1
}
