package analytics_test

import (
	"math"
	"testing"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// TestSharesOfLinks: each class of links is judged by its own share, and the alert tells by which.
func TestSharesOfLinks(t *testing.T) {
	shares := func(texts ...string) func(*analytics.Config) {
		return func(c *analytics.Config) {
			for _, text := range texts {
				s, err := topology.ParseShare(text)
				if err != nil {
					t.Fatal(err)
				}
				c.Elephants.Links = append(c.Elephants.Links, s)
			}
		}
	}
	r := newRig(t, shares("fabric=40%"))
	r.run(51, 25e6, 10)
	if n := len(r.elephants); n != 0 {
		t.Errorf("25%% of links that may be filled to 40%%: %s", states(r.elephants))
	}
	r = newRig(t, shares("fabric=40%", "10.255.0.51/3=20%"))
	r.run(51, 25e6, 10)
	if len(r.elephants) == 0 {
		t.Fatal("25% of a link that may be filled to 20%: no alert")
	}
	m := r.elephants[0]
	if m.Threshold != 0.2 || len(m.Links) != 1 || m.Links[0].Threshold != 0.2 || m.Links[0].From.Switch != "spine1" || m.Links[0].To.Switch != "leaf3" {
		t.Errorf("threshold %g, links %+v", m.Threshold, m.Links)
	}
}

// TestAggregate: a flow is judged by the member of an aggregate that it takes,
// the use of the link by the whole.
func TestAggregate(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Topology.Speeds = nil })
	count := func(agent byte, c flow.Counters) {
		c.Agent, c.Received, c.Records = flow.AddrFrom4([4]byte{10, 255, 0, agent}), r.now, flow.HasIf|flow.HasLAG
		r.feed.Counters(&c)
	}
	for _, p := range []struct{ ifIndex, aggregate uint32 }{{101, 3}, {102, 3}, {3, 0}, {1, 0}} {
		c := flow.Counters{If: flow.IfCounters{Index: p.ifIndex, Speed: 100e6}, Aggregate: p.aggregate}
		if p.ifIndex == 3 {
			c.If.Speed = 200e6
		}
		count(51, c)
	}
	r.advance(second)
	count(51, flow.Counters{If: flow.IfCounters{Index: 3, Speed: 200e6, OutOctets: 12_500_000}})
	r.run(51, 15e6, 10)
	if len(r.elephants) == 0 {
		t.Fatal("15% of a member, no alert")
	}
	for _, l := range r.elephants[0].Links {
		if l.From.Switch == "spine1" && (l.Speed != 100e6 || math.Abs(l.Share-0.15) > 0.03 || math.Abs(l.Utilization-0.075) > 0.03) {
			t.Errorf("link %+v", l)
		}
	}
}
