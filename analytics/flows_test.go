package analytics_test

import (
	"testing"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

func countPaths(r *rig, reason flow.PathCause) int {
	n := 0
	for _, p := range r.paths {
		if p.Key.Proto == flow.ProtoUDP && p.Cause == reason {
			n++
		}
	}
	return n
}

// A flow that the detector cannot judge is not idle.
func TestUnjudgedFlowsAreNotIdle(t *testing.T) {
	f := func(name string, change func(*analytics.Config), alter func(*flow.Sample)) {
		t.Helper()
		r := newRig(t, func(c *analytics.Config) { c.Flows.Idle = 10 * time.Second; change(c) })
		for range 60 {
			s := r.sample(1, 3, 51, 1, 3, 63)
			alter(s)
			r.give(s)
			r.advance(second)
		}
		if n := countPaths(r, flow.PathExpired); n > 0 {
			t.Errorf("%s: expired %d times although a sample came each second", name, n)
		}
		r.advance(25 * second)
		if n := countPaths(r, flow.PathExpired); n != 1 {
			t.Errorf("%s: expired %d times in the end", name, n)
		}
		p := r.paths[len(r.paths)-1]
		for i := len(r.paths) - 1; p.Key.Proto != flow.ProtoUDP; i-- {
			p = r.paths[i]
		}
		if p.LastSeen < r.now-30*second || p.LastSeen > r.now-24*second {
			t.Errorf("%s: last seen %.1f s ago, want about 26", name, float64(r.now-p.LastSeen)/1e9)
		}
	}
	same := func(*flow.Sample) {}
	f("no speed", func(c *analytics.Config) { c.Topology.Speeds = nil }, same)
	f("speed known", func(*analytics.Config) {}, same)
	late := 0
	f("late samples", func(*analytics.Config) {}, func(s *flow.Sample) {
		if late++; late > 1 {
			s.Time = 1 // give leaves it
		}
	})
}

// After a gap of days in the input no clock may take the old flows for young ones.
func TestGapOfDays(t *testing.T) {
	for _, days := range []int64{1, 4, 5, 7, 30} {
		r := newRig(t, nil)
		r.run(51, 25e6, 5)
		r.now += days * 24 * 3600 * second
		r.next = r.now/analytics.TickEvery*analytics.TickEvery + analytics.TickEvery
		r.run(51, 5e6, 20)
		if got := states(r.elephants); got != "1started 1ended(idle)" && got != "1started 1ended(telemetry_lost)" {
			t.Errorf("%d days: messages are %q", days, got)
		}
		if n := countPaths(r, flow.PathExpired); n != 1 {
			t.Errorf("%d days: the flow expired %d times", days, n)
		}
		last := r.paths[0]
		for _, p := range r.paths {
			if p.Key.Proto == flow.ProtoUDP {
				last = p
			}
		}
		if last.Cause != flow.PathNew || last.FirstSeen < r.now-30*second {
			t.Errorf("%d days: the latest message is %s, first seen %d, now is %d", days, last.Cause, last.FirstSeen, r.now)
		}
	}
}

// An excess too short to be announced does not break the alert that it might have continued.
func TestUnannouncedEpisodeKeepsTheAlert(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Elephants.MinDuration = 6 * time.Second })
	r.run(51, 25e6, 10)
	r.run(51, 1e6, 10)
	r.run(51, 90e6, 1) // too short
	r.run(51, 1e6, 15)
	r.run(51, 25e6, 10)
	if got, want := states(r.elephants), "1started 1updated 1ended(below) 2started"; got != want {
		t.Fatalf("messages are %q, want %q", got, want)
	}
	if r.elephants[0].AlertSince != r.elephants[3].AlertSince {
		t.Error("the alert changed within a minute")
	}
}

// Polls of both ends of a link, and of a port whose other end nobody reports.
func TestLoadOfLinks(t *testing.T) {
	r := newRig(t, nil)
	poll := func(sw byte, port uint32, in, out uint64, discards uint32) {
		c := &flow.Counters{Agent: flow.AddrFrom4([4]byte{10, 255, 0, sw}), Received: r.now, SourceIndex: port, Records: flow.HasIf}
		c.If = flow.IfCounters{Index: port, Speed: 100e6, InOctets: in, OutOctets: out, OutDiscards: discards, InDiscards: discards}
		r.feed.Counters(c)
	}
	for i := range uint64(6) {
		poll(51, 1, i*2_500_000, i*1_000_000, 0) // 20 Mbit/s come from leaf1, which sends no counters
		poll(51, 3, i*1_000_000, i*5_000_000, uint32(i)*10)
		r.run(51, 25e6, 1)
	}
	if len(r.elephants) == 0 {
		t.Fatal("no elephant")
	}
	r.run(51, 25e6, 31)
	links := r.elephants[len(r.elephants)-1].Links
	if len(links) != 2 {
		t.Fatalf("links are %+v", links)
	}
	for _, l := range links {
		from := l.From.Switch
		switch {
		case from == "leaf1" && (l.Utilization < 0.16 || l.Utilization > 0.24 || l.DiscardRate != -1):
			t.Errorf("leaf1's link by the other end's counters: utilization %g, discards %g", l.Utilization, l.DiscardRate)
		case from == "spine1" && (l.Utilization < 0.32 || l.Utilization > 0.48 || l.DiscardRate < 9 || l.DiscardRate > 11):
			t.Errorf("spine1's link: utilization %g, discards %g", l.Utilization, l.DiscardRate)
		}
	}
}

