package topology

import (
	"math"
	"math/bits"
	"slices"
)

// twinPorts: MACs that enter by one port here and by so many of another switch
// come over a link between the two. One host on two leaves, whatever runs on
// it, enters the other one by its own port, and by the peer link.
const (
	twinPorts        = 3
	maxTwins         = 8 // that are remembered of a port
	twinAddressPorts = 2 // and so many where only addresses are known
	twinFlows        = 2 // buckets of them that an address needs
)

// meet notes where else a MAC enters that was seen fresh at a port.
func (l *Learner) meet(p *port, st *station) {
	if p.handsOver || p.peer != 0 {
		return
	}
	for _, k := range st.ports {
		if k.sw != p.key.sw && p.twin(k.portKey, twinPorts) {
			l.handOver(p)
			return
		}
	}
}

// meetAddress does so with an address that a frame sampled on egress showed: nobody knows with which MAC it entered. It
// looks fresh behind the link of a pair too, whose far end took its TTL down. Two ports are enough where each address
// entered by one of them alone, in flows enough, and no more addresses are behind them: those of one host on two leaves
// enter the other one by its own port too, and behind the peer link there are more. One that moved enters by the old port no longer.
func (l *Learner) meetAddress(p *port, h *host) {
	if p.handsOver || p.peer != 0 || p.routed > 0 {
		return
	}
	since := int64(math.MaxInt64)
	for i := range h.sources {
		if s := &h.sources[i]; s.port == p && s.hops == 0 {
			since = s.first
		}
	}
	for i := range h.sources {
		if s := &h.sources[i]; s.port.key.sw != p.key.sw && s.last > since && len(s.port.hosts) <= len(p.hosts) && h.entersBy(s) && p.twin(s.port.key, twinAddressPorts) {
			l.handOver(p)
			return
		}
	}
}

// entersBy reports whether a host's fresh frames entered a switch by one port alone that leads to no other switch, in flows enough.
func (h *host) entersBy(s *sighting) bool {
	if s.hops != 0 || s.port.peer != 0 || s.port.routed > 0 || bits.OnesCount32(s.buckets) < twinFlows {
		return false
	}
	return !slices.ContainsFunc(h.sources, func(o sighting) bool {
		return o.hops == 0 && o.port != s.port && o.port.key.sw == s.port.key.sw
	})
}

// twin notes a port of another switch where a MAC or an address enters too, and reports whether that switch shows enough of them.
func (p *port) twin(k portKey, enough int) bool {
	same := 1
	for i := range p.twins {
		switch t := &p.twins[i]; {
		case *t == k:
			return false
		case t.sw == 0:
			*t = k
			return same >= enough
		case t.sw == k.sw:
			same++
		}
	}
	return false
}

// mated reports whether a link joins a switch to another one with hosts.
func (s *Snapshot) mated(sw *Switch) bool {
	for id, e := range sw.peers { // order does not matter: one is enough
		if o := s.Switch(id); e.mate || o != nil && o.Hosts {
			return true
		}
	}
	return false
}
