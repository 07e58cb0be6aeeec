package explain

import (
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/analytics/elephant"
	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
)

const (
	second = int64(1e9)
	now    = 1_795_313_465 * second // 2026-11-22 02:11:05 UTC
)

// whole is a case of an elephant of 300 Mbit/s from leaf1 over spine1 to leaf2 of which everything is known.
func whole() *analytics.Case {
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40112, DstPort: 5201, Proto: flow.ProtoTCP}
	leaf, spine := flow.AddrFrom4([4]byte{10, 255, 0, 1}), flow.AddrFrom4([4]byte{10, 255, 0, 51})
	c := &analytics.Case{Now: now, Behind: 40, Peak: 400e6, Stages: 2, Limit: 100e6}
	c.FlowState = analytics.FlowState{
		Key: k, ID: k.ID(), First: now - 3600*second, Last: now - second/2, Samples: 1234, Bytes: 5_600_000_000, Rate: 290e6, Over: 4,
		Path: &flow.Path{State: flow.PathComplete, Revision: 2},
	}
	c.Estimate = elephant.Interval{Rate: 300e6, Low: 250e6, High: 350e6}
	c.Fill = elephant.Fill{Slow: 1.5, SlowFull: 2, Fast: 0.1, FastFull: 0.4, Level: 2.9}
	c.Hops = []analytics.CaseHop{
		{Hop: flow.Hop{Switch: "leaf1", Agent: leaf, In: 1, Out: 49, InPort: "swp1", Observed: true}, Sightings: 30, Seen: now - second},
		{Hop: flow.Hop{Switch: "spine1", Agent: spine, In: 1, OutPort: "swp2"}, By: "spine1:swp1--leaf1:swp49"},
		{Hop: flow.Hop{Switch: "dark-1"}},
	}
	c.Taps = []analytics.CaseTap{
		{Port: flow.Port{Switch: "leaf1", IfIndex: 1, Name: "swp1"}, N: 1000, Counts: true, Samples: 12.25, Seen: now - 2*second},
		{Egress: true, Stage: 1, Tunnel: true, N: 2000},
	}
	c.Links = []analytics.CaseLink{
		{ElephantLink: flow.ElephantLink{From: flow.Port{Switch: "leaf1", Name: "swp1"}, Host: k.Src, HostSends: true, Speed: 10e9, Share: 0.03, Threshold: 0.1, Utilization: -1, DiscardRate: -1}},
		{
			ElephantLink: flow.ElephantLink{
				From: flow.Port{Switch: "leaf1", Name: "swp49"}, To: flow.Port{Switch: "spine1", Name: "swp1"}, Speed: 1e9, SpeedInferred: true, Share: 0.3, Threshold: 0.1,
				Utilization: 0.65, UtilizationAge: 2.5, Elephants: 1, DiscardRate: 0,
			}, Source: links.Counters,
		},
		{ElephantLink: flow.ElephantLink{From: flow.Port{Switch: "spine1", Name: "swp2"}, Threshold: 0.1, Utilization: -1, DiscardRate: 2.5}},
	}
	c.Life = &analytics.CaseLife{Alert: flow.FormatID(k.ID()) + "-69211000", Episode: 1, Since: now - 60*second, Detected: now - 58*second, Announced: true}
	c.Watched = watch.Watched{Elephant: true, Severity: flow.SeverityInfo}
	for i := range c.Links[:2] {
		c.Told = append(c.Told, c.Links[i].ElephantLink)
	}
	return c
}

// warned makes an elephant's latest message a warning, and gives one of its links.
func warned(c *analytics.Case, link int) *flow.ElephantLink {
	c.Watched.Severity = flow.SeverityWarning
	return &c.Told[link]
}