// A port that frames enter from a switch that we do not hear is the receiving end of its link.
func TestLinkFromASilentSwitch(t *testing.T) {
	r := newRig(t, nil)
	for end := r.now + 5*second; r.now < end; {
		r.give(r.sample(8, 9, 51, 7, 8, 62)) // neither port of the spine leads to a switch that we hear
		r.advance(second / 20)
	}
	if len(r.elephants) == 0 {
		t.Fatal("no elephant")
	}
	in, out := 0, 0
	for _, l := range r.elephants[0].Links {
		switch {
		case l.From.IfIndex == 0 && l.To.IfIndex == 7:
			in++
		case l.From.IfIndex == 8 && l.To.IfIndex == 0:
			out++
		}
	}
	if in != 1 || out != 1 || len(r.elephants[0].Links) != 2 {
		t.Errorf("links are %+v", r.elephants[0].Links)
	}
}

// Records carry counts that agree with what was published.
func TestKnownCounts(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 1e6, 3)
	links, hosts := 0, 0
	for i := range r.records {
		if k := &r.records[i]; k.State == topology.Up && k.Since == k.Time {
			switch k.Kind {
			case topology.LinkRecord:
				links++
			case topology.HostRecord:
				hosts++
			case topology.SwitchRecord:
			}
		}
	}
	if st := r.e.Stats(); st.Links != links || st.Hosts != hosts || links != 8 {
		t.Errorf("%d links, %d hosts counted; %d and %d published", st.Links, st.Hosts, links, hosts)
	}
}

// Between polls the load of a link is that of its samples, scaled by what they
// were off by when the counters came.
func TestLoadBetweenPolls(t *testing.T) {
	r := newRig(t, nil)
	octets := uint64(0)
	poll := func() {
		c := &flow.Counters{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 51}), Received: r.now, SourceIndex: 3, Records: flow.HasIf}
		c.If = flow.IfCounters{Index: 3, Speed: 100e6, OutOctets: octets}
		r.feed.Counters(c)
	}
	for range 4 { // 25 Mbit/s are sampled, 50 are counted
		poll()
		r.run(51, 25e6, 5)
		octets += 5 * 50e6 / 8
	}
	poll()
	r.run(51, 40e6, 20) // no poll any more
	m := r.elephants[len(r.elephants)-1]
	for _, l := range m.Links {
		if l.From.Switch == "spine1" && (l.Utilization < 0.70 || l.Utilization > 0.90 || l.UtilizationAge > 1) {
			t.Errorf("%s %s: utilization %g, %g s old; want 0.8 by samples twice as large", m.State, l.ID, l.Utilization, l.UtilizationAge)
		}
	}
	if m.State != flow.ElephantUpdated {
		t.Errorf("the last message is %s", m.State)
	}
}

// Links tells what each link carries, in each direction, and of it what is elephants'.
func TestLinks(t *testing.T) {
	r := newRig(t, nil)
	octets := uint64(0)
	for range 40 {
		for _, end := range [...]struct {
			agent byte
			port  uint32
			out   bool
		}{{51, 3, true}, {3, 49, false}} {
			c := &flow.Counters{Agent: flow.AddrFrom4([4]byte{10, 255, 0, end.agent}), Received: r.now, SourceIndex: end.port, Records: flow.HasIf}
			c.If = flow.IfCounters{Index: end.port, Speed: 100e6}
			if end.out {
				c.If.OutOctets = octets
			} else {
				c.If.InOctets = octets * 98 / 100
			}
			r.feed.Counters(c)
		}
		r.run(51, 25e6, 2)
		octets += 2 * 50e6 / 8
	}
	list, more := r.e.Links(100)
	if len(list) != 16 || more != 0 { // 8 links, both directions
		t.Fatalf("%d links, %d more", len(list), more)
	}
	for _, l := range list {
		if l.Switch != "spine1" || l.IfIndex != 3 {
			continue
		}
		if l.Link != "leaf3:p49--spine1:p3" || l.Load.Bits < 40e6 || l.Load.Bits > 60e6 || l.Elephants < 20e6 || l.Elephants > 30e6 || l.Agreement < 0.4 || l.Agreement > 0.6 {
			t.Errorf("%+v", l)
		}
		if !l.GapKnown || l.Gap.Low > 0.02 || l.Gap.High < 0.02 || l.Gap.Ratio < 0.01 {
			t.Errorf("2%% get lost, told is %+v %v", l.Gap, l.GapKnown)
		}
	}
	if list, more = r.e.Links(3); len(list) != 3 || more != 13 {
		t.Errorf("%d links, %d more", len(list), more)
	}
}
