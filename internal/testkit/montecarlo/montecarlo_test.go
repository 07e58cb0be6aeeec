package montecarlo

import (
	"math"
	"math/rand/v2"
	"testing"

	"spoor/analytics/elephant"
)

// TestFlow: as many samples arrive as the rate says, none before it was taken.
func TestFlow(t *testing.T) {
	for _, m := range Modes() {
		f := newFlow(&m, rand.New(rand.NewPCG(1, 1)), 2, math.Inf(1))
		n, last := 0, 0.0
		for last < 1000 {
			at, before, k := f.step()
			if at < last || before > at || k < 1 || k > full {
				t.Fatalf("%s: a datagram of %d samples at %g after %g, the last was at %g", m.Name, k, at, before, last)
			}
			n, last = n+k, at
		}
		if want := 2000 * perStage * float64(m.Stages); math.Abs(float64(n)/want-1) > 0.03 {
			t.Errorf("%s: %d samples, want %.0f", m.Name, n, want)
		}
	}
}

// TestFalseAlerts: none far below the threshold, many just below it.
func TestFalseAlerts(t *testing.T) {
	m := &Modes()[0]
	if n := FalseAlerts(m, &elephant.Default, 0.5, 0.5, 1); n != 0 {
		t.Errorf("at half the threshold: %d", n)
	}
	if n := FalseAlerts(m, &elephant.Fast, 0.95, 0.5, 1); n < 20 {
		t.Errorf("at 0.95 x the threshold, preset fast: %d, want many", n)
	}
}

// TestBursts: a burst of twice what makes an elephant is one, of a quarter of it none.
func TestBursts(t *testing.T) {
	for _, m := range Modes() {
		if n := Bursts(&m, &elephant.Default, 0.3, 9, 200, 1); n != 0 {
			t.Errorf("%s: %d of 200 bursts of 0.3 threshold-seconds", m.Name, n)
		}
		if n := Bursts(&m, &elephant.Default, 4, 9, 200, 1); n < 180 {
			t.Errorf("%s: %d of 200 bursts of 4 threshold-seconds", m.Name, n)
		}
	}
}

func TestDelays(t *testing.T) {
	m := Modes()[0]
	m.Hold = nil
	d := Delays(&m, &elephant.Default, 2, 60, 500, 1)
	if p50, p99 := Quantile(d, 0.5), Quantile(d, 0.99); p50 < 1.2 || p50 > 1.6 || p99 < 1.9 || p99 > 2.5 {
		t.Errorf("p50 %.2f, p99 %.2f", p50, p99)
	}
}

// TestUpper holds the bound against published ones (Garwood).
func TestUpper(t *testing.T) {
	for n, want := range map[int]float64{0: 2.996, 1: 4.744, 3: 7.754, 10: 16.96, 100: 118.08} {
		if got := Upper(n, 1); math.Abs(got/want-1) > 0.001 {
			t.Errorf("%d: %.3f, want %.3f", n, got, want)
		}
	}
}
