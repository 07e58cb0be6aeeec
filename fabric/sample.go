package fabric

import "math/rand/v2"

// sample is a packet that a tap picked, not yet encoded.
type sample struct {
	at      int64
	conduit *conduit
	tap     *tap
	index   uint64 // of the packet
	reason  uint32 // of a discard, 0 = forwarded
	discard bool   // a discarded-packet sample (0:5), not a flow sample
}

// Reasons of discards (sFlow drops, table of reasons).
const (
	reasonACL      = 258
	reasonNoBuffer = 259
)

// train is the packets of a conduit in one slice.
type train struct {
	session *session
	conduit *conduit
	t0, t1  int64
	first   uint64 // index of the first packet
	n       uint64
	bytes   uint64
}

func (t *train) when(index uint64) int64 {
	return t.session.when(t.conduit.hash, index-t.first, t.n, t.t0, t.t1)
}

// lane is the part of a train that takes one route: every stride-th packet.
type lane struct {
	first, stride, n uint64
	bytes            uint64
	lost             uint64 // dropped at the first switch's output
	leaked           []leaked
}

// index gives the packet at a position among the lane's packets, or among those that were not lost.
func (l *lane) index(pos, of uint64) uint64 {
	if of < l.n {
		pos = pos * l.n / of
	}
	return l.first + pos*l.stride
}

// lanes shares a train out among k routes; i counts routes.
func (t *train) lane(i, k uint64) lane {
	l := lane{first: t.first + (i+k-t.first%k)%k, stride: k}
	end := t.first + t.n
	if l.first < end {
		l.n = (end-1-l.first)/k + 1
	}
	if k == 1 {
		l.bytes = t.bytes
		return l
	}
	for j := l.first; j < end && l.n <= 64; j += k {
		l.bytes += t.conduit.stream.at(j).frame
	}
	if l.n > 64 {
		l.bytes = t.bytes * l.n / t.n
	}
	return l
}

// draw gives how many packets of a source to pass over before the next sampled one.
func (s *source) draw(r *rand.Rand) int64 {
	if s.rate == 1 {
		return 0
	}
	return int64(r.ExpFloat64() * s.skip)
}

// pick samples a lane at every tap of its route.
func (f *Fabric) pick(t *train, l *lane, r *route, skip skips) {
	for i := range r.taps {
		p := &r.taps[i]
		of, _ := l.at(p.stage())
		pos := skip[i]
		for ; pos < int64(of); pos += 1 + p.source.source.draw(f.sampling) {
			index := l.index(uint64(pos), of)
			s := sample{at: t.when(index) + int64(p.hop+1)*hopDelay, conduit: t.conduit, tap: p, index: index}
			if t.conduit.role == roleBlocked && p.hop == 0 {
				s.reason = reasonACL
			}
			p.agent.pending = append(p.agent.pending, s)
		}
		skip[i] = pos - int64(of)
	}
}

// hopDelay is the time from one switch to the next.
const hopDelay = 3000

// drop reports the packets that a lane loses at its first switch.
func (f *Fabric) drop(t *train, l *lane, r *route, reason uint32) {
	h := &r.hops[0]
	if reason != reasonACL { // refused where it came in: not a matter of the output's queue
		h.out.outDiscards += uint32(l.lost)
	}
	a := h.node.agent
	if a == nil {
		return
	}
	src := &h.in.source
	for i := range l.lost {
		index := l.index(i, l.lost)
		at := t.when(index) + hopDelay
		if second := at / 1e9; second != src.discardTime {
			src.discardTime, src.discards = second, 0
		}
		if src.discards++; src.discards > discardLimit {
			src.suppressed++
			continue
		}
		tp := &tap{agent: a, source: h.in, in: h.in, out: h.out, wire: &r.wires[0]}
		if reason == reasonACL {
			tp.out = nil
		}
		a.pending = append(a.pending, sample{at: at, conduit: t.conduit, tap: tp, index: index, reason: reason, discard: true})
	}
}

// discardLimit is the most discarded packets that a source reports in a second (sFlow drops: 10 by default).
const discardLimit = 10
