package watch_test

import (
	"slices"
	"testing"

	"spoor/analytics/alert"
	"spoor/analytics/watch"
	"spoor/flow"
)

// talker is an agent that is heard each second.
type talker struct {
	*bench
	a watch.Agent
}

func newTalker(t *testing.T) *talker {
	t.Helper()
	return &talker{newBench(t), watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(1)}, Rate: 1000}}
}

// talk lets so many seconds pass in which the agent sends so many datagrams, of which some get lost.
func (x *talker) talk(seconds int, got, lost uint64) {
	x.run(seconds, func() {
		x.a.Heard = x.now
		x.a.Datagrams += got
		x.a.Lost += lost
		x.w.Agents([]watch.Agent{x.a})
	})
}

func (x *talker) silent(seconds int) {
	x.run(seconds, func() { x.w.Agents([]watch.Agent{x.a}) })
}

// TestPatience: an agent is silent after three times the longest pause that was seen lately, but
// not before 20 s and not after 5 min; it is told of 20 s later.
func TestPatience(t *testing.T) {
	for name, tc := range map[string]struct {
		pause, times int // how often it was heard before
		then         int // seconds in which it is heard each second after that
		want         string
	}{
		"each second":                     {1, 100, 0, "41 seconds"},
		"each 6 s":                        {6, 30, 0, "41 seconds"},
		"each 30 s: counters alone":       {30, 30, 0, "111 seconds"},
		"each 150 s":                      {150, 6, 0, "5 minutes"},    // 300 s and 20, not 450
		"each 30 s, then 100 s as others": {30, 30, 100, "53 seconds"}, // a hundredth of its patience goes with each
	} {
		t.Run(name, func(t *testing.T) {
			x := newTalker(t)
			n := 0
			x.run(tc.pause*tc.times, func() {
				if n++; n%tc.pause == 0 {
					x.a.Heard = x.now
					x.a.Datagrams++
				}
				x.w.Agents([]watch.Agent{x.a})
			})
			x.talk(tc.then, 1, 0)
			x.told = nil // rare ones are told of once, before it is known that they are
			x.silent(400)
			x.tells("raised warning AgentSilent: leaf1 has sent no sFlow for " + tc.want)
		})
	}
}

// TestAgentsThatNobodyTellsOf: who is no longer among the agents is forgotten, not silent, and
// when the figures themselves stop nobody is.
func TestAgentsThatNobodyTellsOf(t *testing.T) {
	x := newTalker(t)
	x.talk(100, 1, 0)
	x.run(200, func() { x.w.Agents(nil) })
	x.tells()
	x.silent(10) // it is new again, and was heard long ago
	x.talk(100, 1, 0)
	x.tells()
	x.run(200, nil)
	x.tells()
	x.silent(60)
	x.tells("raised warning AgentSilent")
}

// TestLossIsNotToldTwice: what an agent missed in its silence was told of as that.
func TestLossIsNotToldTwice(t *testing.T) {
	x := newTalker(t)
	x.talk(100, 10, 0)
	x.silent(60)
	x.a.Lost += 600
	x.talk(200, 10, 0)
	x.tells("raised warning AgentSilent", "resolved warning AgentSilent")
}

// TestOldLoss: what an agent had lost before it was heard of first is no news.
func TestOldLoss(t *testing.T) {
	x := newTalker(t)
	x.a.Datagrams, x.a.Lost, x.a.Samples, x.a.Dropped = 1000, 900, 1000, 900
	x.talk(200, 10, 0)
	x.tells()
}

