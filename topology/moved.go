package topology

import (
	"math/bits"
	"slices"
)

// A host that is seen at another switch than before moved there, or is on both. It
// moved if so many of its flows entered there and none elsewhere, for so long.
const (
	movedFlows = 6
	movedAfter = int64(5e9)
	movedLate  = int64(1e9) // samples of before may come so much later
)

// at gives the switch where a sighting says that its address entered the fabric, 0 if it says nothing of that.
func (s *sighting) at() SwitchID {
	switch {
	case s.port.handsOver || s.port.leads == toOutside:
		return 0
	case s.hops == 0 && s.port.peer == 0:
		return s.port.key.sw
	case s.hops == 1:
		return s.port.peer
	}
	return 0
}

// wentTo forgets where an address was seen before it went to the switch where it was seen now.
func (l *Learner) wentTo(h *host, to SwitchID) {
	if to == 0 || len(h.sources) < 2 {
		return
	}
	var buckets uint32
	first, last := int64(0), int64(0)
	for i := range h.sources {
		if s := &h.sources[i]; s.at() == to {
			if buckets |= s.buckets; first == 0 || s.first < first {
				first = s.first
			}
			last = max(last, s.last)
		}
	}
	if bits.OnesCount32(buckets) < movedFlows {
		return
	}
	elsewhere := false
	for i := range h.sources {
		if s := &h.sources[i]; s.at() != 0 && s.at() != to {
			if elsewhere = true; s.last >= first+movedLate || last-s.last <= movedAfter {
				return
			}
		}
	}
	if !elsewhere {
		return
	}
	if !slices.Contains(h.place.Edges, to) {
		h.parted = nil
	}
	h.leftFrom = 0
	for i := range h.sources {
		if s := &h.sources[i]; s.at() != 0 && s.at() != to {
			h.leftFrom = max(h.leftFrom, s.last)
		}
	}
	l.leave(h, to)
	h.buckets = buckets
}

// leave forgets all sightings of an address at the ports that say that it is elsewhere than at a
// switch: what left by them for it was sent before it moved as well.
func (l *Learner) leave(h *host, to SwitchID) {
	var left []*port
	for i := range h.sources {
		if s := &h.sources[i]; s.at() != 0 && s.at() != to {
			left = append(left, s.port)
		}
	}
	gone := func(s sighting) bool { return slices.Contains(left, s.port) }
	for _, p := range left {
		delete(p.hosts, h)
		if h.station != nil {
			h.station.ports = slices.DeleteFunc(h.station.ports, func(k stationPort) bool { return k.portKey == p.key })
		}
	}
	h.sources, h.sinks = slices.DeleteFunc(h.sources, gone), slices.DeleteFunc(h.sinks, gone)
	l.countOutside(h)
	l.dirtyHosts[h] = struct{}{}
	if h.station != nil {
		for _, o := range h.station.hosts {
			l.dirtyHosts[o] = struct{}{}
		}
	}
}

// left reports whether a place has a switch that reports which the next one has no more.
func (p *Place) left(next *Place) bool {
	return !p.Bridged && !next.Bridged && slices.ContainsFunc(p.Edges, func(id SwitchID) bool { return !id.Inferred() && !slices.Contains(next.Edges, id) })
}
