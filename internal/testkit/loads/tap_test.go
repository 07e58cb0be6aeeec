package loads

import (
	"cmp"
	"math"
	"slices"
)

// sample is one at a tap.
type sample struct {
	at   float64
	of   *stream
	way  *way
	hop  int
	side int
	rate float64
}

// samples draws those of all taps, in the order of their time.
func (l *load) samples() []sample {
	var all []sample
	for _, s := range l.flows {
		for _, w := range s.ways {
			for i, p := range s.steps {
				end := min(l.span, w.to)
				if i+1 < len(s.steps) {
					end = min(end, s.steps[i+1].at)
				}
				for h := range w.hops {
					for side := range 2 {
						all = l.draw(all, w, h, side, p.rate, max(p.at, w.from), end)
					}
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	return all
}

// draw adds the samples of one tap between two times, of a stream whose rate is the same all the time.
func (l *load) draw(all []sample, w *way, h, side int, rate, from, to float64) []sample {
	p := w.hops[h].tap(side)
	if p == nil || rate <= 0 {
		return all
	}
	s, d := w.of, p.at
	pace := rate / (8 * s.frame)
	for t := from; ; {
		n := p.rate[side]
		changed := d.change > 0 && t >= d.change
		if changed {
			n = math.Round(max(1, n*d.factor))
		}
		gap := l.r.ExpFloat64() * n / pace
		if n == 1 {
			gap = 1 / pace
		}
		if d.change > 0 && !changed && t+gap >= d.change {
			t = d.change // what waits has no memory
			continue
		}
		if t += gap; t >= to {
			return all
		}
		sent := s.sent(t)
		ends := t + (math.Ceil(sent/s.frame)*s.frame-sent)*8/rate
		all = append(all, sample{ends, s, w, h, side, n})
	}
}
