package topology

import (
	"math/bits"
	"slices"

	"spoor/flow"
)

// An open port is one that forwarded frames enter and that leads to nobody we
// hear: to a silent switch, to the world outside, to a host that routes, or to a
// switch whose samples are still to come. What enters there is looked at more
// closely than elsewhere (SawBeyond, SawGap).

// maxGaps bounds the ports that one open port was seen together with.
const maxGaps = 256

// darkness is what the learner knows of open ports.
type darkness struct {
	open   []*port // that forwarded frames enter and that lead to nobody we hear
	gaps   int
	nodes  []*node                // inferred switches, by number less firstInferred; those that are not believed have no members
	ports  map[*port]struct{}     // that lead to them
	starts map[flow.Addr]SwitchID // tunnel ends that were placed at inferred switches
	rivals map[flow.Addr]SwitchID // tunnel ends of switches that report, whose tunnels begin behind open ports too
	at     int64                  // when open ports were last looked at
}

// beyond is what is known of what lies behind an open port.
type beyond struct {
	n         uint32        // sightings of forwarded frames from some address
	alien     uint32        // of them from an address that lives at another switch that reports
	near      uint32        // of those where one router had forwarded the frame: its own leaf, from which it came at once
	encap     uint32        // of frames in tunnels
	own       uint32        // of them of frames that nobody had forwarded: the tunnels begin there
	bridged   uint32        // of forwarded frames to hosts of this switch, not to itself
	starts    []tunnelStart // where they begin
	inside    uint32        // of packets in them by their senders,
	strangers uint32        // of them from hosts of switches that report
	crowded   bool          // there are more of those
	hops      uint32        // as bits: how many routers they passed
	addrs     uint32        // buckets of their addresses
	deep      depths        // of frames from far away
	who       []flow.Addr   // the first of them
	steady    uint32        // forwarded frames since the far MAC last changed
	weight    float64
	since     int64 // of the first forwarded frame
	gaps      []*gap
}

// gap counts flows that left one open port and entered another two hops later.
type gap struct {
	a, b *port
	n    uint32
	flow uint64 // the latest that was counted: another one has to agree
}

func (g *gap) other(p *port) *port {
	if g.a == p {
		return g.b
	}
	return g.a
}

// open gives what is known of what lies behind a port that forwarded frames enter.
func (l *Learner) open(p *port, now int64) *beyond {
	if p.beyond == nil {
		p.beyond = &beyond{since: now}
	}
	if !p.listed && p.peer == 0 {
		p.listed = true
		l.dark.open = append(l.dark.open, p)
	}
	return p.beyond
}

// entered notes forwarded frames that entered a port.
func (l *Learner) entered(p *port, e *Evidence) {
	if p.peer != 0 && p.beyond == nil {
		return
	}
	b := l.open(p, e.First)
	b.weight += l.bridges.weigh(e)
	if p.far != e.Far && !e.Derived {
		b.steady = 0
	}
	b.steady = add(b.steady, e.Count)
	if l.toHostOf(p, e.Own) {
		b.bridged = add(b.bridged, e.Count)
	}
	if e.Encap {
		b.encap = add(b.encap, e.Count)
		if e.Fresh {
			b.own = add(b.own, e.Count)
		}
	}
}

// toHostOf reports whether a MAC is that of a host behind another port of the switch: a router behind this one that sends to
// it has the host's network too, as a mate has.
func (l *Learner) toHostOf(p *port, mac uint64) bool {
	st := l.stations[mac]
	return st != nil && slices.ContainsFunc(st.ports, func(k stationPort) bool {
		q := l.at(k.portKey)
		return k.sw == p.key.sw && q != nil && q != p && q.edge && q.peer == 0
	})
}

// bridgesIn: what enters an open port is bridged to hosts of the switch, over 1% of it.
func (p *port) bridgesIn() bool { return p.beyond.bridged > p.routed/100 }

