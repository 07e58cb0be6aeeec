// Package elephant decides which flows are elephants (RFC 7424: large flows):
// flows that take more than a set share, usually 10%, of a link's speed.
//
// The unit throughout is the threshold-second: what a flow exactly at the
// threshold carries in one second. A sample of a frame of S bytes stands for
//
//	b = 8*S*w / theta    w = Stages.Add(...), theta = share * speed of the link in bit/s
//
// threshold-seconds. Preset.Observe pours b into leaky buckets (a Poisson CUSUM,
// O(1) per sample, no timer per flow), Stages finds the denominator over all
// taps that see the flow, Sequence proves a TCP flow's rate from its sequence
// numbers, and Estimate gives rate, interval and probability for the alert.
//
// No goroutine, no clock, no allocation per sample; times are Unix ns (int64)
// of event time, floats are bit/s unless a name says otherwise. What was
// checked and rejected: a likelihood ratio (the slow bucket already is the
// optimal CUSUM between 0.8 and 1.25 x), pooling with counters (too slow), and a
// head start for new flows (a third faster, but slow start would alert).
package elephant
