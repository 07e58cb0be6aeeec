package elephant

import "math"

// ExpectedDelay gives the seconds that the default preset needs for a flow of
// twice the threshold, median and 99th percentile. lambda is the samples per
// second and tap of a flow at the threshold, share*speed / (8*frame*N); taps are
// the stages that see it. Without samples both are infinite: no alert will come.
func ExpectedDelay(lambda, taps float64) (p50, p99 float64) {
	rate := lambda * taps
	if !(rate > 0) {
		return math.Inf(1), math.Inf(1)
	}
	return max(24.5/rate, 1), max(58/rate, 1.3)
}
