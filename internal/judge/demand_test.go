package judge

import (
	"math"
	"slices"
	"testing"
)

// TestDemand: 10 Gbit/s, one in 10,000 of 1,500 bytes: 8.3 samples a second and tap at the threshold.
func TestDemand(t *testing.T) {
	n := int64(9)
	truth := Truth{Agents: map[string]string{"l1": "leaf1", "s1": "spine1", "l2": "leaf2"}, Threshold: 1e9, Settings: AgentSettings{Sampling: 10_000}}
	whole, dark, alone := []string{"leaf1", "spine1", "leaf2"}, []string{"leaf1", "spine9", "leaf2"}, []string{"leaf1"}
	for _, test := range []struct {
		name   string
		change func(*Flow)
		rate   float64
		want   float64
	}{
		{"three taps", func(f *Flow) { f.Switches = whole }, 2e9, 58 / (8.333 * 3)},
		{"two", func(f *Flow) { f.Switches = dark }, 2e9, 58 / (8.333 * 2)},
		{"one", func(f *Flow) { f.Switches = alone }, 2e9, 58 / 8.333},
		{"one, four times the threshold", func(f *Flow) { f.Switches = alone }, 4e9, 58 / 8.333 / 3},
		{"one, little above it: no more than the text gives", func(f *Flow) { f.Switches = alone }, 1.3e9, 58 / 8.333},
		{"the way with the fewest counts", func(f *Flow) { f.Moves = []Move{{Switches: whole}, {Switches: alone}} }, 2e9, 58 / 8.333},
		{"frames of 9,000 bytes", func(f *Flow) { f.Switches, f.Frames = alone, f.Frames/6 }, 2e9, 6 * 58 / 8.333},
		{"TCP tells its rate", func(f *Flow) { f.Switches, f.Proto = alone, 6 }, 2e9, 0},
		{"nobody sees it", func(f *Flow) { f.Switches = []string{"leaf9"} }, 2e9, 0},
		{"recorded: the samples are not known", func(f *Flow) { f.Switches, f.Samples = alone, nil }, 2e9, 0},
		{"no frames", func(f *Flow) { f.Switches, f.Frames = alone, 0 }, 2e9, 0},
	} {
		f := Flow{Key: NewKey("x", "y", 17, 1, 2), Samples: &n, BPS: []float64{2e9, 2e9, 2e9}, Frames: 500_000}
		test.change(&f)
		if got := truth.demand(&f, test.rate); math.Abs(got-test.want) > 0.01*test.want {
			t.Errorf("%s: %.2f s, want %.2f", test.name, got, test.want)
		}
	}
}

// TestDemandsStand beside the delays, when captures are joined too.
func TestDemandsStand(t *testing.T) {
	a := Elephants{Delays: map[string][]float64{"x": {1, 2}}, Demands: map[string][]float64{"x": {0, 7}}}
	a.Add(&Elephants{Delays: map[string][]float64{"x": {3}, "y": {4}}, Demands: map[string][]float64{"x": {5}, "y": {0}}})
	if !slices.Equal(a.Delays["x"], []float64{1, 2, 3}) || !slices.Equal(a.Demands["x"], []float64{0, 7, 5}) || !slices.Equal(a.Demands["y"], []float64{0}) {
		t.Errorf("%v, %v", a.Delays, a.Demands)
	}
}
