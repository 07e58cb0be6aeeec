package links_test

import (
	"testing"

	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// TestOutrun: samples disprove a speed in two windows in turn, not in one burst, not by few
// samples, and not where counters tell what passes; the doubt ends when nothing confirms it.
func TestOutrun(t *testing.T) {
	const step = second / 5
	table := func() *links.Table {
		x := links.New(10)
		x.Poll(poll(100, 0, 0)) // 1 Gbit/s
		return x
	}
	// give hands samples of bps in one frame each 0.2 s to a table for so many seconds.
	give := func(x *links.Table, from, seconds int64, bps float64, frames uint32) (rate float64, over bool) {
		for at := from * second; at < (from+seconds)*second; at += step {
			if r := x.Sampled(port, flow.Ingress, at, bps/5, frames); r > 0 {
				rate = r
			} else if r < 0 {
				over = true
			}
		}
		return rate, over
	}
	for name, tc := range map[string]struct {
		seconds int64
		bps     float64
		frames  uint32
		want    bool
	}{
		"ten times for 20 s":           {20, 10e9, 10, true},
		"three times":                  {20, 3e9, 100, false},
		"all of it":                    {20, 1e9, 10, false},
		"ten times for 7 s":            {7, 10e9, 10, false},
		"five times by few samples":    {20, 5e9, 1, false},
		"hundred times by few samples": {20, 100e9, 1, true},
	} {
		if rate, _ := give(table(), 101, tc.seconds, tc.bps, tc.frames); rate > 0 != tc.want || rate > tc.bps {
			t.Errorf("%s: %g", name, rate)
		}
	}
	x := table()
	x.Sampled(port, flow.Ingress, 101*second, 1, 1)
	x.Sampled(port, flow.Ingress, 102*second, 30e9, 1000) // half a minute of it at once
	if rate, over := give(x, 102, 30, 1e9, 10); rate != 0 || over {
		t.Errorf("datagrams that were held back: %g %v", rate, over)
	}
	x = table()
	give(x, 101, 20, 10e9, 10)
	if _, over := give(x, 121, 50, 0.5e9, 10); over {
		t.Error("the doubt is over at once")
	}
	if _, over := give(x, 171, 20, 0.5e9, 10); !over {
		t.Error("the doubt does not end")
	}
	x = table()
	give(x, 101, 20, 10e9, 10)
	x.Restarted(map[topology.SwitchID]bool{port.Switch: true})
	if _, over := give(x, 171, 20, 0.5e9, 10); !over {
		t.Error("the doubt of before a restart does not end")
	}
	x = table()
	give(x, 101, 20, 10e9, 10)
	if peak, counted := x.Poll(poll(121, 1e9, 0)); !counted || peak == 0 {
		t.Errorf("counters come: %g %v", peak, counted)
	}
	if rate, _ := give(x, 121, 40, 10e9, 10); rate != 0 {
		t.Errorf("samples disprove what counters tell: %g", rate)
	}
	faster := poll(141, 2e9, 0)
	faster.Speed = 1e6
	if peak, counted := x.Poll(faster); peak != 0 || counted {
		t.Errorf("what was counted under the speed before: %g %v", peak, counted)
	}
	if peak, _ := x.Poll(&links.Poll{Port: port, At: 151 * second, Speed: 1e6, In: links.Count{Octets: 2.5e9}}); peak == 0 {
		t.Error("what was counted under a new speed is not told")
	}
}
