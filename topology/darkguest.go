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

// insideHops stands for the distance of an address that was seen in a tunnel which began behind the port.
const insideHops = 255

// inside notes an address whose packets entered a port that leads to a silent leaf in a tunnel that begins there.
func (l *Learner) inside(p *port, e *Evidence) {
	if p.dark == 0 || !l.nodeAt(p.dark).leaf {
		return
	}
	h := l.hostAt(p, e.Addr)
	if h == nil {
		return
	}
	b := l.open(p, e.First)
	was := b.relays()
	b.inside = add(b.inside, e.Count)
	elsewhere := slices.ContainsFunc(h.place.Edges, func(id SwitchID) bool { return !id.Inferred() })
	if elsewhere {
		b.strangers = add(b.strangers, e.Count)
	}
	if b.relays() != was {
		l.touchPort(p)
	}
	if elsewhere {
		return
	}
	h.sources = l.sight(h, h.sources, p, insideHops, e)
	l.countOutside(h)
	l.grow(h, e.Buckets)
}

// relays: in tunnels that begin behind a port comes what hosts of switches that report sent: a gateway ends their tunnels there, and begins new ones.
func (b *beyond) relays() bool { return b.strangers > b.inside/strayOf }

// startsAlone: all tunnels that enter a port begin at the silent leaf to which it leads, and at no mate of it.
func (l *Learner) startsAlone(p *port) bool {
	return !p.beyond.crowded && !p.beyond.relays() && !slices.ContainsFunc(p.beyond.starts, func(s tunnelStart) bool {
		t := l.tunnels[s.addr]
		return t == nil || t.at != [2]SwitchID{p.dark}
	})
}

// guestOf adds the silent leaves behind which an address lives that was seen nowhere nearer, or in tunnels that begin there.
func (l *Learner) guestOf(h *host, place *Place) {
	for i := range h.sources {
		s := &h.sources[i]
		if s.port.dark == 0 || s.port.beyond == nil || !l.nodeAt(s.port.dark).leaf {
			continue
		}
		b := s.port.beyond
		if s.hops == nearHops && b.alien <= b.n/100 || s.hops == insideHops && l.startsAlone(s.port) {
			place.Edges = addSwitch(place.Edges, s.port.dark)
		}
	}
}
