package elephant

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestFade: it is the exponential to the last bits, wherever it is taken from.
func TestFade(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := []float64{0, 1e-300, 1e-9, 1.0 / 16, math.Nextafter(1.0/16, 0), 1, 700, 1e9, -1, math.Inf(1)}
	for range 10_000 {
		list = append(list, r.Float64()/8)
	}
	for _, x := range list {
		got, want := fade(x), math.Exp(-x)
		if math.Abs(got-want) > 3e-16*want || x == 0 && got != 1 {
			t.Errorf("exp(-%v) is %v, want %v", x, got, want)
		}
	}
	if !math.IsNaN(fade(math.NaN())) {
		t.Error("no number becomes one")
	}
}

func BenchmarkFade(b *testing.B) {
	b.ReportAllocs()
	x := 0.001
	for b.Loop() {
		x = 0.001 * fade(x)
	}
}

func BenchmarkExp(b *testing.B) {
	b.ReportAllocs()
	x := 0.001
	for b.Loop() {
		x = 0.001 * math.Exp(-x)
	}
}
