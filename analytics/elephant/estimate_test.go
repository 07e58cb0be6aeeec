package elephant

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestEstimate: unbiased from the first second on, and the interval holds the
// truth about 95 times in 100.
func TestEstimate(t *testing.T) {
	const rate, weight, runs = 1e9, 4e7, 4000 // 25 samples a second
	for _, until := range []float64{1, 5, 20, 60} {
		r := rand.New(rand.NewPCG(6, uint64(until)))
		mean, held := 0.0, 0
		for range runs {
			var e Estimate
			e.begin(at(0))
			for x := r.ExpFloat64() * weight / rate; x < until; x += r.ExpFloat64() * weight / rate {
				e.Add(at(x), weight)
			}
			v := e.At(at(until))
			mean += v.Rate / runs
			if v.Low <= rate && rate <= v.High {
				held++
			}
		}
		t.Logf("after %2.0f s: estimate over truth %.3f, the interval holds it %.1f%% of the time", until, mean/rate, 100*float64(held)/runs)
		if math.Abs(mean/rate-1) > 0.01 || held < runs*92/100 || held > runs*98/100 {
			t.Errorf("after %v s: estimate over truth %.3f, the interval held %d of %d times", until, mean/rate, held, runs)
		}
	}
}

func TestEstimateEdges(t *testing.T) {
	var e Estimate
	if v := e.At(at(1)); v != (Interval{}) {
		t.Errorf("an estimate without samples: %+v", v)
	}
	e.Add(at(0), 1e6) // starts the clock only
	if v := e.At(at(1)); v != (Interval{}) || e.Count() != 0 {
		t.Errorf("an estimate with one sample: %+v", v)
	}
	for i := range 100 {
		e.Add(at(float64(i+1)*0.1), 1e6)
	}
	e.Add(at(9), 1e6) // late: counts as of the latest
	v := e.At(at(10))
	if math.Abs(v.Rate/1e7-1) > 0.03 || e.Count() != 101 {
		t.Errorf("%d samples of a flow at 10 Mbit/s: %.3g bit/s", e.Count(), v.Rate)
	}
	if back := e.At(at(3)); back != v {
		t.Errorf("the estimate of the past differs: %+v, want %+v", back, v)
	}
	if math.Abs((v.High-v.Rate)/v.Rate-1.96/math.Sqrt(v.Samples)) > 1e-9 {
		t.Errorf("the interval does not follow from %v samples: %+v", v.Samples, v)
	}
	if quiet := e.At(at(20)); quiet.Rate > 0.5*v.Rate {
		t.Errorf("10 s of silence leave %.3g of %.3g bit/s", quiet.Rate, v.Rate)
	}
}

func TestPeak(t *testing.T) {
	var e Estimate
	e.begin(at(0))
	feed := func(from, to, rate float64) {
		for x := from; x < to; x += 0.01 {
			e.Add(at(x), rate*0.01)
		}
	}
	feed(0, 0.5, 1e9)
	if p := e.Peak(); math.Abs(p/5e8-1) > 0.15 {
		t.Errorf("the peak of half a second at 1 Gbit/s is %.3g, want it judged over a whole second", p)
	}
	feed(0.5, 20, 1e9)
	feed(20, 26, 3e9)
	feed(26, 60, 1e9)
	if p := e.Peak(); math.Abs(p/3e9-1) > 0.06 {
		t.Errorf("the peak is %.3g, want 3 Gbit/s", p)
	}
}

// gammaTail integrates the upper tail of a gamma distribution of a shape from x on.
func gammaTail(shape, x float64) float64 {
	logGamma, _ := math.Lgamma(shape)
	const steps = 20_000
	width := (shape + 40*math.Sqrt(shape) + 40) / steps
	sum := 0.0
	for i := range steps {
		y := x + (float64(i)+0.5)*width
		sum += math.Exp((shape-1)*math.Log(y)-y-logGamma) * width
	}
	return sum
}

func TestProbability(t *testing.T) {
	for _, n := range []float64{1, 2, 5, 16, 50, 400} {
		for _, ratio := range []float64{0.3, 0.8, 0.95, 1, 1.05, 1.3, 3} {
			v := Interval{Rate: 1e9 * ratio, Samples: n}
			want := gammaTail(n+0.5, n/ratio)
			if got := v.Probability(1e9); math.Abs(got-want) > 0.01 {
				t.Errorf("%v samples at %v x: probability %.4f, exact %.4f", n, ratio, got, want)
			}
		}
	}
	if got := (Interval{}).Probability(1); got != 0 {
		t.Errorf("a flow without samples is an elephant with probability %v", got)
	}
	if got := (Interval{Rate: 1, Samples: 3}).Probability(0); got != 1 {
		t.Errorf("a threshold of 0 is reached with probability %v", got)
	}
}

func BenchmarkEstimate(b *testing.B) {
	var e Estimate
	now := at(0)
	b.ReportAllocs()
	b.SetBytes(1)
	for b.Loop() {
		now += 40_000_000
		e.Add(now, 4e7)
	}
	if e.Peak() > 2e9 {
		b.Errorf("the peak of a steady 1 Gbit/s is %v", e.Peak())
	}
}
