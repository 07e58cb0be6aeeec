package topology

import "math/bits"

// An interface lives behind one switch or on two, and with it all of its addresses (IPv4 and IPv6, to begin with). The
// flows of one tell where the others are.

// maxFellows is how many other addresses of an interface are asked: one may invent them.
const maxFellows = 8

// passage is what flows of one or several addresses say of whether they live behind one switch alone.
type passage struct {
	sent, got int  // flow buckets, summed over the addresses, of what they sent there, and of what others sent them over the fabric
	bare      int  // the latter without what was only seen as it came in tunnels
	astray    bool // some of the latter came out elsewhere
}

// passed gives what the flows of an interface say: those of the address, and those of its fellows unless one of them sends elsewhere.
func (h *host) passed(at SwitchID) passage {
	own := h.came(at)
	own.sent = bits.OnesCount32(h.buckets)
	all := own
	for _, o := range h.fellows() {
		if o == h || o.mixed {
			continue
		}
		if o.strays(at) {
			return own
		}
		f := o.came(at)
		all.sent += bits.OnesCount32(o.flowsAt(at))
		all.got, all.bare = all.got+f.got, all.bare+f.bare
		all.astray = all.astray || f.astray
	}
	return all
}

// fellows gives the addresses of the interface with which an address sends, itself among them unless they are many; none
// if it was seen with several.
func (h *host) fellows() []*host {
	if h.station == nil || h.mixed {
		return nil
	}
	return h.station.hosts[:min(len(h.station.hosts), maxFellows)]
}

// strays reports whether an address was seen to send elsewhere than behind a switch.
func (h *host) strays(at SwitchID) bool {
	for i := range h.sources {
		if b := h.sources[i].beside(); b != 0 && b != at {
			return true
		}
	}
	return false
}

// came gives what was seen of flows that others sent an address over the fabric.
func (h *host) came(at SwitchID) (p passage) {
	got, bare := uint32(0), uint32(0)
	for i := range h.sinks {
		switch s := &h.sinks[i]; {
		case s.port.peer != 0 || s.port.handsOver || s.port.unproven() || s.buckets == 0:
		case s.port.key.sw != at: // it receives elsewhere too, or passes by there
			p.astray = true
		default:
			if got |= s.buckets; !s.inside {
				bare |= s.buckets
			}
		}
	}
	p.got, p.bare = bits.OnesCount32(got), bits.OnesCount32(bare)
	return p
}

// tellFellows has the places of an interface's other addresses worked out anew.
func (l *Learner) tellFellows(h *host) {
	for _, o := range h.fellows() {
		if o != h {
			l.dirtyHosts[o] = struct{}{}
		}
	}
}

// flows gives how many flow buckets say that addresses live behind a switch: those of the flows that they sent,
// and no more than as many of those that others sent them over the fabric, for these may have had no other way.
func (p *passage) flows() int {
	if p.astray {
		return p.sent
	}
	return p.sent + min(p.sent, p.bare)
}

// reached gives how many buckets of flows that others sent came out at the switch, 0 if some came out elsewhere.
func (p *passage) reached() int {
	if p.astray {
		return 0
	}
	return p.got
}