// sawBeyond notes an address whose forwarded frames entered an open port.
func (l *Learner) sawBeyond(n *node, e *Evidence) {
	p := l.port(n, e.Port)
	if p == nil || p.peer != 0 || p.edge {
		return
	}
	b := l.open(p, e.First)
	b.n = add(b.n, e.Count)
	l.adjoins(p, e)
	if e.Encap {
		return
	}
	l.stray(p, e)
	b.hops |= 1 << min(e.Hops, 31)
	b.addrs |= addrBucket(&e.Addr)
	alien := l.livesElsewhere(e.Addr, n)
	if alien {
		b.alien = add(b.alien, e.Count)
		if e.Hops == 1 {
			b.near = add(b.near, e.Count)
		}
	}
	b.fathom(e, alien)
	l.guest(p, e)
}

// livesElsewhere: an address is known to live at another switch that reports.
func (l *Learner) livesElsewhere(a flow.Addr, n *node) bool {
	h := l.hosts[a]
	return h != nil && !slices.Contains(h.place.Edges, n.id) && slices.ContainsFunc(h.place.Edges, func(id SwitchID) bool { return !id.Inferred() })
}

// sawGap notes a flow that left one open port and entered another two hops later.
func (l *Learner) sawGap(n *node, e *Evidence) {
	other := l.node(e.Agent2)
	if other == nil || other == n {
		return
	}
	p, q := l.port(n, e.Port), l.port(other, e.Port2)
	if p == nil || q == nil || p.peer != 0 || q.peer != 0 || p.edge || q.edge {
		return
	}
	b, c := l.open(p, e.First), l.open(q, e.First)
	i := slices.IndexFunc(b.gaps, func(g *gap) bool { return g.other(p) == q })
	if i < 0 {
		if len(b.gaps) >= maxGaps || len(c.gaps) >= maxGaps || l.dark.gaps >= l.max.votes {
			l.Ignored++
			return
		}
		g := &gap{a: p, b: q}
		b.gaps, c.gaps = append(b.gaps, g), append(c.gaps, g)
		l.dark.gaps++
		i = len(b.gaps) - 1
	}
	if g := b.gaps[i]; g.flow != e.Flow || g.n == 0 {
		g.n, g.flow = add(g.n, 1), e.Flow
	}
}

// bestGap gives the switch-wise counts of a port's gaps: the best port of a switch and the second.
func (b *beyond) bestGap(p *port, sw SwitchID) (q *port, n, second uint32) {
	for _, g := range b.gaps {
		o := g.other(p)
		switch {
		case o.key.sw != sw:
		case g.n > n || g.n == n && q != nil && o.key.idx < q.key.idx:
			q, second, n = o, n, g.n
		default:
			second = max(second, g.n)
		}
	}
	return q, n, second
}

func (b *beyond) mostGaps() (n uint32) {
	for _, g := range b.gaps {
		n = max(n, g.n)
	}
	return n
}

// values gives the number of distances at which forwarded frames came, and the largest of them.
func (b *beyond) values() (n, most int) { return bits.OnesCount32(b.hops), bits.Len32(b.hops) - 1 }

// prune forgets open ports that became links, and what was noted of them.
func (l *Learner) prune() {
	keep := l.dark.open[:0]
	for _, p := range l.dark.open {
		if p.peer == 0 {
			keep = append(keep, p)
			continue
		}
		p.listed = false
		l.closeUp(p)
	}
	clear(l.dark.open[len(keep):])
	l.dark.open = keep
}

// closeUp forgets what was noted of a port while it was open.
func (l *Learner) closeUp(p *port) {
	if p.beyond == nil {
		return
	}
	for _, g := range p.beyond.gaps {
		o := g.other(p).beyond
		o.gaps = slices.DeleteFunc(o.gaps, func(x *gap) bool { return x == g })
		l.dark.gaps--
	}
	p.beyond = nil
}

// renewOpen forgets to whom an open port leads.
func (l *Learner) renewOpen(p *port) {
	if p.dark != 0 {
		l.lead(p, 0)
	}
	l.closeUp(p)
	p.wasDark = 0
}
