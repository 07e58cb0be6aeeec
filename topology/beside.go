package topology

import "math/bits"

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

// beside: two ports of one switch that are no members of one aggregate.
func (p *port) beside(o *port) bool {
	return p != o && p.key.sw == o.key.sw && o.peer == 0 && (p.aggregate == 0 || p.aggregate != o.aggregate)
}
