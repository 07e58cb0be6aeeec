package analytics_test

import (
	"math/rand/v2"
	"testing"
)

// TestParallelTaps: two sub-agents of a leaf sample the same frames, each for
// itself. A flow at 0.7 of the threshold, which each of them sees in full, is
// no elephant; one at twice the threshold has its own rate, not that of both.
func TestParallelTaps(t *testing.T) {
	r := newRig(t, nil)
	rng := rand.New(rand.NewPCG(3, 1))
	const threshold, frame, n = 10e6, 1514 * 8, 100
	send := func(rate float64, seconds int) {
		for range seconds * 100 {
			for sub := range uint32(2) {
				if rng.Float64() < rate/frame/n/100 {
					s := r.sample(1, 3, 1, 1, 49, 64)
					s.SubAgent = sub
					r.give(s)
				}
			}
			r.advance(second / 100)
		}
	}
	send(0.7*threshold, 30)
	if len(r.elephants) > 0 {
		t.Fatalf("a flow at 0.7 of the threshold alerts: %+v", r.elephants[0])
	}
	send(2*threshold, 20)
	if len(r.elephants) == 0 {
		t.Fatal("a flow at twice the threshold does not alert")
	}
	last := r.elephants[len(r.elephants)-1]
	if last.Rate < 1.5*threshold || last.Rate > 2.5*threshold || last.Evidence.Stages != 2 {
		t.Errorf("%.1f Mbit/s by %d stages, want 20 by 2", last.Rate/1e6, last.Evidence.Stages)
	}
}
