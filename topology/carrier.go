package topology

import "slices"

// downGrace: samples that were held back may be of before the link went down.
const downGrace = int64(2e9)

// carrier notes that a port's link went down or came up. Who lived behind one that
// is down does not live there now, and no path is inferred over it; what was seen
// to take it did.
func (l *Learner) carrier(p *port, i *PortInfo) {
	if i.Down == i.Up || i.Down == p.down {
		return
	}
	l.setDown(p, i.Down)
	if p.down && p.peer == 0 {
		l.depart(p)
		l.vacate(p)
	}
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

func (l *Learner) setDown(p *port, down bool) {
	p.down, p.downAt = down, l.now
	l.touchPort(p)
	if n := l.nodeAt(p.peer); n != nil && !n.id.Inferred() {
		l.touch(n)
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
