package alert

import (
	"strconv"

	"spoor/flow"
)

// Finding is something that is wrong now.
type Finding struct {
	Kind     Kind
	Severity flow.Severity // if higher than the kind's
	Weak     bool          // enough to keep an alert up, not to raise one
	Since    int64         // Unix ns since when, if that is known better than by when it was first seen; 0 else
	Subject  Subject
	Summary  string       // a sentence that names the subject and the figures
	Links    []string     // further links that it concerns, by name and id: rules match them
	Notes    []flow.Label // further annotations
	Incident string
	Flows    []uint64
	Page     string // path of its page below the external URL
}

// Subject is what a finding is about: the labels of its alert. What is zero is left out.
type Subject struct {
	Agent   flow.Addr
	Switch  string
	IfIndex uint32
	Port    string
	Link    string // as in messages: "leaf1:swp5>spine1:swp1"
	LinkID  string
	Flow    uint64
	Key     flow.Key // of a flow, or its addresses alone
	Reason  string   // such as a drop's
}

// labels gives the labels of the alert. They are its identity: nothing in them may change while it lasts.
func (f *Finding) labels(severity flow.Severity) []flow.Label {
	s := &f.Subject
	list := []flow.Label{{Name: "alertname", Value: f.Kind.String()}, {Name: "severity", Value: severity.String()}}
	add := func(name, value string) {
		if value != "" {
			list = append(list, flow.Label{Name: name, Value: value})
		}
	}
	address := func(name string, a flow.Addr) {
		if !a.IsZero() {
			add(name, a.String())
		}
	}
	address("agent", s.Agent)
	add("switch", s.Switch)
	if s.IfIndex != 0 {
		add("ifindex", strconv.FormatUint(uint64(s.IfIndex), 10))
	}
	add("port", s.Port)
	add("link", s.Link)
	add("reason", s.Reason)
	address("src", s.Key.Src)
	address("dst", s.Key.Dst)
	if s.Flow != 0 {
		add("flow", flow.FormatID(s.Flow))
		add("proto", flow.ProtoName(s.Key.Proto))
	}
	if s.Key.HasPorts() && s.Key.SrcPort|s.Key.DstPort != 0 {
		add("sport", strconv.Itoa(int(s.Key.SrcPort)))
		add("dport", strconv.Itoa(int(s.Key.DstPort)))
	}
	return list
}

// key is by what a finding is known from one tick to the next.
type key struct {
	kind    Kind
	subject Subject
}

// key leaves out names where numbers say the same: switches and ports get their names late, or others.
func (f *Finding) key() key {
	s := f.Subject
	if !s.Agent.IsZero() {
		s.Switch, s.Port = "", ""
		if s.IfIndex != 0 && s.LinkID != "" {
			s.Link = ""
		}
	}
	return key{f.Kind, s}
}
