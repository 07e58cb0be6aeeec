package analytics_test

import (
	"testing"

	"spoor/flow"
)

// TestUpdatesAtABoundedPace: an elephant that lasts is told again after 5 s and then each 30 s, not with each sample, tick or
// path; one that shares its link with another that comes and goes besides once for each time that it does.
func TestUpdatesAtABoundedPace(t *testing.T) {
	const bps, seconds = 25e6, 150
	gap := int64(8 * 1514 * 100 / bps * 1e9)
	f := func(name string, on func(at int64) bool, most func(other int) int) {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			begin := r.now
			for n := 0; r.now < begin+seconds*second; n++ {
				r.give(r.sample(1, 3, 51, 1, 3, 63))
				if on(r.now - begin) {
					other := r.sample(1, 3, 51, 1, 3, 63)
					other.Packet.Key.SrcPort = 40001
					r.give(other)
				}
				r.advance(gap)
			}
			var times []int64
			changes := 0
			for _, m := range r.elephants {
				switch {
				case m.Key.SrcPort == 40000:
					times = append(times, m.Time)
				case m.State != flow.ElephantUpdated:
					changes++
				}
			}
			if few := seconds/30 + 1; len(times) < few || len(times) > most(changes) {
				t.Errorf("told %d times in %d s, want %d to %d: the other came or went %d times", len(times), seconds, few, most(changes), changes)
			}
			for i := 1; i < len(times); i++ {
				if d := times[i] - times[i-1]; d > 31*second {
					t.Errorf("not told for %.1f s", float64(d)/1e9)
				}
			}
		})
	}
	f("alone", func(int64) bool { return false }, func(int) int { return 2 + seconds/30 })
	f("beside one that comes and goes", func(at int64) bool { return at/second%20 < 10 }, func(other int) int {
		if other < 10 {
			t.Errorf("the other came or went %d times only", other)
		}
		return 2 + seconds/30 + other
	})
}
