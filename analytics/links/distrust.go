package links

import "math"

// Bounds of what disproves a speed by samples alone: they say thrice of what the port can
// carry, with three and a third standard deviations to spare, in two windows in turn. An agent's datagrams
// that were held back for half a minute, and come at once, fill one window at most.
const (
	outrunBy     = 3
	outrunSure   = 3.3
	outrunTwice  = 2
	outrunWindow = int64(5e9)
	// A window that has not enough samples by then begins anew; what no window confirms for so long is over.
	outrunLongest = int64(60e9)
)

// distrust is what samples say against the speed that a port's agent states. Counters, where there are
// any, say more: samples can be forged by whoever can send a datagram, and their rate be wrong.
type distrust struct {
	since   int64 // when the speed was first stated
	told    int64 // the latest window that disproved it, 0 none does
	windows [2]window
}

// window sums what was sampled in one direction.
type window struct {
	began  int64
	bits   float64
	frames float64
	runs   uint8 // windows in turn that the speed does not allow
}

// outrun adds samples of a direction. It gives a rate that they prove and the speed does not allow, -1 once that is over, else 0.
func (p *port) outrun(d int, at int64, bits float64, frames uint32) float64 {
	w := &p.distrust.windows[d]
	if p.speed <= 0 || w.began == 0 || at < w.began || at-w.began > outrunLongest {
		*w = window{began: at}
		return p.overdue(at)
	}
	w.bits += bits
	w.frames += float64(frames)
	span := at - w.began
	if span < outrunWindow || w.frames < enough {
		return 0
	}
	rate := w.bits / float64(span) * 1e9
	low := rate * (1 - outrunSure/math.Sqrt(w.frames))
	runs := w.runs + 1
	if low <= outrunBy*p.speed || p.counted(d, at) {
		runs = 0
	}
	*w = window{began: at, runs: min(runs, outrunTwice)}
	if runs < outrunTwice {
		return p.overdue(at)
	}
	p.distrust.told = at
	return low
}

// overdue gives -1 once nothing confirms a doubt any more.
func (p *port) overdue(at int64) float64 {
	if p.distrust.told == 0 || at-p.distrust.told <= outrunLongest {
		return 0
	}
	p.distrust.told = 0
	return -1
}

// counted reports whether counters tell what passes in a direction, under the present speed.
func (p *port) counted(d int, at int64) bool {
	return p.known[d] && p.rate[d].Bits > 0 && p.interval >= peakPoll && p.at-p.interval >= p.distrust.since &&
		at-p.at <= max(fresh*p.interval, leastFresh)
}

// relent ends a doubt that samples raised once counters tell what passes: they disprove a speed themselves.
func (p *port) relent(at int64) bool {
	if p.distrust.told == 0 || !p.counted(0, at) && !p.counted(1, at) {
		return false
	}
	p.distrust.told, p.distrust.windows = 0, [2]window{}
	return true
}
