package analytics_test

import (
	"testing"

	"spoor/flow"
)

// TestSwitchWithoutRate: samples of a switch that states no sampling rate (0) show where a flow
// goes; how much it is, those of the others tell alone.
func TestSwitchWithoutRate(t *testing.T) {
	r := newRig(t, nil)
	unrated := func(src, dst int, sw byte, in, out uint32, ttl uint8) {
		s := r.sample(src, dst, sw, in, out, ttl)
		s.SamplingRate, s.EffectiveRate = 0, 0
		r.give(s)
	}
	const gap = second / 20 // of samples of 1 in 100: 24 Mbit/s of 100
	for range 600 {
		unrated(1, 3, 1, 1, 49, 64)
		r.give(r.sample(1, 3, 51, 1, 3, 63))
		unrated(1, 3, 3, 49, 1, 62)
		r.advance(gap)
	}
	if len(r.elephants) == 0 {
		t.Fatal("no elephant")
	}
	for _, e := range r.elephants {
		if e.State == flow.ElephantStarted && (e.Share < 0.15 || e.Share > 0.35) {
			t.Errorf("a share of %v, want about 0.24", e.Share)
		}
		if n := e.Evidence.SamplingRates; len(n) != 1 || n[0] != 100 {
			t.Errorf("sampling rates %v", n)
		}
	}
	if len(r.paths) == 0 || r.paths[len(r.paths)-1].State != flow.PathComplete {
		t.Errorf("paths %v", r.paths)
	}
}

// TestNobodyStatesRate: without any sampling rate there is a path, and no elephant.
func TestNobodyStatesRate(t *testing.T) {
	r := newRig(t, nil)
	for range 600 {
		for _, at := range [...]struct {
			sw      byte
			in, out uint32
			ttl     uint8
		}{{1, 1, 49, 64}, {51, 1, 3, 63}, {3, 49, 1, 62}} {
			s := r.sample(1, 3, at.sw, at.in, at.out, at.ttl)
			s.SamplingRate, s.EffectiveRate = 0, 0
			r.give(s)
		}
		r.advance(second / 20)
	}
	if len(r.elephants) != 0 {
		t.Errorf("%+v", r.elephants[0])
	}
	if n := len(r.paths); n == 0 || r.paths[n-1].State != flow.PathComplete {
		t.Errorf("paths %v", r.paths)
	}
}
