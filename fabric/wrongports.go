package fabric

import (
	"slices"
	"strings"
)

// WrongKind says how samples of an agent misname ports.
type WrongKind uint8

// Kinds, each seen in agents of real switches.
const (
	WrongZero     WrongKind = iota // input and output are 0: unknown
	WrongSame                      // input, output and data source are always the switch's first port
	WrongInternal                  // output is the device itself, 0x3fffffff
	WrongDiscard                   // output says discarded, for an unknown reason, of packets that went on
	WrongMultiple                  // output says several ports, their number unknown
	WrongOffset                    // samples number ports from 1000, counters do not
	WrongSource                    // the data source is 0
)

var wrongNames = [...]string{"zero", "same", "internal", "discarded", "multiple", "offset", "source"}

// String gives the name that ParseWrongPorts reads.
func (k WrongKind) String() string { return wrongNames[k] }

// Numbers in samples of agents that misname ports.
const (
	wrongOffset   = 1000
	unknownReason = 256
	multipleForm  = 2
)

// WrongPorts is an agent whose samples misname ports.
type WrongPorts struct {
	Kind   WrongKind
	Switch string // "" = all
}

// String gives what ParseWrongPorts reads.
func (w WrongPorts) String() string {
	if w.Switch == "" {
		return w.Kind.String()
	}
	return w.Kind.String() + ":" + w.Switch
}

// ParseWrongPorts reads "zero:leaf1", or "zero" for all switches.
func ParseWrongPorts(s string) (WrongPorts, error) {
	kind, name, _ := strings.Cut(s, ":")
	k := slices.Index(wrongNames[:], kind)
	if k < 0 {
		return WrongPorts{}, bad("wrong ports %q: write %s, and :leaf1 for those of one switch", s, strings.Join(wrongNames[:], ", "))
	}
	return WrongPorts{WrongKind(k), name}, nil
}

// misname finds the switches whose agents misname ports.
func (f *Fabric) misname() error {
	for _, w := range f.cfg.WrongPorts {
		found := false
		for _, a := range f.agents {
			if a.host == nil && (w.Switch == "" || a.name == w.Switch) {
				a.wrong, found = w.Kind+1, true
			}
		}
		if !found {
			return bad("wrong ports %v: there is no such switch with an agent", w)
		}
	}
	return nil
}

// misnames reports whether samples of the agent misname ports in this way.
func (a *agent) misnames(k WrongKind) bool { return a.wrong == k+1 }

// ports appends input and output of a flow sample.
func (a *agent) ports(s *sample) {
	x, t := &a.scratch, s.tap
	x.iface(a.expanded, 0, a.index(t.in))
	switch {
	case s.reason != 0:
		x.iface(a.expanded, discardFormat, s.reason)
	case a.misnames(WrongDiscard):
		x.iface(a.expanded, discardFormat, unknownReason)
	case a.misnames(WrongMultiple):
		x.iface(a.expanded, multipleForm, 0)
	case a.misnames(WrongInternal):
		x.iface(a.expanded, 0, internal)
	default:
		x.iface(a.expanded, 0, a.index(t.out))
	}
}

// misnumber gives the ifIndex that samples have in place of a port's.
func (a *agent) misnumber(ifIndex uint32) uint32 {
	switch {
	case a.misnames(WrongZero):
		return 0
	case a.misnames(WrongSame):
		return a.node.ports[0].ifIndex
	case a.misnames(WrongOffset):
		return wrongOffset + ifIndex
	}
	return ifIndex
}

// dataSource gives the index of a sample's data source.
func (a *agent) dataSource(p *port) uint32 {
	switch {
	case a.misnames(WrongSource):
		return 0
	case a.misnames(WrongSame), a.misnames(WrongOffset):
		return a.misnumber(p.ifIndex)
	}
	return p.ifIndex
}

// counts gives the port whose counts of samples a sample goes by: one data source has one numbering.
func (a *agent) counts(p *port) *port {
	if a.misnames(WrongSource) || a.misnames(WrongSame) {
		return a.node.ports[0]
	}
	return p
}

// told gives the ports of which samples tell, by name or as their data source; nil where they do not.
func (t *tap) told() (in, out *port) {
	a := t.agent
	if a.misnames(WrongSame) {
		return nil, nil
	}
	in, out = t.in, t.out
	if a.misnames(WrongZero) && t.egress {
		in = nil
	}
	if nameless := a.misnames(WrongZero) || a.misnames(WrongInternal) || a.misnames(WrongDiscard) || a.misnames(WrongMultiple); nameless && !t.egress {
		out = nil
	}
	return in, out
}
