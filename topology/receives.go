package topology

import (
	"slices"

	"spoor/flow"
)

// A host on two leaves may send all by one of them (bonds that hash MACs: in a routed fabric all goes to the gateway's)
// and get what others send it by either. Of such a leaf only what leaves there for the host speaks.

// receives adds to a place the switches where an address was never seen to send, and where frames that came over the
// fabric left for it: by a port of which nothing enters, and that no other interface's frames leave by.
func (l *Learner) receives(h *host, place *Place) {
	if len(place.Edges) == 0 || place.Bridged {
		return
	}
	for i := range h.sinks {
		s := &h.sinks[i]
		p := s.port
		if s.buckets == 0 || p.leads != toSwitch || p.handsOver || p.down || !p.silent() || slices.Contains(place.Edges, p.key.sw) || l.nodes[p.key.sw].edges == 0 || !h.alone(p) {
			continue
		}
		if place.All == nil {
			place.All = slices.Clone(place.Edges)
		}
		place.All = addSwitch(place.All, p.key.sw)
	}
}

// cutReceivers notes which hosts lost a link by which they were only seen to receive: what went there before does not go
// where they live now, and what still comes to that switch is handed over to its mate. So it is with all addresses of their interfaces.
func (l *Learner) cutReceivers(p *port) {
	for h := range p.hosts { // order does not matter: each is on its own
		if !slices.Contains(h.place.All, p.key.sw) {
			continue
		}
		l.cut(h, p)
		for _, o := range h.fellows() {
			l.cut(o, p)
		}
	}
}

// cut notes that an address lost a link by which it was not seen to send.
func (l *Learner) cut(h *host, p *port) {
	if !slices.Contains(h.place.Edges, p.key.sw) {
		h.leftFrom, h.cut = p.upLast, true
		l.dirtyHosts[h] = struct{}{}
	}
}

// alone reports whether no address of another host was sighted at a port: of another interface, and not behind the same host that routes.
func (h *host) alone(p *port) bool {
	for o := range p.hosts { // order does not matter: one is enough
		if o != h && (h.station == nil || o.station != h.station) && !h.neighbours(o) {
			return false
		}
	}
	return true
}

// neighbours: two addresses send by one port, behind which is a host that routes for guests, and all of these.
func (h *host) neighbours(o *host) bool {
	return slices.ContainsFunc(h.sources, func(s sighting) bool {
		return s.port.home() && slices.ContainsFunc(o.sources, func(t sighting) bool { return t.port == s.port })
	})
}

// Receives gives the switches at which frames for an address may leave the fabric: those behind which it is
// proven to live, and those where frames left for it. The slice is the snapshot's.
func (s *Snapshot) Receives(a flow.Addr) []SwitchID {
	p, ok := s.places.get(a)
	switch {
	case !ok || p.Bridged:
		return nil
	case len(p.All) > 0:
		return p.All
	}
	return p.Edges
}

// Reached reports whether frames for an address come out at one switch and no other, as far as Certain knows where it
// sends: where hosts get frames elsewhere than they send, flows enough must have come out there.
func (s *Snapshot) Reached(a flow.Addr) bool { return s.Certain(a) && !s.Astray(a) }

// Begins reports whether frames of an address enter at one switch and no other: where hosts get frames elsewhere than
// they send, what it got says nothing of that.
func (s *Snapshot) Begins(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && (!p.Mute || !s.Bonds) && s.Certain(a)
}

// Astray reports whether frames for an address may come out elsewhere than where it sends.
func (s *Snapshot) Astray(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && !p.Bridged && (len(p.All) > 0 || s.Bonds && p.Got < flowsOfOne)
}

// Known reports whether an address was seen to send and to receive: nothing leaves for one that was invented.
func (s *Snapshot) Known(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && p.Both
}

// both: frames came from the address, and frames to it left for a host.
func (h *host) both() bool {
	return len(h.sources) > 0 && slices.ContainsFunc(h.sinks, func(s sighting) bool {
		return !s.inside && s.port.peer == 0 && s.port.leads != toOutside && !s.port.unproven()
	})
}
