package analytics_test

import (
	"math"
	"testing"

	"spoor/analytics"
)

// TestDetectability: rates and speeds tell how soon an elephant is found; where
// nobody samples, or no speed is known, it never is.
func TestDetectability(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 5e6, 3)
	all := r.e.Detectability(100)
	if len(all) == 0 {
		t.Fatal("no link")
	}
	found := false
	for i := range all {
		d := &all[i]
		if i > 0 && d.P99 > all[i-1].P99 {
			t.Error("not the worst first")
		}
		if d.Switch == "leaf2" && !d.Outgoing { // 100 Mbit/s, one in 100, three switches: 24.8 samples/s
			found = true
			if d.Rate != 100 || math.Abs(d.Samples-24.8) > 0.5 || math.Abs(d.P99-2.36) > 0.1 {
				t.Errorf("%+v", d)
			}
		}
		if d.Switch == "spine2" && !math.IsInf(d.P99, 1) {
			t.Errorf("spine2 never sampled: %+v", d)
		}
	}
	if !found {
		t.Errorf("nothing of leaf2 in %+v", all)
	}
	if n := len(r.e.Detectability(1)); n != 1 {
		t.Errorf("%d, asked for 1", n)
	}
	r = newRig(t, func(c *analytics.Config) { c.Topology.Speeds = nil })
	for _, d := range r.e.Detectability(100) {
		if !math.IsInf(d.P99, 1) {
			t.Errorf("without a speed: %+v", d)
		}
	}
	if s := r.e.Snapshot().Speeds(); s.Unknown == 0 || s.Stated+s.Inferred != 0 {
		t.Errorf("speeds %+v", s)
	}
}
