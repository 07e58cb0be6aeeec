package elephant

import "math"

// ExpectedDelay gives the seconds that the preset needs for a flow of twice the
// threshold, median and 99th percentile. lambda is the samples per second and tap
// of a flow at the threshold, share*speed / (8*frame*N); taps are the stages that
// see it. Without samples both are infinite: no alert will come.
//
// The formulas hold to 8% for 0.5 to 200 samples a second (the median to 12%
// where the preset is not the default one). Both buckets fill by what comes beyond
// their leak; the constants say how much sooner chance fills them in the median,
// and how much later in the worst of a hundred cases.
func (p *Preset) ExpectedDelay(lambda, taps float64) (p50, p99 float64) {
	rate := lambda * taps
	if !(rate > 0) {
		return math.Inf(1), math.Inf(1)
	}
	slow, fast := p.sizes(1 / rate)
	p50 = min(fast/(2-fastLeak)*0.83, slow*0.97)
	p99 = slow + 2.6*math.Sqrt(2*slow/rate)
	return p50, p99
}
