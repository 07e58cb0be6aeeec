package loads

import (
	"fmt"
	"math"

	"spoor/analytics/elephant"
	"spoor/flow"
)

// tally is what was judged, and how often it was wrong.
type tally struct {
	load  *load
	wrong []string

	above, must, found int // elephants; those that must be found; those that were
	links              int // alerts whose links were looked at
}

func (c *tally) bad(s *stream, format string, args ...any) {
	c.say("%s: %s", fmt.Sprintf(format, args...), s)
}

func (c *tally) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf("seed %d: ", c.load.seed)+fmt.Sprintf(format, args...))
}

// patience is by when (s) a stream of x thresholds is found, by far most often: the bucket's level over
// what comes in, and four of its standard deviations.
func patience(x, lambda float64) float64 {
	gap := 1 / lambda
	best := math.Inf(1)
	for _, b := range []struct{ size, leak float64 }{{elephant.Default.Slow, 1}, {elephant.Default.Fast, 1.5}} {
		if d := x - b.leak; d > 0 {
			size := max(b.size*gap, 1+1.5*math.Sqrt(gap)) + gap
			best = min(best, size/d+4*math.Sqrt(size*x*gap/d)/d)
		}
	}
	return best
}

// lambda is that of its poorest way.
func (s *stream) lambda() float64 {
	least := math.Inf(1)
	for _, w := range s.ways {
		least = min(least, w.lambda())
	}
	return least
}

// finest is the densest sampling rate that it meets.
func (s *stream) finest() float64 {
	least := math.Inf(1)
	for _, w := range s.ways {
		for _, h := range w.hops {
			for side := range 2 {
				if p := h.tap(side); p != nil {
					least = min(least, p.rate[side]*min(1, p.at.factor))
				}
			}
		}
	}
	return least
}

// due is how long (s) after its start a stream is to be found at the latest.
func (c *tally) due(s *stream) float64 {
	l, x := c.load, s.x
	if l.mishaps.loss > 0 && s.finest() < 5 {
		x *= 1 - l.mishaps.loss // what a sample stands for is a whole number: of 1 in 1, a loss of 20% is not made up for
	}
	by := patience(x, s.lambda())
	if l.plan.perPort {
		by *= 1.5 // few samples stand for most frames
	}
	by += l.plan.hold + 0.6 + l.mishaps.jitter
	if l.mishaps.loss > 0 {
		by = by/(1-l.mishaps.loss)*1.2 + 1
	}
	return by
}

// judge holds what was told of a stream against what it was.
func (c *tally) judge(s *stream) {
	l := c.load
	switch {
	case s.shared:
		return
	case s.x < 0.9:
		if len(s.started) > 0 {
			m := &s.started[0]
			c.bad(s, "false alert at %.2f: share %.3f, probability %.2f, %+v", l.at(m.Detected), m.Share, m.Probability, m.Evidence)
		}
		return
	}
	c.above++
	since := max(s.start, settled)
	if s.ramp > 0 {
		since = s.start + s.ramp
	}
	by := c.due(s)
	length := s.end - since
	if s.on > 0 {
		length = s.on
	}
	if length > by {
		c.must++
	}
	switch {
	case len(s.started) > 0:
		c.found++
		if d := l.at(s.started[0].Detected) - since; d > by && s.on == 0 {
			c.bad(s, "found after %.2f s, should be by %.2f", d, by)
		}
	case length > by:
		c.bad(s, "missed, should be found by %.2f s", by)
	}
	if len(s.started) != len(s.ended) {
		c.bad(s, "%d began, %d ended", len(s.started), len(s.ended))
	}
	if len(s.started) > 1 && s.on == 0 && s.x > 1.15 {
		c.bad(s, "told %d times: ended at %.2f (%v)", len(s.started), l.at(s.ended[0].Time), s.ended[0].EndReason)
	}
	if len(s.ended) > 0 && s.on == 0 {
		c.end(s, &s.ended[len(s.ended)-1])
	}
}

// end looks at the last message of a stream that ran without a pause.
func (c *tally) end(s *stream, m *flow.Elephant) {
	lambda := s.lambda()
	most := 1.5*(2*max(15/lambda, 1)/0.7+6) + c.load.plan.hold
	late := c.load.at(m.Time) - s.end
	if late > most {
		c.bad(s, "ended %.1f s after its end, at most %.1f (%v)", late, most, m.EndReason)
	}
	if s.x > 1.15 && late < -0.5 {
		c.bad(s, "ended %.1f s before its end (%v)", -late, m.EndReason)
	}
	if s.ramp > 0 || s.end-s.start < 8 {
		return // its rate and its links are those of a part of its life
	}
	rate := s.x * s.ways[0].threshold()
	n := min(10, s.end-s.start) * lambda * s.x
	if off := math.Abs(m.Rate/rate - 1); off > 5/math.Sqrt(n)+0.25 {
		c.bad(s, "rate %.3g, was %.3g", m.Rate, rate)
	}
	c.named(s, m, rate)
}

// named holds the links that an alert names against those of the way that its stream took last.
func (c *tally) named(s *stream, m *flow.Elephant, rate float64) {
	if m.PathState != flow.PathComplete {
		return
	}
	c.links++
	name := func(p *port) string { return fmt.Sprintf("%v/%d", p.at.addr, p.index) }
	hops := s.ways[len(s.ways)-1].hops
	took := map[string]float64{name(hops[0].in): hops[0].in.threshold()}
	for _, h := range hops {
		took[name(h.out)] = h.out.threshold()
	}
	named := map[string]bool{}
	for i := range m.Links {
		p := m.Links[i].From
		id := fmt.Sprintf("%v/%d", p.Agent, p.IfIndex)
		named[id] = true
		if threshold, ok := took[id]; !ok {
			c.bad(s, "link %s named, not taken", id)
		} else if rate < 0.7*threshold {
			c.bad(s, "link %s named, at %.2f of its threshold", id, rate/threshold)
		}
	}
	for id, threshold := range took {
		if rate > 1.4*threshold && !named[id] {
			c.bad(s, "link %s not named, at %.2f of its threshold", id, rate/threshold)
		}
	}
}
