package analytics_test

import (
	"fmt"
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// TestLabelsKept: the labels of so many samples are true at a time, also those of
// ports that are more than a feed remembers.
func TestLabelsKept(t *testing.T) {
	for _, others := range []uint32{0, 10_000} {
		r := newRig(t, nil)
		r.give(r.sample(1, 3, 51, 900, 0, 63)) // the switch is heard
		r.advance(2 * second)
		for i := range others {
			r.feed.Take(r.sample(1, 3, 51, 1000+i, 0, 63), new(flow.Labels))
		}
		ports := []uint32{1, 2, 3}
		var labels [3 * analytics.LabelsKept]flow.Labels
		for i := range labels {
			r.feed.Take(r.sample(1, 3, 51, ports[i%3], ports[(i/3)%3], 63), &labels[i])
			for k := max(0, i+1-analytics.LabelsKept); k <= i; k++ {
				l := &labels[k]
				if in, out := fmt.Sprint("p", ports[k%3]), fmt.Sprint("p", ports[(k/3)%3]); l.Input().Switch != "spine1" || l.Input().Port != in || l.Output().Port != out {
					t.Fatalf("beside %d ports, sample %d of %d: %+v, %+v instead of %s, %s", others, k, i, *l.Input(), *l.Output(), in, out)
				}
			}
		}
	}
}
