package fabric

import (
	"math/rand/v2"
	"slices"

	"spoor/flow"
)

// spoofer makes the flood: flows of one packet, with addresses that nobody has.
type spoofer struct {
	r      *rand.Rand
	routes []spoofRoute
	epoch  uint32 // of the network when routes were traced
}

// spoofRoute is a way that packets of the flood take, from a host that lies about its address.
type spoofRoute struct {
	src, dst *host
	route    *route
}

// spoofRoutes is how many ways the flood takes at a time.
const spoofRoutes = 256

// flood samples the flood of a slice. Each of its flows is sampled once: what
// was not sampled leaves no trace but in the ports' counters.
func (f *Fabric) flood(t0, t1 int64) {
	if f.cfg.Flood == 0 {
		return
	}
	s := &f.spoof
	if s.epoch != f.routing {
		s.trace(f)
	}
	if len(s.routes) == 0 {
		return
	}
	for range poisson(s.r, float64(f.cfg.Flood)*float64(t1-t0)/1e9) {
		w := &s.routes[s.r.IntN(len(s.routes))]
		if len(w.route.taps) == 0 {
			continue
		}
		p := &w.route.taps[s.r.IntN(len(w.route.taps))]
		c := s.conduit(w)
		w.route.add(uint64(p.source.source.rate)/uint64(len(w.route.taps))+1, &c.stream)
		p.agent.pending = append(p.agent.pending, sample{at: t0 + s.r.Int64N(t1-t0), conduit: c, tap: p})
	}
}

// trace picks the ways anew.
func (s *spoofer) trace(f *Fabric) {
	s.epoch, s.routes = f.routing, s.routes[:0]
	hosts := slices.DeleteFunc(slices.Clone(f.net.hosts), func(h *host) bool { return len(h.ports) == 0 })
	for range spoofRoutes {
		src, dst := hosts[s.r.IntN(len(hosts))], hosts[s.r.IntN(len(hosts))]
		if src == dst {
			continue
		}
		hash := s.r.Uint64()
		if r := f.net.trace(src, dst, hash, hash, byHash); r != nil {
			s.routes = append(s.routes, spoofRoute{src, dst, r})
		}
	}
}

// conduit gives a flow with a source address that nobody has.
func (s *spoofer) conduit(w *spoofRoute) *conduit {
	x := s.r.Uint64()
	key := flow.Key{
		Src: flow.AddrFrom4([4]byte{100, byte(64 + x%64), byte(x >> 8), byte(x >> 16)}), Dst: w.dst.ip4, Proto: flow.ProtoUDP,
		SrcPort: uint16(x >> 24), DstPort: uint16(x >> 40),
	}
	return &conduit{key: key, src: w.src, dst: w.dst, hash: x, stream: newStream(&key, 576, 1, 64, 0)}
}

// add counts packets on all ports of the way.
func (r *route) add(n uint64, s *stream) {
	for i := range r.tolls {
		r.tolls[i].tally.add(n, n*(s.bytesUpTo(1)+r.tolls[i].overhead))
	}
}
