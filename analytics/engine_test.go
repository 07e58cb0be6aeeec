package analytics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

func states(es []*flow.Elephant) string {
	var s []string
	for _, e := range es {
		s = append(s, fmt.Sprintf("%d%s", e.Episode, e.State))
		if e.State == flow.ElephantEnded {
			s[len(s)-1] += "(" + e.EndReason.String() + ")"
		}
	}
	return strings.Join(s, " ")
}

func TestElephantHasOneLife(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 70)
	r.run(51, 1e6, 15)
	if got, want := states(r.elephants), "1started 1updated 1updated 1updated 1ended(below)"; got != want {
		t.Fatalf("messages are %q, want %q", got, want)
	}
	s := r.elephants[0]
	if s.Detected-s.Since > 2*second || s.Rate < 22e6 || s.Rate > 28e6 || s.Share < 0.22 || s.Share > 0.28 || s.Probability < 0.99 {
		t.Errorf("started: since %d, detected %d, rate %g, share %g, probability %g", s.Since, s.Detected, s.Rate, s.Share, s.Probability)
	}
	if s.RateLow >= s.Rate || s.RateHigh <= s.Rate {
		t.Errorf("interval %g..%g does not hold %g", s.RateLow, s.RateHigh, s.Rate)
	}
	end := r.elephants[4]
	if end.Ended < s.Detected+67*second || end.Ended > s.Detected+72*second {
		t.Errorf("ended %.1f s after its start, want about 70", float64(end.Ended-s.Detected)/1e9)
	}
	for _, e := range r.elephants[1:] {
		if e.AlertSince != s.AlertSince || e.Slot != s.Slot {
			t.Error("alert or slot changes within a life")
		}
	}
}

func TestElephantNamesItsLinks(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Topology.Speeds[0].Bps = 100e6 })
	r.run(51, 25e6, 5)
	if len(r.elephants) != 1 {
		t.Fatalf("messages: %s", states(r.elephants))
	}
	var got []string
	for _, l := range r.elephants[0].Links {
		got = append(got, fmt.Sprintf("%s:%s>%s:%s host %s", l.From.Switch, l.From.Name, l.To.Switch, l.To.Name, l.Host))
	}
	want := []string{"leaf1:p49>spine1:p1 host ", "spine1:p3>leaf3:p49 host "}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	var path []string
	for _, h := range r.elephants[0].Path {
		path = append(path, h.Switch)
	}
	if !slices.Equal(path, []string{"leaf1", "spine1", "leaf3"}) || r.elephants[0].PathState != flow.PathComplete {
		t.Errorf("path is %v, %v", path, r.elephants[0].PathState)
	}
}

func TestRestartWithinAMinuteIsAnEpisode(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 25e6, 5)
	r.run(51, 1e6, 30)
	r.run(51, 25e6, 5)
	r.run(51, 1e6, 90)
	r.run(51, 25e6, 5)
	want := "1started 1updated 1ended(below) 2started 2updated 2ended(below) 1started"
	if got := states(r.elephants); got != want {
		t.Fatalf("messages are %q, want %q", got, want)
	}
	if e := r.elephants; e[0].AlertSince != e[3].AlertSince || e[0].AlertSince == e[6].AlertSince {
		t.Error("a restart within 60 s must keep the alert, a later one must not")
	}
}

func TestEndReasons(t *testing.T) {
	f := func(name, want string, then func(*rig)) {
		t.Helper()
		r := newRig(t, nil)
		r.run(51, 25e6, 5)
		then(r)
		if got := states(r.elephants); strings.ReplaceAll(got, " 1updated", "") != "1started 1ended("+want+")" {
			t.Errorf("%s: messages are %q", name, got)
		}
	}
	f("its agents fall silent", "telemetry_lost", func(r *rig) { r.advance(20 * second) })
	f("it stops, its agents go on", "idle", func(r *rig) {
		for range 20 {
			r.give(r.sample(2, 4, 51, 2, 4, 63))
			r.advance(second)
		}
	})
	f("the collector stops", "collector_restart", func(r *rig) { r.e.Finish(r.now, flow.EndCollectorRestart) })
}

