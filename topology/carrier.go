package topology

import (
	"cmp"
	"math/bits"
	"slices"
)

// downGrace: samples that were held back may be of before the link went down.
const downGrace = int64(2e9)

// carrier notes that a port's link went down or came up. Who lived behind one that
// is down does not live there now, and no path is inferred over it; what was seen
// to take it did.
func (l *Learner) carrier(p *port, i *PortInfo) {
	if i.Down == i.Up || i.Down == p.down {
		return
	}
	p.upLast = cmp.Or(i.WasUp, l.now)
	l.setDown(p, i.Down)
	if p.down && p.peer == 0 {
		l.partHosts(p)
		l.cutReceivers(p)
		l.partUnseen(p)
		l.doubtHosts(p)
		l.depart(p)
		l.vacate(p)
	}
}

// parting is a port of a host on several switches whose link is down, and when a frame of the host last entered there.
type parting struct {
	port *port
	last int64
	may  bool // be the host's: it was seen to come from the switch, but at no port of it
}

// partHosts notes which hosts lost a link to one of their switches. What comes for them there still is handed over to a
// mate, and what they send may come there over the mate: it enters by another port from then on.
func (l *Learner) partHosts(p *port) {
	for h := range p.hosts { // order does not matter: each is on its own
		i := slices.IndexFunc(h.sources, func(s sighting) bool { return s.hops == 0 && s.port == p })
		if i < 0 {
			continue
		}
		lost := parting{port: p, last: h.sources[i].last}
		h.part(lost)
		if h.station != nil { // all addresses of its MAC are where that is
			for _, o := range h.station.hosts {
				o.part(lost)
				l.dirtyHosts[o] = struct{}{}
			}
		}
	}
}

// partUnseen notes which hosts may have lost this link to a switch: those on several that were seen to come from it, one hop
// on, and at no port of it.
func (l *Learner) partUnseen(p *port) {
	here := func(k portKey) bool { return k.sw == p.key.sw }
	for _, n := range l.nodes {
		if n == nil || n.id == p.key.sw {
			continue
		}
		for _, q := range n.ports { // order does not matter: each host is on its own
			if q.peer != p.key.sw {
				continue
			}
			for h := range q.hosts {
				if !h.cameFrom(p.key.sw) || slices.ContainsFunc(h.sources, func(s sighting) bool { return s.hops == 0 && here(s.port.key) }) ||
					h.station != nil && slices.ContainsFunc(h.station.ports, func(k stationPort) bool { return here(k.portKey) }) {
					continue
				}
				h.part(parting{port: p, may: true})
				p.perhaps = append(p.perhaps, h)
			}
		}
	}
}

// receives: what is sent to an address was seen to leave another switch than sw by a port that leads to no switch known.
func (h *host) receives(sw SwitchID) bool {
	return slices.ContainsFunc(h.sinks, func(s sighting) bool {
		return s.port.key.sw != sw && s.port.peer == 0 && s.port.dark == 0 && !s.port.handsOver
	})
}

// doubtHosts looks again where those live who may have lost a link, because it is down or up.
func (l *Learner) doubtHosts(p *port) {
	for _, h := range p.perhaps {
		if l.hosts[h.addr] == h { // not forgotten meanwhile
			l.dirtyHosts[h] = struct{}{}
		}
	}
	if !p.down {
		p.perhaps = nil
	}
}

// cameFrom: one hop on, frames of an address were seen to come from a switch.
func (h *host) cameFrom(sw SwitchID) bool {
	return slices.ContainsFunc(h.sources, func(s sighting) bool { return s.hops == 1 && s.port.peer == sw })
}

// part notes that a host lost a link.
func (h *host) part(lost parting) {
	if !lost.may {
		h.leftFrom = lost.port.upLast
	}
	elsewhere := slices.ContainsFunc(h.place.Edges, func(id SwitchID) bool { return id != lost.port.key.sw })
	if !elsewhere && (!lost.may || !h.receives(lost.port.key.sw)) {
		return
	}
	if i := slices.IndexFunc(h.parted, func(x parting) bool { return x.port == lost.port }); i >= 0 {
		h.parted[i].last = max(h.parted[i].last, lost.last)
		return
	}
	h.parted = slices.DeleteFunc(h.parted, func(x parting) bool { return !x.port.down })
	if len(h.parted) < maxParted {
		h.parted = append(h.parted, lost)
	}
}

// maxParted bounds the links that a host is remembered to have lost.
const maxParted = 4

// isParted reports whether some link of a host is down, while it has others.
func (h *host) isParted() bool {
	return slices.ContainsFunc(h.parted, func(x parting) bool { return x.port.down && !x.kept(h) })
}