// TestLossBounds: 1% of the datagrams of a minute is an alert, a fifth of that keeps it up; of a few
// datagrams nothing can be said.
func TestLossBounds(t *testing.T) {
	const raised, resolved = "raised warning TelemetryLoss: ", "resolved warning TelemetryLoss: "
	t.Run("few datagrams", func(t *testing.T) {
		x := newTalker(t)
		n := 0
		x.run(600, func() { // 16 within the minute, three of them lost
			if n++; n%20 == 0 {
				x.a.Datagrams += 4
				x.a.Lost++
			}
			x.a.Heard = x.now
			x.w.Agents([]watch.Agent{x.a})
		})
		x.tells()
		x.talk(120, 1, 1)
		x.tells(raised)
	})
	t.Run("under the bound", func(t *testing.T) {
		x := newTalker(t)
		x.talk(60, 992, 0)
		x.talk(300, 992, 8) // 0.8%
		x.tells()
		x.talk(120, 980, 20)
		x.tells(raised)
		x.talk(600, 997, 3) // 0.3% keeps it up
		x.tells()
		x.talk(300, 999, 1) // 0.1% does not
		x.tells(resolved)
	})
	t.Run("a burst is told of for its minute", func(t *testing.T) {
		x := newTalker(t)
		x.talk(60, 100, 0)
		x.talk(1, 0, 100)
		x.talk(170, 100, 0) // a minute that has it, two until it is resolved
		x.tells(raised)
		x.talk(20, 100, 0)
		x.tells(resolved)
	})
	t.Run("it names its reason", func(t *testing.T) {
		x := newTalker(t)
		x.a.SubAgent = 7
		x.talk(60, 100, 0)
		x.talk(60, 90, 10)
		if !slices.Contains(x.last.Labels, flow.Label{Name: "reason", Value: "lost_datagrams"}) {
			t.Errorf("labels are %v", x.last.Labels)
		}
		x.told = nil
		x.silent(60)
		if !slices.Contains(x.last.Labels, flow.Label{Name: "reason", Value: "sub-agent 7"}) {
			t.Errorf("of a sub-agent: %v", x.last.Labels)
		}
	})
}

// TestDroppedBounds: 5% of its samples is too much for an agent to drop, a fifth of that keeps the alert up.
func TestDroppedBounds(t *testing.T) {
	x := newTalker(t)
	sample := func(seconds int, got, dropped uint64) {
		x.run(seconds, func() {
			x.a.Heard = x.now
			x.a.Samples += got
			x.a.Dropped += dropped
			x.w.Agents([]watch.Agent{x.a})
		})
	}
	sample(60, 100, 0)
	sample(300, 960, 40)
	x.tells()
	sample(200, 900, 100)
	x.tells("raised warning TelemetryLoss: leaf1 itself dropped ")
	if !slices.Contains(x.last.Labels, flow.Label{Name: "reason", Value: "dropped_samples"}) {
		t.Errorf("labels are %v", x.last.Labels)
	}
	sample(600, 980, 20)
	x.tells()
	sample(300, 995, 5)
	x.tells("resolved warning TelemetryLoss")
	n := 0
	x.run(600, func() { // 18 samples within a minute, half of them dropped
		if n++; n%20 == 0 {
			x.a.Samples += 3
			x.a.Dropped += 3
		}
		x.a.Heard = x.now
		x.w.Agents([]watch.Agent{x.a})
	})
	x.tells()
}

// TestRate: a change of the sampling rate is told for 5 min and 10 more; a rate that is not known is no change.
func TestRate(t *testing.T) {
	x := newTalker(t)
	for _, rate := range []uint32{0, 1000, 0, 1000} {
		x.a.Rate = rate
		x.talk(60, 1, 0)
	}
	x.tells()
	x.a.Rate = 4000
	x.talk(880, 1, 0)
	x.tells("raised info SamplingRateChanged: leaf1 samples 1 in 4000 packets now, 1 in 1000 before")
	x.talk(40, 1, 0)
	x.tells("resolved info SamplingRateChanged")
}

// TestMixedCounters: the counters of several devices under one address say nothing of a port, nor for
// two minutes after, when they are compared with each other's still.
func TestMixedCounters(t *testing.T) {
	x := newTalker(t)
	p := x.port(1, 49)
	x.a.Shared = true
	x.talk(60, 1, 0)
	x.tells("raised warning AgentAddressShared")
	damage := func(seconds int, shared bool) {
		x.a.Shared = shared
		x.run(seconds, func() {
			p.In.Errors += 100
			p.In.Frames += 1000
			p.In.Octets += 1e6
			x.a.Heard = x.now
			x.w.Agents([]watch.Agent{x.a})
		})
	}
	damage(100, true)
	damage(115, false)
	x.tells()
	damage(45, false)
	x.tells("raised critical PortErrors")
}

