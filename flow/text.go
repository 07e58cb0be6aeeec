package flow

import (
	"fmt"
	"net/netip"
	"strconv"
)

// String names a port to people: "leaf1:swp5", "leaf1:150" while its name is
// unknown, the switch alone or "?" while it is.
func (p *Port) String() string {
	switch {
	case p.Name != "":
		return p.Switch + ":" + p.Name
	case p.IfIndex != 0:
		return p.Switch + ":" + strconv.FormatUint(uint64(p.IfIndex), 10)
	case p.Switch != "":
		return p.Switch
	}
	return "?"
}

// Name gives "leaf1:swp5>spine1:swp1", with the arrow in the flow's direction; a
// host stands with its address, an end that nobody knows as "?".
func (l *ElephantLink) Name(arrow string) string {
	from, to := l.From.String(), l.To.String()
	switch {
	case !l.Host.IsZero() && l.HostSends:
		return l.Host.String() + arrow + from
	case !l.Host.IsZero():
		to = l.Host.String()
	}
	return from + arrow + to
}

// Alert gives the name of the elephant's alert, unique for ever: flow id and the
// second in which the first episode began.
func (m *Elephant) Alert() string {
	return FormatID(m.ID) + "-" + strconv.FormatInt(m.AlertSince/1e9, 16)
}

// Largest gives the link on which the share is largest, the one that the
// top-level figures speak of; nil if there is none.
func (m *Elephant) Largest() *ElephantLink {
	var best *ElephantLink
	for i := range m.Links {
		if best == nil || m.Links[i].Share > best.Share {
			best = &m.Links[i]
		}
	}
	return best
}

// Summary says it in one line for people.
func (m *Elephant) Summary() string {
	where := "a link"
	if l := m.Largest(); l != nil {
		where = l.Name(" > ")
	}
	if m.State == ElephantEnded {
		return fmt.Sprintf("%s took %.1f%% of %s, ended: %s", m.ends(), m.Share*100, where, m.EndReason)
	}
	return fmt.Sprintf("%s takes %.1f%% of %s", m.ends(), m.Share*100, where)
}

// ends names the two ends of the flow, and the protocol where there are no ports.
func (m *Elephant) ends() string {
	k := &m.Key
	if k.HasPorts() && k.SrcPort|k.DstPort != 0 {
		return end(k.Src, k.SrcPort) + " > " + end(k.Dst, k.DstPort)
	}
	return end(k.Src, 0) + " > " + end(k.Dst, 0) + " " + ProtoName(k.Proto)
}

// end writes an address of a flow, which is known even if it is ::.
func end(a Addr, port uint16) string {
	ip := netip.AddrFrom16(a).Unmap()
	if port == 0 {
		return ip.String()
	}
	return netip.AddrPortFrom(ip, port).String()
}