// TestFlowText is one screen, of everything that is known.
func TestFlowText(t *testing.T) {
	c := whole()
	c.Attributes = flow.Attributes{Tunnel: flow.TunnelVXLAN, VNI: 100, OuterSrc: flow.AddrFrom4([4]byte{192, 0, 2, 1}), OuterDst: flow.AddrFrom4([4]byte{192, 0, 2, 2})}
	c.Dropped = []watch.DropCount{{Port: flow.Port{Switch: "spine1", Name: "swp2"}, Reason: "no_buffer_space", Total: 7, Last: now - 3*second}}
	d := &Doc{Time: moment(now), Flow: newFlow(c)}
	const want = `flow   fd80419af28b11f8  10.1.1.1:40112 > 10.2.1.1:5201 tcp  (reverse 64d6c948a95dc8c5)
       in vxlan 100, 192.0.2.1 > 192.0.2.2
       first seen 01:11:05.000, last 0.5 s ago; 1234 samples, some 5.6 GB
path   complete, revision 2
  leaf1   in swp1  out 49  seen in 30 samples, the latest 1.0 s ago
  spine1  in 1     out ?   inferred: spine1:swp1--leaf1:swp49 leads there
  dark-1  in ?     out ?   inferred: a switch that nobody reports
rate   300.0 Mbit/s (250.0 Mbit/s to 350.0 Mbit/s with 95%), by 40 samples of 2 stages; peak 400.0 Mbit/s
       an elephant from 100.0 Mbit/s; now 290.0% of that; buckets: slow 1.50 of 2.00 s, fast 0.10 of 0.40 s
links
  10.1.1.1>leaf1:swp1      10.0 Gbit/s            3.0% of 10.0%   load unknown
  leaf1:swp49>spine1:swp1  1.0 Gbit/s (inferred)  30.0% of 10.0%  65.0% full (counters, 2.5 s old)  elephants 1
  spine1:swp2>?            speed unknown                          load unknown                       discards 2.5/s
sampled at
  stage 1  leaf1:swp1         in                  1 in 1000  12.2 samples of late, the latest 2.0 s ago
  stage 2  a tap of the path  out, in its tunnel  1 in 2000  no sample yet; does not count
drops  spine1:swp2 discarded packets of it (no_buffer_space), the latest 3.0 s ago
elephant  fd80419af28b11f8-69211000, episode 1, since 02:10:05.000, severity info
why    It is an elephant since 02:10:05 UTC, found 2.0 s later: its samples filled a bucket of the detector.
       The link that decides is leaf1:swp49>spine1:swp1, of which 10.0% is too much.
       Its severity is info, so that it raises no alert by itself: no link of it between switches is above 70% full, discards or carries another elephant.
`
	var b strings.Builder
	if err := d.Text(&b, time.UTC); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWhy: each way in which a flow is, was or is not an elephant has its sentence.
func TestWhy(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*analytics.Case)
		want   string
	}{
		"proved by TCP": {func(c *analytics.Case) { c.Life.Proof = flow.ProofSequence }, "found 2.0 s later: TCP sequence numbers prove the rate."},
		"not announced": {func(c *analytics.Case) { c.Life.Announced = false }, "It was not announced yet: it must first carry elephants.min_bytes"},
		"of before":     {func(c *analytics.Case) { c.Life.Ended = now - 5*second }, "It was an elephant until 02:11:00 UTC."},
		"of before, and now": {
			func(c *analytics.Case) { c.Life.Ended = now - 5*second },
			"It takes 290.0% of the 100.0 Mbit/s from which it would be an elephant; its samples fill the slow bucket to 75.0% and the fast one to 25.0%.",
		},
		"none":                    {func(c *analytics.Case) { c.Life, c.Watched = nil, watch.Watched{} }, "It takes 290.0% of the 100.0 Mbit/s"},
		"far below":               {func(c *analytics.Case) { c.Life, c.Lean, c.Fill.Level = nil, true, 0.012 }, "It is far below what would make it an elephant: 1.2% of 100.0 Mbit/s."},
		"no speed is known":       {func(c *analytics.Case) { c.Life, c.Limit = nil, 0 }, "No speed of a link on its way is known, so it is not judged"},
		"nor its way":             {func(c *analytics.Case) { c.Life, c.Limit, c.Hops = nil, 0, nil }, "Nothing is known of its way yet"},
		"muted":                   {func(c *analytics.Case) { c.Watched.Muted, c.Watched.Severity = true, flow.SeverityCritical }, "A mute rule hides it"},
		"critical":                {func(c *analytics.Case) { c.Watched.Severity = flow.SeverityCritical }, "Its severity is critical: packets of it were discarded within the last minute."},
		"two on a link":           {func(c *analytics.Case) { warned(c, 1).Elephants = 2 }, "Its severity is warning: 2 elephants share leaf1:swp49>spine1:swp1."},
		"a full link":             {func(c *analytics.Case) { warned(c, 1).Utilization = 0.71 }, "Its severity is warning: leaf1:swp49>spine1:swp1 is 71.0% full."},
		"a link that discards":    {func(c *analytics.Case) { warned(c, 1).DiscardRate = 1 }, "Its severity is warning: leaf1:swp49>spine1:swp1 discards packets."},
		"a link it barely uses":   {func(c *analytics.Case) { c.Links[1].Utilization, c.Links[1].Share = 0.71, 0.09 }, "Its severity is info"},
		"a host's link":           {func(c *analytics.Case) { c.Told[0].Utilization = 0.9 }, "Its severity is info, so"},
		"at 70%":                  {func(c *analytics.Case) { c.Told[1].Utilization = 0.7 }, "Its severity is info, so"},
		"of before it was more":   {func(c *analytics.Case) { c.Watched.Severity = flow.SeverityWarning }, "Its severity was warning at its latest message"},
		"fuller than it was told": {func(c *analytics.Case) { c.Links[1].Utilization = 0.9 }, "Its severity is info, so"},
		"another one came":        {func(c *analytics.Case) { c.Told[1].Elephants = 2 }, "Its severity was info at its latest message; since then 2 elephants share leaf1:swp49>spine1:swp1: the next one warns."},
	} {
		c := whole()
		tc.change(c)
		if got := strings.Join(newFlow(c).Why, "\n"); !strings.Contains(got, tc.want) {
			t.Errorf("%s:\n%s\nlacks %q", name, got, tc.want)
		}
	}
	if got := (&Doc{}).whyAlerts(); len(got) != 1 || !strings.HasPrefix(got[0], "No alert") {
		t.Error(got)
	}
	if got := (&Doc{Alerts: []Alert{{}}}).whyAlerts(); got != nil {
		t.Error(got)
	}
}

