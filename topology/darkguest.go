package topology

import "slices"

// Guests for which a host behind a silent leaf routes are two routers away from the
// switch next to the leaf; so are hosts of a mate that sends over that leaf. They live at
// the leaf if they were seen nowhere else, and if no host of a switch that reports comes by it.

// guest notes an address whose frames passed two routers before they entered a port that leads to a silent leaf.
func (l *Learner) guest(p *port, e *Evidence) {
	if e.Hops != nearHops || p.dark == 0 || !l.nodeAt(p.dark).leaf || !locatable(e.Addr) {
		return
	}
	h := l.hostAt(p, e.Addr)
	if h == nil || slices.ContainsFunc(h.place.Edges, func(id SwitchID) bool { return !id.Inferred() }) {
		return
	}
	h.sources = l.sight(h, h.sources, p, nearHops, e)
	l.countOutside(h)
	l.grow(h, e.Buckets)
}

// guestOf adds the silent leaves behind which an address lives that was seen nowhere nearer.
func (l *Learner) guestOf(h *host, place *Place) {
	for i := range h.sources {
		s := &h.sources[i]
		if s.hops != nearHops || s.port.dark == 0 || s.port.beyond == nil {
			continue
		}
		if b := s.port.beyond; l.nodeAt(s.port.dark).leaf && b.alien <= b.n/100 {
			place.Edges = addSwitch(place.Edges, s.port.dark)
		}
	}
}