func TestNoSpeedNoAlert(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Topology.Speeds = nil })
	r.run(51, 90e6, 10)
	if len(r.elephants) > 0 {
		t.Error("an alert without any known speed")
	}
	if n := r.e.Stats().Shard.NoSpeed; n == 0 {
		t.Error("samples without a speed are not counted")
	}
}

func TestLateSamplesFeedNoDetector(t *testing.T) {
	r := newRig(t, nil)
	for range 200 {
		s := r.sample(1, 3, 51, 1, 3, 63)
		s.Time = r.now - 5*second
		r.give(s)
		r.advance(20e6)
	}
	if len(r.elephants) > 0 {
		t.Error("samples 5 s late made an elephant")
	}
	if n := r.e.Stats().Shard.Late; n != 200 {
		t.Errorf("%d late samples counted, want 200", n)
	}
	if len(r.paths) == 0 {
		t.Error("late samples must feed the path")
	}
}

func TestMinDurationAndBytes(t *testing.T) {
	f := func(name string, change func(*analytics.Config), after float64) {
		t.Helper()
		r := newRig(t, change)
		r.run(51, 50e6, 10)
		if len(r.elephants) == 0 {
			t.Errorf("%s: never announced", name)
			return
		}
		if d := float64(r.elephants[0].Time-r.elephants[0].Since) / 1e9; d < after {
			t.Errorf("%s: announced after %.1f s, want at least %g", name, d, after)
		}
	}
	f("duration", func(c *analytics.Config) { c.Elephants.MinDuration = 4 * time.Second }, 4)
	f("bytes", func(c *analytics.Config) { c.Elephants.MinBytes = 30e6 }, 4.5)
}

func TestPathMessages(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Flows.Idle = 10 * time.Second })
	r.paths = nil
	r.run(51, 1e6, 5)
	r.run(52, 1e6, 8)
	r.advance(30 * second)
	type message struct {
		Cause    string
		Revision uint32
		State    string
		Switches string
		Previous string
	}
	var got []message
	for _, p := range r.paths {
		if p.Key.Proto == flow.ProtoUDP {
			got = append(got, message{p.Cause.String(), p.Revision, p.State.String(), strings.Join(p.Switches(), ","), strings.Join(p.Previous, ",")})
		}
	}
	want := []message{
		{"new", 1, "complete", "leaf1,spine1,leaf3", ""},
		{"moved", 2, "complete", "leaf1,spine2,leaf3", "leaf1,spine1,leaf3"},
		{"expired", 3, "complete", "leaf1,spine2,leaf3", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("messages (-want +got):\n%s", d)
	}
	if n := r.e.Stats().Shard; n.PathStates[flow.PathComplete] != 0 || n.Flows != 0 {
		t.Errorf("after all expired: %+v", n)
	}
}

func TestPathPartial(t *testing.T) {
	r := newRig(t, nil)
	r.paths = nil
	for range 20 {
		r.give(r.sample(1, 9, 51, 1, 7, 63)) // port 7 of the spine leads to nobody we hear
		r.advance(second)
	}
	if len(r.paths) < 2 {
		t.Fatalf("%d messages", len(r.paths))
	}
	last := r.paths[len(r.paths)-1]
	if last.State != flow.PathPartial || last.UnknownAt == nil || last.UnknownAt.Switch != "spine1" || last.UnknownAt.IfIndex != 7 {
		t.Errorf("last message is %+v, unknown at %+v", last, last.UnknownAt)
	}
	if len(r.paths) > 3 {
		t.Errorf("%d messages although nothing changed", len(r.paths))
	}
}

func TestMinSamples(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Paths.MinSamples = 3 })
	r.paths = nil
	for i := range 4 {
		if n := len(r.paths); n > 0 && i < 3 {
			t.Errorf("published after %d samples", i)
		}
		r.give(r.sample(1, 3, 51, 1, 3, 63))
		r.advance(second)
	}
	if len(r.paths) != 1 {
		t.Errorf("%d messages, want 1", len(r.paths))
	}
}

