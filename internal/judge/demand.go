package judge

// worstTwice is the p99 of the time to detect a flow of twice the threshold, in samples of a flow at
// the threshold: seconds times samples a second and tap, times taps.
const worstTwice = 58

// tcp is the protocol whose sequence numbers prove a rate by few samples.
const tcp = 6

// demand gives how long the worst of a hundred flows of a rate (bit/s) takes to be detected by samples alone, in
// seconds: 58/(lambda K) at twice the threshold, where lambda is the samples a second at a tap of such a flow at the
// threshold, and K the switches on its way that have agents; of faster ones their excess is the more. 0 where nothing
// is known, or where more than samples tell the rate.
func (t *Truth) demand(f *Flow, rate float64) float64 {
	bits := 0.0
	for _, b := range f.BPS {
		bits += b
	}
	taps := t.taps(f)
	if f.Proto == tcp || f.Samples == nil || bits == 0 || f.Frames == 0 || t.Settings.Sampling == 0 || t.Threshold == 0 || taps == 0 {
		return 0
	}
	lambda := t.Threshold / (bits / float64(f.Frames) * float64(t.Settings.Sampling))
	return worstTwice / (lambda * float64(taps)) / max(1, rate/t.Threshold-1)
}

// taps counts the switches with agents on the flow's way, on that with the fewest if it took several.
func (t *Truth) taps(f *Flow) (least int) {
	named := t.switches()
	for i, s := range segments(f) {
		n := 0
		for _, sw := range s.switches {
			if named[sw] {
				n++
			}
		}
		if i == 0 || n < least {
			least = n
		}
	}
	return least
}
