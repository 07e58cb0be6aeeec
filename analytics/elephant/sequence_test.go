package elephant

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// wave is a TCP flow at rho times the threshold whose rate swings by 25% over 1.7 s.
type wave struct{ rho, phase float64 }

// carried gives the threshold-seconds that the flow carried until t.
func (w wave) carried(t float64) float64 {
	const period = 1.7
	angle := func(t float64) float64 { return math.Cos(2 * math.Pi * (t + w.phase) / period) }
	return w.rho * (t + 0.25*period/(2*math.Pi)*(angle(0)-angle(t)))
}

const (
	testTheta   = 1e9 // bit/s
	testFrame   = 1514
	testPayload = 1448
)

// prove gives when the sequence numbers prove the threshold, +Inf if they do not.
func prove(r *rand.Rand, rho, until float64) float64 {
	c := scenario{routes: routed(1, false, 1000, 1000), pick: always()}
	w := wave{rho, 10 * r.Float64()}
	isn := r.Uint32()
	var s Sequence
	for _, x := range c.take(r, rho, until) {
		goodput := w.carried(x.taken) * testTheta / 8 * testPayload / testFrame
		v := s.Add(isn+uint32(uint64(goodput)), testFrame, testPayload, at(x.after), at(x.at))
		if v >= testTheta {
			return x.at
		}
	}
	return math.Inf(1)
}

func TestSequence(t *testing.T) {
	f := func(rho, until float64, runs, want int, p50, p99 float64) {
		t.Helper()
		r := rand.New(rand.NewPCG(7, uint64(rho*100)))
		v := make([]float64, runs)
		proven := 0
		for i := range v {
			if v[i] = prove(r, rho, until); !math.IsInf(v[i], 1) {
				proven++
			}
		}
		slices.Sort(v)
		t.Logf("%.2f x: %d of %d proven, after %.2f / %.2f s", rho, proven, runs, v[runs/2], v[runs*99/100])
		if proven != want || want > 0 && (v[runs/2] > p50 || v[runs*99/100] > p99) {
			t.Errorf("%v x: %d of %d proven after %.2f / %.2f s, want %d after at most %.2f / %.2f", rho, proven, runs, v[runs/2], v[runs*99/100], want, p50, p99)
		}
	}
	f(0.8, 600, 40, 0, 0, 0)
	f(0.9, 600, 40, 0, 0, 0)
	f(1.25, 30, 500, 500, 1.75, 2.5)
	f(2, 30, 500, 500, 1.7, 2)
}

// TestSequenceEdges feeds hand-made samples, ten a second at 800 kbit/s of frames unless told.
func TestSequenceEdges(t *testing.T) {
	type in struct {
		at    float64
		bytes int64 // sent so far
	}
	f := func(name string, want float64, samples func() []in) {
		t.Helper()
		var s Sequence
		best := 0.0
		for _, x := range samples() {
			best = max(best, s.Add(uint32(4_294_900_000+x.bytes), 1250, 1000, at(x.at-0.1), at(x.at)))
		}
		if math.Abs(best-want) > 0.02*want {
			t.Errorf("%s: proves %.0f bit/s, want %.0f", name, best, want)
		}
	}
	const rate = 80_000 // bytes of payload a second: 800 kbit/s of frames
	steady := func(n int) (v []in) {
		for i := range n {
			v = append(v, in{float64(i) * 0.1, int64(i) * rate / 10})
		}
		return v
	}
	// The bound spreads n steps over n+1 intervals.
	f("steady, over the wrap of the sequence", 800_000*17.0/18, func() []in { return steady(60)[:18] })
	f("too short", 0, func() []in { return steady(14) })
	f("retransmissions are left out", 800_000*17.0/18, func() []in {
		v := steady(18)
		v[5].bytes, v[9].bytes = 100, 200
		return v
	})
	f("too few samples", 0, func() []in {
		v := steady(18)
		return []in{v[0], v[8], v[15], v[16], v[17]}
	})
	f("begins anew after silence", 0, func() []in {
		v := steady(10)
		for i := range v[5:] {
			v[5+i].at += 20
			v[5+i].bytes += 1 << 30
		}
		return v
	})
	var s Sequence
	if v := s.Add(1, 60, 0, at(0), at(1)); v != 0 || s != (Sequence{}) {
		t.Errorf("a bare acknowledgement counts: %v", v)
	}
}

func BenchmarkSequence(b *testing.B) {
	var s Sequence
	now, position := at(0), uint32(0)
	b.ReportAllocs()
	b.SetBytes(1)
	last := 0.0
	for b.Loop() {
		now += 10_000_000
		position += 1_000_000
		last = max(last, s.Add(position, testFrame, testPayload, now-100_000_000, now))
	}
	if last > 8e8*testFrame/testPayload {
		b.Errorf("proves %v bit/s of 800 Mbit/s", last)
	}
}
