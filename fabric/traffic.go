package fabric

import (
	"math"
	"math/rand/v2"

	"spoor/flow"
)

// role is what a flow is for, as the truth names it.
type role uint8

const (
	roleData role = iota
	roleAck
	roleBlocked // an ACL drops it at the first leaf
)

// session is a conversation: a flow of data and, for TCP, the acknowledgements.
type session struct {
	name     string
	elephant int // index in Config.Elephants, -1 = mouse
	data     conduit
	ack      *conduit

	start, end int64   // when it sends; end may lie beyond the run
	rate       float64 // bit/s while on
	swing      float64 // relative deviation of the rate
	factor     float64 // its present state
	poisson    bool
	bursts     float64 // packets come in this many bursts a slice ...
	duty       float64 // ... which fill this part of the time
	onOff      float64 // mean ns of being on, and of being off; 0 = always on
	off        bool
	on, pause  int64 // ns of sending and of pausing in turn; 0 = always on
	burst      burst
	toggle     int64
	credit     float64 // bytes that may be sent
	acked      uint64
	path       []*port // out ports that an elephant was planned for
}

// conduit is one direction of a session: its packets and the way they take.
type conduit struct {
	key      flow.Key
	role     role
	src, dst *host
	stream   stream
	peerISN  uint32
	hash     uint64 // of the key: port of the host's bond, label, entropy
	salt     uint64 // changes with each move
	next     uint64 // index of the next packet
	fin      uint64 // index of the last packet once it is known, else 0
	routes   []*route
	epoch    uint32  // of the network when routes were traced
	skips    []skips // by route
	skipped  uint32  // epoch of sampling rates when skips were drawn
	truth    *flowTruth
}

// skips counts, for each tap of a route, the packets to pass over before the next sampled one.
type skips []int64

// slowStart is how long a flow takes to reach its rate.
const slowStart = 200e6

// step advances the session's rate over a slice and gives the bytes it may send.
func (s *session) step(r *rand.Rand, t0, t1 int64) float64 {
	dt := float64(t1 - t0)
	if s.onOff > 0 && t0 >= s.toggle {
		s.off = !s.off
		s.toggle = t0 + int64(r.ExpFloat64()*s.onOff)
	}
	if s.swing > 0 {
		a := math.Exp(-dt / 1e9)
		s.factor = 1 + a*(s.factor-1) + s.swing*math.Sqrt(1-a*a)*r.NormFloat64()
		s.factor = min(max(s.factor, 1-3*s.swing), 1+3*s.swing)
	}
	if s.off {
		return 0
	}
	if s.on > 0 {
		dt = s.active(t0, t1)
	}
	if s.burst.bytes > 0 {
		return s.burst.step(t0-s.start, t1-s.start)
	}
	ramp := min(1, (float64(t1-s.start)+1)/slowStart)
	return s.rate * s.factor * ramp * dt / 8e9
}

// packets gives how many packets the session sends in a slice.
func (s *session) packets(r *rand.Rand, t0, t1 int64) uint64 {
	c := &s.data
	bytes := s.step(r, t0, t1)
	if s.poisson {
		return poisson(r, bytes*float64(c.stream.group)/float64(c.stream.message()))
	}
	s.credit += bytes
	if s.credit < 60 {
		return 0
	}
	n := c.stream.fit(c.next, uint64(s.credit))
	s.credit -= float64(c.stream.bytesUpTo(c.next+n) - c.stream.bytesUpTo(c.next))
	return n
}

// poisson draws from a Poisson distribution; a normal one serves above 50.
func poisson(r *rand.Rand, mean float64) uint64 {
	if mean > 50 {
		return uint64(max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	n := uint64(0)
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}

// when gives the time of the i-th of n packets in a slice: spread over it, or in bursts.
func (s *session) when(hash, i, n uint64, t0, t1 int64) int64 {
	u := float64(mix(hash+i)>>11) / (1 << 53)
	x := (float64(i) + u) / float64(n)
	if s.bursts > 0 {
		b := math.Floor(x * s.bursts)
		x = (b + s.duty*(x*s.bursts-b)) / s.bursts
	}
	return min(t0+int64(x*float64(t1-t0)), t1-1)
}