// TestManySilent: more than ten at once, or most of three and more, are one alert, until five are left.
func TestManySilent(t *testing.T) {
	type step struct {
		talk int // so many of them are heard
		want []string
	}
	each := func(n int, what string) []string { return slices.Repeat([]string{what}, n) }
	const one, resolved = "raised warning AgentSilent: 10.255.0.", "resolved warning AgentSilent"
	for name, tc := range map[string]struct {
		agents int
		steps  []step
	}{
		"ten of forty":          {40, []step{{30, each(10, one)}}},
		"eleven of forty":       {40, []step{{29, []string{"raised warning AgentSilent: 11 switches have sent no sFlow for a while: 10.255.0.129, 10.255.0.130, 10.255.0.131, 10.255.0.132, 10.255.0.133 and 6 more"}}}},
		"then six, then five":   {40, []step{{29, []string{": 11 switches"}}, {34, nil}, {35, append([]string{resolved + ": 6 switches"}, each(5, one)...)}}},
		"one cause, then none":  {40, []step{{3, []string{"raised warning AgentSilent: 37 switches have sent no sFlow for a while: 10.255.0.103, "}}, {40, []string{resolved + ": 37 switches"}}}},
		"two of three":          {3, []step{{1, each(2, one)}}},
		"three of six":          {6, []step{{3, each(3, one)}}},
		"three of five, by all": {5, []step{{2, []string{"raised warning AgentSilent: 3 switches have sent no sFlow for a while: 10.255.0.102, 10.255.0.103, 10.255.0.104"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			list := make([]watch.Agent, tc.agents)
			for i := range list {
				list[i] = watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(byte(100 + i))}}
			}
			talk := func(n int) func() {
				return func() {
					for i := range list[:n] {
						list[i].Heard = b.now
					}
					b.w.Agents(list)
				}
			}
			b.run(60, talk(tc.agents))
			for _, s := range tc.steps {
				b.run(100, talk(s.talk))
				b.tells(s.want...)
			}
		})
	}
}

// TestManyAndMuted: whom a rule mutes counts for none of the many.
func TestManyAndMuted(t *testing.T) {
	b := newBench(t)
	rule, err := alert.ParseRule(`name=leaf alert=AgentSilent switch=leaf1`, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.w.Mute([]alert.Rule{rule})
	list := make([]watch.Agent, 4)
	for i, n := range []byte{1, 2, 51, 52} {
		list[i] = watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(n)}}
	}
	b.run(60, func() {
		for i := range list {
			list[i].Heard = b.now
		}
		b.w.Agents(list)
	})
	b.run(100, func() { list[3].Heard = b.now; b.w.Agents(list) })
	b.tells("raised warning AgentSilent: leaf2 ", "raised warning AgentSilent: spine1 ") // with leaf1 they would be most of four
	if refused, muted := b.w.Refused(); refused != 0 || muted == 0 {
		t.Errorf("%d refused, %d muted", refused, muted)
	}
}

// TestSocketBounds: the socket is looked at each 10 s, first without a word; a fifth of 1% keeps an alert up.
func TestSocketBounds(t *testing.T) {
	b := newBench(t)
	received, dropped := uint64(1000), uint64(5000) // before this watch began
	socket := func(seconds int, got, lost uint64) {
		b.run(seconds, func() {
			received += got
			dropped += lost
			b.w.Socket(received, dropped)
		})
	}
	socket(120, 1000, 0)
	b.tells()
	socket(300, 994, 6)
	b.tells()
	socket(100, 980, 20)
	b.tells("raised warning TelemetryLoss: 2.00% of all datagrams were dropped at this collector's socket within the last 10 seconds")
	if !slices.Contains(b.last.Labels, flow.Label{Name: "reason", Value: "socket_overflow"}) {
		t.Errorf("labels are %v", b.last.Labels)
	}
	socket(600, 997, 3)
	b.tells()
	socket(200, 999, 1)
	b.tells("resolved warning TelemetryLoss")
	socket(300, 0, 1) // 10 within 10 s, all of them lost: too few to say
	b.tells()
}

// TestSlowDetectionBounds: the promise must be missed by a fifth to raise an alert, and figures are believed for two minutes and a half.
func TestSlowDetectionBounds(t *testing.T) {
	b := newBench(t)
	d := watch.Detection{Switch: b.id(1, 49).Switch, Port: 49, P99: 5.9, Rate: 2000, Wanted: 1000, Slow: 1, Ports: 4}
	n := 0
	minutely := func() {
		if n++; n%60 == 0 {
			b.w.Detects(&d, 5)
		}
	}
	b.run(900, minutely)
	b.tells()
	d.P99 = 6
	b.run(700, minutely)
	b.tells("raised info DetectionSlow")
	b.run(700, nil) // the figures stop: 150 s until they are nothing, 600 to be sure
	b.tells()
	b.run(100, nil)
	b.tells("resolved info DetectionSlow")
}
