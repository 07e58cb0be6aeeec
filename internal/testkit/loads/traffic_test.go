package loads

import (
	"fmt"
	"math"

	"spoor/flow"
)

// step is a rate from a time on.
type step struct{ at, rate float64 }

// stream is a flow: a rate that changes in steps, one way through the fabric, two once it moved.
type stream struct {
	src, dst   *host
	key        flow.Key
	kind       string  // of its headers
	frame      float64 // octets
	payload    float64 // of a TCP segment
	first      uint32  // TCP sequence number
	start, end float64
	on, off    float64 // s; 0 runs all the time
	ramp       float64 // s until it has its rate
	steps      []step
	ways       []*way
	x          float64 // of its threshold, while on
	shared     bool    // with another's key: not judged

	started, ended []flow.Elephant
}

// way is what a stream takes between two times.
type way struct {
	of       *stream
	from, to float64
	hops     []hop
}

type hop struct{ in, out *port }

// tap gives the port at which a hop's device samples, 0 as frames come in, 1 as they leave; nil where it does not.
func (h hop) tap(side int) *port {
	switch {
	case side == 0 && h.in.at.ingress:
		return h.in
	case side == 1 && h.in.at.egress:
		return h.out
	}
	return nil
}

// threshold is that of the tightest link.
func (w *way) threshold() float64 {
	t := w.hops[0].in.threshold()
	for _, h := range w.hops {
		t = min(t, h.out.threshold())
	}
	return t
}

// lambda is how many samples a second all taps take of the stream at its threshold, at the coarsest rates it sees.
func (w *way) lambda() float64 {
	sum := 0.0
	for _, h := range w.hops {
		for side := range 2 {
			if p := h.tap(side); p != nil {
				sum += 1 / (p.rate[side] * max(1, h.in.at.factor))
			}
		}
	}
	return sum * w.threshold() / (8 * w.of.frame)
}

// sent gives the octets until t.
func (s *stream) sent(t float64) float64 {
	sum := 0.0
	for i, p := range s.steps {
		if p.at >= t {
			break
		}
		end := t
		if i+1 < len(s.steps) {
			end = min(t, s.steps[i+1].at)
		}
		sum += p.rate * (end - p.at) / 8
	}
	return sum
}

// passed gives how many frames were sent until t.
func (s *stream) passed(t float64) float64 { return math.Round(s.sent(t) / s.frame) }

func (s *stream) String() string {
	text := fmt.Sprintf("%s %s x=%.2f frame=%.0f %.1f-%.1f s", s.kind, s.key, s.x, s.frame, s.start, s.end)
	if s.on > 0 {
		text += fmt.Sprintf(" on/off=%g/%g", s.on, s.off)
	}
	if s.ramp > 0 {
		text += fmt.Sprintf(" ramp=%g", s.ramp)
	}
	for _, w := range s.ways {
		text += fmt.Sprintf(" | from %.1f lambda=%.2f", w.from, w.lambda())
		for _, h := range w.hops {
			text += fmt.Sprintf(" %v:%d>%d", h.in.at.addr, h.in.index, h.out.index)
		}
	}
	return text
}

func (l *load) traffic() {
	for range 3 + l.r.IntN(8) {
		l.elephant()
	}
	mice := int(l.between(10, 600))
	if l.chance(20) {
		mice = 8000
	}
	for range mice {
		l.mouse(mice)
	}
}

func (l *load) pair() (a, b *host) {
	for {
		a, b = l.hosts[l.r.IntN(len(l.hosts))], l.hosts[l.r.IntN(len(l.hosts))]
		if a != b && (a.port.at != b.port.at || l.chance(10)) {
			return a, b
		}
	}
}

// elephant adds a stream near or above its threshold, if there is a place for it.
func (l *load) elephant() {
	for range 30 {
		s := &stream{kind: kinds[l.r.IntN(len(kinds))], frame: l.pick(1518, 1518, 1518, 9018, 594, 300)}
		s.src, s.dst = l.pair()
		s.start, s.end = 4+6*l.r.Float64(), 38+8*l.r.Float64()
		switch l.r.IntN(8) {
		case 0:
			s.start = 0 // runs already
		case 1:
			s.end = s.start + l.pick(2, 5, 10)
		case 2:
			s.on, s.off = l.pick(3, 6, 10), l.pick(0.5, 1, 2, 8)
		case 3:
			s.ramp = l.pick(1, 5, 10)
		}
		s.x = l.pick(0.8, 0.8, 0.85, 0.95, 1.05, 1.1, 1.2, 1.25, 1.25, 1.5, 1.5, 3, 3, 6, 9)
		if l.settle(s) {
			return
		}
	}
}

// mouse adds a stream far below its threshold, one of so many.
func (l *load) mouse(of int) {
	s := &stream{kind: kinds[l.r.IntN(len(kinds))], frame: l.pick(80, 300, 594, 1518)}
	s.src, s.dst = l.pair()
	if l.chance(2) {
		s.start = 40 * l.r.Float64()
	}
	s.end = min(s.start+l.between(1, 60), 48)
	s.x = min(0.3, 3/float64(of)) * l.between(0.005, 1)
	if !s.ports() {
		s.kind = "udp" // a pair has but one without ports
	}
	l.settle(s)
}

func (l *load) route(s *stream, spine *device) *way {
	w := &way{of: s, from: s.start, to: s.end}
	a, b := s.src.port, s.dst.port
	if a.at == b.at {
		w.hops = []hop{{a, b}}
		return w
	}
	up, down := a.at.to(spine), b.at.to(spine)
	w.hops = []hop{{a, up}, {up.peer, down.peer}, {down, b}}
	return w
}

// take plans a rate on a way; it is false if a link has not that much left.
func (w *way) take(rate float64) bool {
	in := w.hops[0].in
	if in.taken[0]+rate > 0.96*in.speed {
		return false
	}
	for _, h := range w.hops {
		if h.out.taken[1]+rate > 0.96*h.out.speed {
			return false
		}
	}
	in.taken[0] += rate
	for _, h := range w.hops {
		h.out.taken[1] += rate
	}
	return true
}

// settle gives a stream its key, its way and its rate.
func (l *load) settle(s *stream) bool {
	spine := l.spines[l.r.IntN(len(l.spines))]
	w := l.route(s, spine)
	rate := s.x * w.threshold()
	if !w.take(rate) {
		return false
	}
	s.ways = []*way{w}
	if len(w.hops) == 3 && s.on == 0 && s.end-s.start > 20 && l.chance(6) {
		other := l.spines[l.r.IntN(len(l.spines))]
		v := l.route(s, other)
		if other != spine && v.threshold() == w.threshold() && v.take(rate) {
			w.to = s.start + 15
			v.from = w.to
			s.ways = append(s.ways, v)
		}
	}
	l.name(s)
	switch {
	case s.on > 0:
		for t := s.start; t < s.end; t += s.on + s.off {
			s.steps = append(s.steps, step{t, rate}, step{min(t+s.on, s.end), 0})
		}
	case s.ramp > 0:
		for i := range 20 {
			s.steps = append(s.steps, step{s.start + s.ramp*float64(i)/20, rate * float64(i+1) / 20})
		}
		s.steps = append(s.steps, step{s.end, 0})
	default:
		s.steps = []step{{s.start, rate}, {s.end, 0}}
	}
	for _, w := range s.ways {
		for _, h := range w.hops {
			h.in.ways[0] = append(h.in.ways[0], w)
			h.out.ways[1] = append(h.out.ways[1], w)
		}
	}
	l.flows = append(l.flows, s)
	return true
}