// TestTightest: the link whose threshold in bit/s is the lowest decides, of equal ones the first; one of unknown speed never.
func TestTightest(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	for name, tc := range map[string]struct {
		list []Link
		want string
	}{
		"none": {nil, ""}, "no speed": {[]Link{{Link: "a", Threshold: 0.1}}, ""},
		"a slow one":         {[]Link{{Link: "a", Speed: f(10e9), Threshold: 0.1}, {Link: "b", Speed: f(1e9), Threshold: 0.1}}, "b"},
		"a lower part":       {[]Link{{Link: "a", Speed: f(10e9), Threshold: 0.01}, {Link: "b", Speed: f(1e9), Threshold: 0.2}}, "a"},
		"of equal the first": {[]Link{{Link: "a", Speed: f(1e9), Threshold: 0.1}, {Link: "b", Speed: f(1e9), Threshold: 0.1}}, "a"},
	} {
		got := ""
		if l := tightest(tc.list); l != nil {
			got = l.Link
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// TestRateOfFewSamples: from ten samples on there is an interval; of fewer only a mean; of none lately nothing.
func TestRateOfFewSamples(t *testing.T) {
	c := whole()
	c.Behind = 10
	if r := newFlow(c).Rate; r == nil || r.Low == nil || r.Mean != 300e6 || r.Samples != 10 {
		t.Errorf("ten: %+v", r)
	}
	c.Behind = 9
	if r := newFlow(c).Rate; r == nil || r.Low != nil || r.Mean != 290e6 || r.Over != 4 {
		t.Errorf("nine: %+v", r)
	}
	c.Rate = -1
	if r := newFlow(c).Rate; r != nil {
		t.Errorf("not seen of late: %+v", r)
	}
}

// TestNulls: what is not known is null, and never a 0 that somebody adds up.
func TestNulls(t *testing.T) {
	f := newFlow(&analytics.Case{FlowState: analytics.FlowState{Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), Proto: flow.ProtoICMP}, Rate: -1}})
	if f.SrcPort != nil || f.DstPort != nil || f.Tunnel != nil || f.Path != nil || f.Rate != nil || f.Detector != nil || f.Elephant != nil || f.Links == nil || f.Taps == nil || f.Drops == nil {
		t.Errorf("%+v", f)
	}
	c := whole()
	c.Path.UnknownAt = &flow.Port{Switch: "leaf1", Name: "swp50"}
	c.Path.Alternatives = []flow.PathAlternative{{Switches: []string{"leaf1", "spine2"}, Share: 0.25}}
	f = newFlow(c)
	if l := f.Links[0]; !l.Host || l.Utilization != nil || l.Age != nil || l.Discards != nil || *l.Share != 0.03 {
		t.Errorf("a host's link: %+v", l)
	}
	if l := f.Links[1]; l.Host || *l.Utilization != 0.65 || *l.Discards != 0 || !l.Inferred {
		t.Errorf("a link: %+v", l)
	}
	if l := f.Links[2]; l.Speed != nil || l.Share != nil || *l.Discards != 2.5 {
		t.Errorf("a link of unknown speed: %+v", l)
	}
	if x := f.Taps[1]; x.Port != nil || x.Seen != nil || x.Direction != "out" || x.Stage != 2 || !x.Tunnel {
		t.Errorf("a tap that is expected: %+v", x)
	}
	if h := f.Path.Hops[2]; h.Agent != nil || h.In != nil || h.Out != nil || h.Seen != nil || h.By != nil || *f.Path.UnknownAt != "leaf1:swp50" || f.Path.Alternatives[0].Share != 0.25 {
		t.Errorf("a silent switch: %+v", h)
	}
}
