package topology

import (
	"cmp"
	"math/bits"
	"slices"

	"spoor/flow"
)

// A host on two leaves may enter one of them by its own port and over the link from
// its other leaf, which bridges what only the mate can deliver. Both look like edges
// where no other host's frames cross that link. By its own port more of its flows
// enter; ports of one aggregate are one.

// maxBeside bounds the ports of one address that are taken for such links: one a leaf.
const maxBeside = 2

// PortKey names a port of a switch.
type PortKey struct {
	Switch  SwitchID
	IfIndex uint32
}

// besides gives the ports by which fewer of an address's flows enter a switch than by another one there.
func (h *host) besides() (ports [maxBeside]PortKey) {
	n := 0
	for i := range h.sources {
		s := &h.sources[i]
		if s.hops != 0 || s.port.peer != 0 || n == maxBeside {
			continue
		}
		for j := range h.sources {
			if o := &h.sources[j]; i != j && o.hops == 0 && s.port.beside(o.port) && bits.OnesCount32(o.buckets) >= bits.OnesCount32(s.buckets) {
				ports[n] = PortKey{s.port.key.sw, s.port.key.idx}
				n++
				break
			}
		}
	}
	return ports
}

// Enters reports whether an address that lives on several switches may be reached by a port of one of them: it enters there by
// it, or by a fellow member of its aggregate, or it was not seen to enter that switch itself.
func (s *Snapshot) Enters(a flow.Addr, id SwitchID, ifIndex uint32) bool {
	place, ok := s.places.get(a)
	if !ok {
		return true
	}
	known := slices.ContainsFunc(place.Beside[:], func(d PortKey) bool { return d.Switch == id && d.IfIndex != 0 })
	for _, d := range place.Doors {
		if d.Switch != id {
			continue
		}
		if known = true; d.IfIndex == ifIndex {
			return true
		}
		if p, q := s.Port(id, ifIndex), s.Port(id, d.IfIndex); p != nil && q != nil && (p.Aggregate != 0 && p.Aggregate == q.Aggregate || p.Aggregate == d.IfIndex || q.Aggregate == ifIndex) {
			return true
		}
	}
	return !known
}

// Parted reports whether the link of an address to another switch is down: that one may hand over what comes for it.
func (s *Snapshot) Parted(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && p.Parted
}

// Leaving gives since when an address may have left the switch that it left last (arrival, Unix ns), 0 never.
func (s *Snapshot) Leaving(a flow.Addr) int64 {
	if p, ok := s.places.get(a); ok {
		return p.Leaving
	}
	return 0
}

// doors gives the ports by which an address enters its switches itself, in the order of their keys.
func (h *host) doors(place *Place) (ports []PortKey) {
	for i := range h.sources {
		s := &h.sources[i]
		k := PortKey{s.port.key.sw, s.port.key.idx}
		if s.hops == 0 && s.port.edge && s.port.peer == 0 && !slices.Contains(place.Beside[:], k) && !h.overMate(s) {
			ports = append(ports, k)
		}
	}
	slices.SortFunc(ports, func(a, b PortKey) int {
		return cmp.Or(cmp.Compare(a.Switch, b.Switch), cmp.Compare(a.IfIndex, b.IfIndex))
	})
	return ports
}

// beside: two ports of one switch that are no members of one aggregate.
func (p *port) beside(o *port) bool {
	return p != o && p.key.sw == o.key.sw && o.peer == 0 && (p.aggregate == 0 || p.aggregate != o.aggregate)
}