// mayBeParted: it is open whether a link that is down was the host's.
func (h *host) mayBeParted() bool {
	return slices.ContainsFunc(h.parted, func(x parting) bool { return x.may && x.port.down && !x.kept(h) })
}

// kept: the host has a port of its own at a switch to which it might have lost its link.
func (x *parting) kept(h *host) bool {
	return x.may && slices.ContainsFunc(h.sources, func(s sighting) bool {
		return s.hops == 0 && s.port.edge && !s.port.down && s.port.key.sw == x.port.key.sw && bits.OnesCount32(s.buckets) >= flowsOfEach
	})
}

// tellsNothing reports whether a sighting tells nothing of where an address lives.
func (h *host) tellsNothing(s *sighting) bool {
	return s.port.leads == toOutside || s.hops == 0 && s.port.unproven() || len(h.parted) > 0 && h.overMate(s)
}

// overMate: a sighting is of frames that came to a switch to which the host's link is down: its mate handed them over,
// unless the host has another port of its own there, by which flows enough came before.
func (h *host) overMate(s *sighting) bool {
	return slices.ContainsFunc(h.parted, func(x parting) bool {
		switch {
		case !x.port.down || x.kept(h):
			return false
		case s.hops == 1:
			return s.port.peer == x.port.key.sw
		case x.may:
			return false
		}
		own := s.first <= x.last && s.port.edge && bits.OnesCount32(s.buckets) >= flowsOfEach || s.port.aggregate != 0 && s.port.aggregate == x.port.aggregate
		return s.hops == 0 && s.port != x.port && s.port.key.sw == x.port.key.sw && !own
	})
}

// overMateAt is the same of a port where the host's MAC was seen.
func (h *host) overMateAt(k portKey) bool {
	for i := range h.sources {
		if s := &h.sources[i]; s.hops == 0 && s.port.key == k {
			return h.overMate(s)
		}
	}
	return slices.ContainsFunc(h.parted, func(x parting) bool { return x.port.down && !x.may && x.port.key.sw == k.sw })
}

// depart forgets that who lived behind a port was seen, one hop on, to come from its switch, unless it has another port there.
func (l *Learner) depart(p *port) {
	for h := range p.hosts { // order does not matter: each is on its own
		own := func(s sighting) bool { return s.hops == 0 && s.port.key.sw == p.key.sw }
		if !slices.ContainsFunc(h.sources, func(s sighting) bool { return own(s) && s.port == p }) ||
			slices.ContainsFunc(h.sources, func(s sighting) bool { return own(s) && s.port != p && s.port.edge }) {
			continue
		}
		h.sources = slices.DeleteFunc(h.sources, func(s sighting) bool {
			gone := s.hops == 1 && s.port.peer == p.key.sw
			if gone {
				delete(s.port.hosts, h)
			}
			return gone
		})
	}
}

// downSince gives since when a port's link may be down, 0 if it is up as far as is known.
func (p *port) downSince() int64 {
	if !p.down {
		return 0
	}
	return p.upLast
}

func (l *Learner) setDown(p *port, down bool) {
	if p.down, p.downAt = down, l.now; down {
		p.failed, p.back = p.upLast, 0
	} else {
		p.back = l.now
	}
	l.touchPort(p)
	l.doubtHosts(p)
	for _, id := range [2]SwitchID{p.peer, p.dark} {
		if n := l.nodeAt(id); n != nil {
			l.touch(n)
		}
	}
}

// touchPort marks a port's switch, and the addresses sighted there, whose place may change with it.
func (l *Learner) touchPort(p *port) {
	l.touch(l.nodes[p.key.sw])
	for h := range p.hosts { // order does not matter: a set of marks
		l.dirtyHosts[h] = struct{}{}
	}
}

// stale reports evidence of a time before the port's link went down; frames that
// enter by it later show that it is up.
func (l *Learner) stale(n *node, e *Evidence) bool {
	if e.Kind != SawIngress && e.Kind != SawSource {
		return false
	}
	p := n.ports[e.Port]
	switch {
	case p == nil || !p.down:
		return false
	case e.Last <= p.downAt+downGrace:
		return true
	}
	l.setDown(p, false)
	return false
}

// WasOut reports whether all links between two switches may have been down at a time; false if none is known.
func (s *Snapshot) WasOut(a, b SwitchID, at int64) bool {
	return s.Switch(a).out(b, at) || s.Switch(b).out(a, at)
}

// out: all ports of a switch that lead to another one may have been down at a time.
func (s *Switch) out(id SwitchID, at int64) bool {
	if s == nil || s.PortFailed == 0 {
		return false
	}
	out := false
	for _, p := range s.Ports { // order does not matter: all of them
		if p.Peer != id {
			continue
		}
		if out = p.Failed != 0 && p.Failed <= at && (p.Back == 0 || at < p.Back); !out {
			return false
		}
	}
	return out
}
