package elephant

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestExpectedDelay(t *testing.T) {
	const runs = 2000
	for _, p := range []struct {
		preset      Preset
		median, top float64 // tolerance
	}{{Default, 0.06, 0.08}, {Fast, 0.12, 0.08}, {Strict, 0.12, 0.08}} {
		for _, rate := range []float64{0.5, 2, 8, 15, 20, 24.7, 36, 70, 200} {
			r := rand.New(rand.NewPCG(1, 1))
			v := make([]float64, 0, runs)
			for range runs {
				var s State
				x := 0.0
				for !s.On {
					x += r.ExpFloat64() / (2 * rate)
					p.preset.Observe(&s, nil, at(x), 1/rate, false)
				}
				v = append(v, x)
			}
			slices.Sort(v)
			p50, p99 := p.preset.ExpectedDelay(rate/3, 3)
			if math.Abs(v[runs/2]/p50-1) > p.median || math.Abs(v[runs*99/100]/p99-1) > p.top {
				t.Errorf("%s, %v samples/s: simulated %.2f / %.2f s, the formula says %.2f / %.2f", p.preset.Name, rate, v[runs/2], v[runs*99/100], p50, p99)
			}
		}
	}
	for _, none := range []float64{0, -1, math.NaN()} {
		if p50, p99 := Default.ExpectedDelay(none, 3); !math.IsInf(p50, 1) || !math.IsInf(p99, 1) {
			t.Errorf("%v samples/s: %v / %v s, want never", none, p50, p99)
		}
	}
}
