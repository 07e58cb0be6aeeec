package elephant

import "math"

// ExpectedDelay gives the seconds that the preset needs for a flow of twice the
// threshold, median and 99th percentile. lambda is the samples per second and tap
// of a flow at the threshold, share*speed / (8*frame*N); taps are the stages that
// see it. Without samples both are infinite: no alert will come.
//
// The constants fit simulations of the default preset from 0.5 to 200 samples a
// second to 5%, of the others to 20%: few samples fill the buckets by number (25
// and 58 with the default one), many meet the floor of one threshold-second,
// first in the fast bucket, then in the slow one.
func (p *Preset) ExpectedDelay(lambda, taps float64) (p50, p99 float64) {
	rate := lambda * taps
	if !(rate > 0) {
		return math.Inf(1), math.Inf(1)
	}
	slow := p.Slow / Default.Slow
	p50 = max(25*slow/rate, min(35*slow/rate, 1.7), 1)
	p99 = max(58.5*slow/rate, 1+3.85/math.Sqrt(rate))
	return p50, p99
}
