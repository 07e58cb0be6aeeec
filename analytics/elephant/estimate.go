package elephant

import "math"

const (
	estimateTau = 10.0 // s, of the forgetting of the pooled rate
	peakTau     = 2.0  // s, of that of the peak
	peakSpan    = 1.0  // s, the shortest time over which a peak is taken
	normal95    = 1.96
)

// Estimate pools what the samples of one flow stand for into a rate with its
// interval, forgetting exponentially (10 s). The zero value is ready: its clock
// starts with Start or with the first sample, which then counts for nothing more
// (a rate from the first sample on would count one sample too many).
type Estimate struct {
	start, last   int64   // Unix ns
	bits, squares float64 // decaying sums (10 s)
	recent, peak  float64 // decaying sum (2 s), and the highest rate by it
	count         uint64
	started       bool
}

// Interval is a rate with what is known about its error.
type Interval struct {
	Rate, Low, High float64 // bit/s; Low and High hold the truth with 95%
	Samples         float64 // effective number of samples, (sum w)^2 / sum(w^2)
}

// begin sets the clock's start, such as the estimated start of an excess. It
// does nothing once the clock runs.
func (e *Estimate) begin(t int64) {
	if !e.started {
		e.started, e.start, e.last = true, t, t
	}
}

// Add takes a sample of event time t that stands for bits (8 * frame * weight).
func (e *Estimate) Add(t int64, bits float64) {
	if !e.started {
		e.begin(t)
		return
	}
	if t > e.last {
		long, short := e.decay(t)
		e.bits, e.squares, e.recent = e.bits*long, e.squares*long*long, e.recent*short
		e.last = t
	}
	e.bits += bits
	e.squares += bits * bits
	e.recent += bits
	e.count++
	span := peakTau * -math.Expm1(-float64(e.last-e.start)/1e9/peakTau)
	e.peak = max(e.peak, e.recent/max(span, peakSpan))
}

func (e *Estimate) decay(t int64) (long, short float64) {
	dt := float64(t-e.last) / 1e9
	return fade(dt / estimateTau), fade(dt / peakTau)
}

// At gives the estimate as of t; a t before the latest sample means that sample.
// The interval is rate * (1 +- 1.96/sqrt(n)), at least 0.
func (e *Estimate) At(t int64) Interval {
	t = max(t, e.last)
	span := estimateTau * -math.Expm1(-float64(t-e.start)/1e9/estimateTau)
	if e.squares == 0 || span <= 0 {
		return Interval{}
	}
	long, _ := e.decay(t)
	v := Interval{Rate: e.bits * long / span, Samples: e.bits * e.bits / e.squares}
	half := v.Rate * normal95 / math.Sqrt(v.Samples)
	v.Low, v.High = max(v.Rate-half, 0), v.Rate+half
	return v
}

// Peak gives the highest rate over about 2 s so far, in bit/s.
func (e *Estimate) Peak() float64 { return e.peak }

// Count gives the number of samples behind the estimate so far.
func (e *Estimate) Count() uint64 { return e.count }

// Probability that the true rate is at least threshold (bit/s). The number of
// samples is Poisson, so the rate given the samples is gamma distributed (shape
// n + 1/2, Jeffreys' prior); its tail by Wilson and Hilferty's cube root, which
// turns it into a normal one and is right to 0.01 from one sample on.
func (v Interval) Probability(threshold float64) float64 {
	if v.Samples <= 0 || v.Rate <= 0 || threshold <= 0 {
		if threshold <= 0 {
			return 1
		}
		return 0
	}
	shape := v.Samples + 0.5
	x := threshold * v.Samples / v.Rate // samples that a flow at the threshold would have given
	z := (math.Cbrt(x/shape) - 1 + 1/(9*shape)) * math.Sqrt(9*shape)
	return math.Erfc(z/math.Sqrt2) / 2
}
