package topology

import (
	"math/bits"
	"slices"

	"spoor/flow"
)

// Tunnels begin at switches, or at hosts that carry their guests' frames over the
// fabric. Their outer frames are nobody's that has forwarded them, at the port of such
// a host as at the port to a silent switch: they make no edge of a port. It is
// a host's if the ends of its tunnels send there without a tunnel too.

// maxStarts bounds the ends of tunnels that are remembered of one port: there are few at a switch.
const maxStarts = 8

// bareFlows is the number of flows without a tunnel, as buckets, that show that the end of
// one is a host: a switch has one or two with its neighbours (BGP, BFD).
const bareFlows = 3

// tunnelStart is a tunnel end whose own frames enter a port.
type tunnelStart struct {
	addr    flow.Addr
	buckets uint32 // of the flows in its tunnels
}

// begins notes a tunnel end whose own frames, forwarded by nobody, enter a port.
func (l *Learner) begins(p *port, e *Evidence) {
	if p.peer != 0 {
		return
	}
	b := l.open(p, e.First)
	switch i := slices.IndexFunc(b.starts, func(s tunnelStart) bool { return s.addr == e.Addr }); {
	case i >= 0:
		b.starts[i].buckets |= e.Buckets
	case len(b.starts) < maxStarts:
		b.starts = append(b.starts, tunnelStart{e.Addr, e.Buckets})
	default:
		b.crowded = true
	}
	l.tunnelsEnter(p)
}

// tunnelsEnter: a port by which tunnels come is no edge until it is a host's.
func (l *Learner) tunnelsEnter(p *port) {
	if p.edge && p.leads == toSwitch && !l.edgeNow(p) {
		l.setEdge(p, false)
		l.touchPort(p)
		l.young = append(l.young, p)
	}
}

// hostTunnels: all tunnels that enter a port begin at addresses of hosts behind it.
func (l *Learner) hostTunnels(p *port) bool {
	b := p.beyond
	return b != nil && len(b.starts) > 0 && !b.crowded && !slices.ContainsFunc(b.starts, func(s tunnelStart) bool {
		h := l.hosts[s.addr]
		return h == nil || !slices.ContainsFunc(h.sources, func(s sighting) bool {
			return s.port == p && s.hops == 0 && bits.OnesCount32(s.buckets) >= bareFlows
		})
	})
}

// forwards: what enters a port was forwarded by somebody, or put into a tunnel by somebody who is no host.
func (p *port) forwards() bool { return p.routed > 0 || p.tunnels > 0 && !p.edge }

// darkTunnels tells whether tunnels that enter a port begin at a silent leaf next to it:
// all of them do, as they would not at a switch between.
func (b *beyond) darkTunnels() bool {
	return b.own >= darkEncaps && b.own == b.encap && len(b.starts) > 0 && !b.crowded
}

// byTunnels joins ports to leaves by the ends of the tunnels that begin there,
// unless a switch shows one at two ports: a pair of silent leaves.
func (g *darkGroups) byTunnels() {
	seen := map[flow.Addr]map[SwitchID]bool{}
	g.paired = map[flow.Addr]bool{}
	for _, p := range g.l.dark.open {
		if p.beyond == nil {
			continue
		}
		for _, s := range p.beyond.starts {
			if seen[s.addr] == nil {
				seen[s.addr] = map[SwitchID]bool{}
			}
			g.paired[s.addr] = g.paired[s.addr] || seen[s.addr][p.key.sw]
			seen[s.addr][p.key.sw] = true
		}
	}
	first := map[flow.Addr]*port{}
	for _, p := range g.dark {
		if g.kinds[p] != darkLeaf {
			continue
		}
		for _, s := range p.beyond.starts {
			switch q := first[s.addr]; {
			case g.paired[s.addr]:
			case q != nil:
				g.union(q, p)
			default:
				first[s.addr] = p
			}
		}
	}
}

// startsOf gives the tunnel ends of an inferred leaf, and no other's.
func (g *darkGroups) startsOf(ports []*port) (all []tunnelStart) {
	for _, p := range ports {
		for _, s := range p.beyond.starts {
			i := slices.IndexFunc(all, func(o tunnelStart) bool { return o.addr == s.addr })
			switch {
			case g.paired[s.addr]:
			case i < 0:
				all = append(all, s)
			default:
				all[i].buckets |= s.buckets
			}
		}
	}
	return all
}

// placeStarts places the tunnel ends of inferred leaves, and forgets where they were
// placed that are none any more.
func (l *Learner) placeStarts(now map[flow.Addr]darkStart) {
	for a, id := range l.dark.starts { // order does not matter: each is on its own
		if now[a].at != id {
			l.displace(a, id)
			delete(l.dark.starts, a)
		}
	}
	for a, s := range now { // order does not matter: each is on its own
		if t := l.tunnels[a]; t != nil && t.direct && !t.at[0].Inferred() || t != nil && t.at[1] != 0 {
			continue // a switch that reports has it
		}
		l.dark.starts[a] = s.at
		l.place(a, s.at, s.buckets, true)
	}
}

// darkStart is where a tunnel end is, by inference.
type darkStart struct {
	at      SwitchID
	buckets uint32
}

// displace forgets that a tunnel end was at an inferred switch.
func (l *Learner) displace(a flow.Addr, id SwitchID) {
	t := l.tunnels[a]
	if t == nil || t.at[0] != id {
		return
	}
	delete(l.tunnels, a)
	l.next.vteps.delete(a)
	l.changed = true
}

// ageRivals looks for tunnel ends of switches that report whose tunnels begin behind
// open ports as well: a silent mate may share the address, and the hosts.
func (l *Learner) ageRivals() {
	now := map[flow.Addr]SwitchID{}
	for _, p := range l.dark.open {
		if p.peer != 0 || p.beyond == nil || p.edge {
			continue
		}
		for _, s := range p.beyond.starts {
			if t := l.tunnels[s.addr]; t != nil && t.at[0] != 0 && !t.at[0].Inferred() {
				now[s.addr] = t.at[0]
			}
		}
	}
	for a, id := range l.dark.rivals { // order does not matter: each is on its own
		if now[a] != id {
			delete(l.dark.rivals, a)
			l.rival(a, id, -1)
		}
	}
	for a, id := range now { // order does not matter: each is on its own
		if l.dark.rivals[a] != id {
			l.dark.rivals[a] = id
			l.rival(a, id, 1)
		}
	}
}

// rival counts the tunnel ends of a switch that another one may have.
func (l *Learner) rival(a flow.Addr, id SwitchID, by int) {
	if n := l.nodeAt(id); n != nil {
		n.rivals += by
		l.touch(n)
	}
	if t := l.tunnels[a]; t != nil {
		l.showEnd(t)
	}
}

// hasRival reports whether a tunnel end may be a silent switch's too.
func (l *Learner) hasRival(t *tunnelEnd) bool {
	id, ok := l.dark.rivals[t.addr]
	return ok && id == t.at[0]
}
