package analytics_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"spoor/flow"
)

// TestExplain: a flow is known with its hops and how each is known, its links, and how far it is from an elephant.
func TestExplain(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 6e6, 20)
	key := r.sample(1, 3, 51, 1, 3, 63).Packet.Key
	c, ok := r.e.Explain(&key)
	if !ok || c.ID != key.ID() || len(c.Hops) != 3 || c.Hops[1].Sightings == 0 || !c.Hops[1].Observed || c.Hops[0].Observed {
		t.Fatalf("%v %+v", ok, c.Hops)
	}
	if got := c.Hops[0].By + " " + c.Hops[2].By; got != "leaf1:p49--spine1:p1 leaf3:p49--spine1:p3" {
		t.Errorf("proven by %q", got)
	}
	if c.Limit != 10e6 || c.Fill.Level < 0.3 || c.Fill.Level > 1.2 || c.Life != nil || c.Rate < 3e6 || c.Rate > 9e6 {
		t.Errorf("limit %g, %+v, rate %g, life %+v", c.Limit, c.Fill, c.Rate, c.Life)
	}
	r.run(51, 30e6, 10)
	if c, _ = r.e.Explain(&key); c.Life == nil || c.Life.Ended != 0 || !c.Watched.Elephant || len(c.Links) < 2 || !strings.HasPrefix(c.Life.Alert, flow.FormatID(key.ID())) {
		t.Errorf("as an elephant: %+v, %+v, links %+v", c.Life, c.Watched, c.Links)
	}
	told := r.elephants[len(r.elephants)-1]
	if !slices.Equal(c.Told, told.Links) || len(c.Told) == 0 || c.Watched.Severity != told.Severity {
		t.Errorf("its latest message told %v, %+v; known is %v, %+v", told.Severity, told.Links, c.Watched.Severity, c.Told)
	}
	r.advance(30 * second)
	if c, _ = r.e.Explain(&key); c.Life == nil || c.Life.Ended == 0 || c.Watched.Elephant || c.Told != nil {
		t.Errorf("after its end: %+v, %+v", c.Life, c.Watched)
	}
	key.SrcPort++
	if _, ok := r.e.Explain(&key); ok {
		t.Error("an unknown flow is known")
	}
}

// TestExplainBesideTicks is for the race detector.
func TestExplainBesideTicks(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 30e6, 2)
	key := r.sample(1, 3, 51, 1, 3, 63).Packet.Key
	var g sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		g.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = r.e.Explain(&key)
					for _, a := range r.e.Resolved(100) {
						_ = a.Fingerprint()
					}
				}
			}
		})
	}
	r.run(51, 30e6, 20)
	r.advance(30 * second)
	close(stop)
	g.Wait()
}
