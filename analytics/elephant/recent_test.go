package elephant

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// taken is a sample with the time at which it was taken, in seconds, and what it stands for.
type taken struct{ t, b float64 }

// peaks gives the highest levels of the two buckets since a time, if the samples come in order.
func peaks(all []taken, since float64) (p1, p2 float64) {
	all = append(slices.Clone(all), taken{t: since}) // the level at that time counts too
	slices.SortFunc(all, func(a, b taken) int { return cmp.Compare(a.t, b.t) })
	s1, s2, last := 0.0, 0.0, 0.0
	for _, x := range all {
		s1, s2, last = max(0, s1-(x.t-last))+x.b, max(0, s2-fastLeak*(x.t-last))+x.b, x.t
		if x.t >= since {
			p1, p2 = max(p1, s1), max(p2, s2)
		}
	}
	return p1, p2
}

// TestRecent holds the buckets by time against all samples put in order: they
// are full at the same level, but for what leaks while a bin lasts.
func TestRecent(t *testing.T) {
	const slack = 2 * fastLeak * binSeconds
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var s State
		var recent Recent
		var all []taken
		begun := 10.0
		for now := 10.0; now < 30; now += r.ExpFloat64() * 0.05 {
			x := taken{max(now-1.9*r.Float64()*r.Float64(), begun), 0.02 + 0.08*r.Float64()}
			all = append(all, x)
			Default.Observe(&s, &recent, at(x.t), x.b, false)
			if s.On {
				s.end()
				recent.Reset()
				all = all[:0]
				now += 10
				begun = now
				continue
			}
			p1, p2 := peaks(all, now-float64(elapsed(recent.begin, Clock(at(now)))))
			if recent.full(float32(p1+slack), float32(p2+slack)) {
				t.Fatalf("seed %d at %.2f s: full beyond the highest levels in order, %.3f and %.3f", seed, now, p1, p2)
			}
			if !recent.full(float32(p1-slack), 1e6) || !recent.full(1e6, float32(p2-slack)) {
				t.Fatalf("seed %d at %.2f s: not full below the highest levels in order, %.3f and %.3f", seed, now, p1, p2)
			}
		}
	}
}

// TestRecentLumps: two agents send a second's samples each, half a second apart,
// of a flow at 0.8 x. In the order of arrival the bucket fills; by time it does not.
func TestRecentLumps(t *testing.T) {
	f := func(recent *Recent) (highest float32, started bool) {
		var s State
		for k := range 40 {
			sent := 10 + float64(k)/2
			for i := range 8 { // 0.4 threshold-seconds of each agent's part of a second
				started = Default.Observe(&s, recent, at(sent-1+(float64(i)+0.5)/8), 0.05, false) == Started || started
				highest = max(highest, s.S1)
			}
		}
		return highest, started
	}
	plain, _ := f(nil)
	var recent Recent
	_, started := f(&recent)
	if plain < 0.2 || started || recent.full(0.15, 1e6) {
		t.Errorf("in the order of arrival %.2f threshold-seconds; by time a start: %v, more than 0.15: %v", plain, started, recent.full(0.15, 1e6))
	}
}

// TestRecentGap: after a long silence nothing of before is left, and the clock may wrap.
func TestRecentGap(t *testing.T) {
	for _, base := range []float64{0, 562_949.95 - float64(at(0)%(1<<49))/1e9 + 5} {
		for _, gap := range []float64{0.01, 1.9, 2.5, 100, 86400} {
			var s State
			var r Recent
			for i := range 20 {
				Default.Observe(&s, &r, at(base+float64(i)*1e-3), 0.04, false)
			}
			Default.Observe(&s, &r, at(base+gap), 0.04, false)
			if got, want := r.full(0.5, 1e6), gap < 2.2; got != want {
				t.Errorf("%v s after 0.8 threshold-seconds: still above 0.5: %v, want %v", gap, got, want)
			}
			if s.On {
				t.Errorf("gap of %v s: a burst of 0.8 threshold-seconds raises an alert", gap)
			}
		}
	}
}

// TestRecentAfterLean: a flow that was followed without a Recent keeps its level.
func TestRecentAfterLean(t *testing.T) {
	var s State
	for i := range 25 {
		Default.Observe(&s, nil, at(float64(i)*1e-3), 0.04, false)
	}
	var r Recent
	n := 0
	for ; !s.On && n < 30; n++ {
		Default.Observe(&s, &r, at(0.03+float64(n)*1e-3), 0.04, false)
	}
	if n > 12 {
		t.Errorf("started %d samples after one threshold-second, want at most 12", n)
	}
}

func BenchmarkObserveRecent(b *testing.B) {
	var s State
	var r Recent
	now := at(0)
	b.ReportAllocs()
	b.SetBytes(1)
	for b.Loop() {
		now += 40_000_000
		Default.Observe(&s, &r, now, 0.03, false)
	}
	if s.On {
		b.Error("a flow at 0.75 x became an elephant")
	}
}

func TestRecentAllocation(t *testing.T) {
	var s State
	var r Recent
	now := at(0)
	if n := testing.AllocsPerRun(1000, func() {
		now += 30_000_000
		Default.Observe(&s, &r, now, 0.04, false)
	}); n != 0 {
		t.Errorf("%v allocations a sample", n)
	}
}