func TestPacedPaths(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Paths.MaxPerSecond = 10 })
	r.advance(2 * second)
	r.paths = nil
	for i := range 35 {
		s := r.sample(1, 3, 51, 1, 3, 63)
		s.Packet.Key.SrcPort = uint16(i + 1)
		r.give(s)
		r.give(s) // flows of one sample have a pace of their own
	}
	r.advance(100e6)
	if n := len(r.paths); n > 10 {
		t.Errorf("%d messages at once, want at most 10", n)
	}
	r.advance(5 * second)
	r.paths = slices.DeleteFunc(r.paths, func(p *flow.Path) bool { return p.Key.Proto != flow.ProtoUDP }) // the hosts' own
	if n := len(r.paths); n != 35 {
		t.Errorf("%d messages in the end, want 35", n)
	}
	if n := r.e.Stats().PathsHeld; n < 25 {
		t.Errorf("%d messages counted as held back, want at least 25", n)
	}
}

func TestCountOnce(t *testing.T) {
	r := newRig(t, nil)
	f := func(name string, s *flow.Sample, want bool) {
		t.Helper()
		var l flow.Labels
		r.feed.Describe(s, &l)
		if l.CountOnce != want {
			t.Errorf("%s: count_once is %v", name, l.CountOnce)
		}
	}
	f("entry", r.sample(1, 3, 1, 1, 49, 64), true)
	f("spine", r.sample(1, 3, 51, 1, 3, 63), false)
	f("last leaf", r.sample(1, 3, 3, 49, 1, 62), false)
	egress := r.sample(1, 3, 1, 1, 49, 63)
	egress.Direction = flow.Egress
	f("entry leaf, on egress", egress, false)
}

// However many workers share the agents, the same is found.
func TestWorkersFindTheSame(t *testing.T) {
	sum := func(capture string, feeds int) []string {
		out := play(t, "../testdata/captures/"+capture+".pcap.zst", feeds, []topology.Speed{{Bps: 20e6}})
		last := map[string]string{}
		for _, p := range out.paths {
			last["path "+p.Key.String()] = p.State.String() + " " + strings.Join(p.Switches(), ",")
		}
		for _, e := range out.elephants {
			last[fmt.Sprintf("elephant %s %d %s", e.Key, e.Episode, e.State)] = e.EndReason.String()
		}
		for i := range out.records {
			last["record "+out.records[i].ID] = out.records[i].State.String()
		}
		var lines []string
		for k, v := range last {
			lines = append(lines, k+": "+v)
		}
		slices.Sort(lines)
		return lines
	}
	for capture, atLeast := range map[string]int{"ovs-l3-elephants": 200, "ovs-l2-paths": 100} {
		one := sum(capture, 1)
		if len(one) < atLeast {
			t.Fatalf("%s: only %d findings", capture, len(one))
		}
		for _, n := range []int{2, 4} {
			if d := cmp.Diff(one, sum(capture, n)); d != "" {
				t.Errorf("%s, %d workers (-one +%d):\n%s", capture, n, n, d)
			}
		}
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	r := newRig(t, nil)
	r.run(51, 8e6, 5)
	s := r.sample(1, 3, 51, 1, 3, 63)
	n := testing.AllocsPerRun(2000, func() {
		r.now += 1e6
		r.give(s)
		r.feed.Flush()
	})
	if n > 0 {
		t.Errorf("%v allocations a sample", n)
	}
}

func BenchmarkSample(b *testing.B) {
	r := newRig(b, nil)
	samples := make([]*flow.Sample, 10_000)
	for i := range samples {
		samples[i] = r.sample(1+i%4, 1+(i+1)%4, 51, uint32(1+i%4), uint32(1+(i+1)%4), 63)
		samples[i].Packet.Key.SrcPort = uint16(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r.now += 1000
		r.give(samples[i%len(samples)])
		if i%384 == 0 {
			r.feed.Flush()
		}
		i++
	}
}
