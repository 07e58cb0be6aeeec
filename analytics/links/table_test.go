package links_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

const second = int64(1e9)

var port = links.ID{Switch: 1, IfIndex: 5}

// poll gives counters of a port.
func poll(at, in, out uint64) *links.Poll {
	return &links.Poll{
		Port: port, At: int64(at) * second, Speed: 1e9, Up: true, UpKnown: true,
		In: links.Count{Octets: in}, Out: links.Count{Octets: out},
	}
}

func TestLoadByCounters(t *testing.T) {
	table := links.New(10)
	if l := table.Load(port, flow.Ingress, 0); l.Source != links.Unknown || l.Discards != -1 {
		t.Errorf("a port that was never heard of: %+v", l)
	}
	c := poll(100, 1000, 2000)
	c.Out.Discards, c.In.Errors = 7, math.MaxUint32
	table.Poll(c)
	if l := table.Load(port, flow.Ingress, 101*second); l.Source != links.Unknown {
		t.Errorf("a rate from one poll: %+v", l)
	}
	c = poll(120, 1000+20e6, 2000+40e6)
	c.Out.Discards, c.In.Errors, c.In.Frames = 27, math.MaxUint32, 20_000
	c.Out.Frames = 100 // it wrapped: 400,000 octets a frame
	table.Poll(c)
	table.Poll(c) // by another worker
	want := links.Load{Bits: 8e6, Source: links.Counters, Age: 5, Over: 20, Frames: 1000, Discards: 0, Errors: -1, Polled: 5}
	if l := table.Load(port, flow.Ingress, 125*second); l != want {
		t.Errorf("in: %+v, want %+v", l, want)
	}
	want = links.Load{Bits: 16e6, Source: links.Counters, Age: 5, Over: 20, Frames: -1, Discards: 1, Errors: 0, Polled: 5}
	if l := table.Load(port, flow.Egress, 125*second); l != want {
		t.Errorf("out: %+v, want %+v", l, want)
	}
	if l := table.Load(port, flow.Egress, 190*second); l.Source != links.Unknown {
		t.Errorf("after three intervals without a poll: %+v", l)
	}
}

func TestCountersThatWrap(t *testing.T) {
	f := func(what string, was, is uint64, want float64) {
		t.Helper()
		table := links.New(10)
		table.Poll(poll(100, was, 0))
		table.Poll(poll(110, is, 0))
		l := table.Load(port, flow.Ingress, 110*second)
		if want < 0 && l.Source != links.Unknown || want >= 0 && (l.Source != links.Counters || math.Abs(l.Bits-want) > 1) {
			t.Errorf("%s: %+v, want %g", what, l, want)
		}
	}
	f("as usual", 5, 5+1e7, 8e6)
	f("faster than the stated speed", 0, 1e11, 8e10)
	f("32 bits", 1<<32-1e6, 9e6, 8e6)
	f("64 bits", math.MaxUint64-1e6, 9e6, 8e6)
	f("reset", 1e12, 1e6, -1)
	f("reset of a small one", 1e9, 2e6, -1) // 3.3 GB in 10 s are more than the port can carry
	f("not counted", math.MaxUint64, math.MaxUint64, -1)
}

func TestResetBeginsAnew(t *testing.T) {
	table := links.New(10)
	table.Poll(poll(100, 1e12, 0))
	table.Poll(poll(120, 1e12+1e6, 0))
	table.Poll(poll(140, 10, 0))
	if l := table.Load(port, flow.Ingress, 140*second); l.Source != links.Unknown {
		t.Errorf("after a reset: %+v", l)
	}
	table.Poll(poll(160, 10+2e7, 0))
	if l := table.Load(port, flow.Ingress, 160*second); l.Bits != 8e6 {
		t.Errorf("after the next poll: %+v", l)
	}
}

// TestLoadBetweenPolls: the samples' rate follows a change at once, scaled by
// what they were off by before.
func TestLoadBetweenPolls(t *testing.T) {
	table := links.New(10)
	table.Poll(poll(100, 0, 0))
	for i := range int64(200) { // the agent reports half of what it should
		table.Sampled(port, flow.Ingress, 100*second+i*second/10, 0.5e6, 1)
	}
	table.Poll(poll(120, 25e6, 0)) // 10 Mbit/s
	if ratio, n, ok := table.Agreement(port, flow.Ingress); !ok || math.Abs(ratio-0.5) > 0.01 || n != 200 {
		t.Errorf("agreement %g %g %v, want 0.5 from 200 samples", ratio, n, ok)
	}
	if _, _, ok := table.Agreement(port, flow.Egress); ok {
		t.Error("agreement of a direction without samples")
	}
	for i := range int64(100) { // three times as much from now on
		table.Sampled(port, flow.Ingress, 120*second+i*second/10, 1.5e6, 1)
	}
	if l := table.Load(port, flow.Ingress, 122*second); l.Source != links.Counters || l.Bits != 10e6 {
		t.Errorf("right after a poll: %+v", l)
	}
	if l := table.Load(port, flow.Ingress, 130*second); l.Source != links.Samples || math.Abs(l.Bits-30e6) > 1 || l.Age != 0 || l.Over != 4 || l.Polled != 10 {
		t.Errorf("10 s after a poll: %+v", l)
	}
	if l := table.Load(port, flow.Ingress, 150*second); l.Source != links.Counters || l.Age != 30 {
		t.Errorf("without samples: %+v", l)
	}
}

func TestStatus(t *testing.T) {
	table := links.New(10)
	step := func(at uint64, up, off bool) {
		c := poll(at, at, at)
		c.Up, c.AdminOff = up, off
		table.Poll(c)
	}
	if s := table.Status(port); s.Known {
		t.Errorf("%+v", s)
	}
	step(100, true, false)
	step(120, true, false)
	if s := table.Status(port); !s.Known || !s.Up || s.Changed != 0 || s.Flaps != 0 {
		t.Errorf("steady: %+v", s)
	}
	step(140, false, false)
	step(160, true, false)
	step(180, false, true)
	if s := table.Status(port); s.Up || !s.AdminOff || s.Changed != 180*second || s.Flaps != 2 || s.Polled != 180*second {
		t.Errorf("after a flap and a shutdown: %+v", s)
	}
}

// TestRestart: counters from before a restart may be another port's.
func TestRestart(t *testing.T) {
	table := links.New(10)
	table.Poll(poll(100, 0, 0))
	table.Poll(poll(120, 1e6, 0))
	table.Restarted(map[topology.SwitchID]bool{port.Switch: true})
	if peak, _ := table.Poll(poll(123, 400e6, 0)); peak != 0 || table.Load(port, flow.Ingress, 124*second).Source != links.Unknown {
		t.Errorf("peak %g, load %+v", peak, table.Load(port, flow.Ingress, 124*second))
	}
	table = links.New(10)
	table.Poll(poll(100, 0, 0))
	if peak, _ := table.Poll(poll(103, 500e6, 0)); peak != 0 {
		t.Errorf("polls 3 s apart prove a rate of %g on a port of 1e9", peak)
	}
}

func TestTableIsBounded(t *testing.T) {
	table := links.New(100)
	for i := range uint32(1000) {
		c := poll(100, 0, 0)
		c.Port.IfIndex = i
		table.Poll(c)
		table.Sampled(c.Port, flow.Ingress, 1, 1, 1)
	}
	if table.Refused != 1800 {
		t.Errorf("%d refused", table.Refused)
	}
}

// link is two ports that are polled at moments of their own while traffic
// varies from second to second and part of it gets lost.
type link struct {
	table    *links.Table
	from, to links.ID
	rng      *rand.Rand
	out, in  float64           // octets
	began    float64           // seconds of earlier runs
	polled   func(now float64) // called after each poll of the receiving end
}

func newLink(seed uint64) *link {
	return &link{table: links.New(10), from: links.ID{Switch: 1, IfIndex: 1}, to: links.ID{Switch: 2, IfIndex: 1}, rng: rand.New(rand.NewPCG(seed, 1))}
}

// run lets so many seconds pass.
func (l *link) run(seconds int, loss, every float64) {
	nextA, nextB := l.began+l.rng.Float64()*every, l.began+l.rng.Float64()*every
	rate := 30e6
	for s := range seconds * 10 {
		now := l.began + float64(s)/10
		if s%10 == 0 {
			rate += (30e6-rate)/10 + l.rng.NormFloat64()*4e6 // octets a second: 30% more or less, for about 10 s
		}
		octets := max(rate, 0) / 10 * (0.7 + 0.6*l.rng.Float64())
		l.out += octets
		l.in += octets * (1 - loss)
		at := 1e12 + now*1e9
		if now >= nextA {
			l.table.Poll(&links.Poll{Port: l.from, At: int64(at + l.rng.Float64()*1e9), Speed: 1e9, Out: links.Count{Octets: uint64(l.out)}})
			nextA += every
		}
		if now >= nextB {
			l.table.Poll(&links.Poll{Port: l.to, At: int64(at + l.rng.Float64()*1e9), Speed: 1e9, In: links.Count{Octets: uint64(l.in)}})
			nextB += every
			if l.polled != nil {
				l.polled(now)
			}
		}
		if s == 0 && l.began == 0 { // the histories begin
			l.table.Poll(&links.Poll{Port: l.from, At: int64(at)})
			l.table.Poll(&links.Poll{Port: l.to, At: int64(at)})
			l.table.Unaccounted(l.from, l.to)
		}
	}
	l.began += float64(seconds)
}

// TestUnaccounted: half a percent of loss is found within ten minutes most of the time, and its
// interval holds it; without loss nothing is found.
func TestUnaccounted(t *testing.T) {
	held, found, false5 := 0, 0, 0
	const runs = 200
	for seed := range uint64(runs) {
		lossy, clean := newLink(seed), newLink(seed+1000)
		lossy.run(600, 0.005, 20)
		clean.run(600, 0, 20)
		g, ok := lossy.table.Unaccounted(lossy.from, lossy.to)
		if !ok || g.Window < 200 {
			t.Fatalf("seed %d: %+v %v", seed, g, ok)
		}
		if g.Low <= 0.005 && g.High >= 0.005 {
			held++
		}
		if g.Verdict() == links.Loss {
			found++
		}
		if g, _ := clean.table.Unaccounted(clean.from, clean.to); g.Verdict() != links.Accounted {
			false5++
		}
	}
	t.Logf("of %d: interval holds the loss %d, found %d, false %d", runs, held, found, false5)
	if held < runs*97/100 || found < runs*88/100 || false5 > 0 {
		t.Errorf("interval holds the loss in %d of %d, found %d, false %d", held, runs, found, false5)
	}
}

// TestMended: that a loss is over is found about as soon as the loss was, and not while it lasts.
func TestMended(t *testing.T) {
	const runs, lasts = 50, 5400
	for _, loss := range [...]float64{0.02, 0.005} {
		early, never := 0, 0
		var after []float64
		for seed := range uint64(runs) {
			l := newLink(seed)
			found, over, mended := false, false, 0.0
			l.polled = func(now float64) {
				if g, ok := l.table.Unaccounted(l.from, l.to); ok && g.Verdict() == links.Loss {
					found = true
				}
				if over = over || found && l.table.Mended(l.from, l.to); over && mended == 0 {
					mended = now
				}
			}
			l.run(lasts, loss, 20)
			if !found {
				t.Fatalf("seed %d: %g was not found", seed, loss)
			}
			if over {
				early++
				continue
			}
			if l.run(3600, 0, 20); !over {
				never++
				continue
			}
			after = append(after, mended-lasts)
		}
		slices.Sort(after)
		t.Logf("%.1f%% lost: of %d, over too early %d, never %d, else after %.0f s (median), %.0f s (9 in 10), %.0f s (all)",
			100*loss, runs, early, never, after[len(after)/2], after[len(after)*9/10], after[len(after)-1])
		if early > 0 || never > 0 || after[len(after)/2] > 900 {
			t.Errorf("%.1f%% lost: too early %d, never %d, median %.0f s", 100*loss, early, never, after[len(after)/2])
		}
	}
}

func TestUnaccountedOverAnHour(t *testing.T) {
	l := newLink(7)
	l.run(3*3600, 0.002, 30)
	g, ok := l.table.Unaccounted(l.from, l.to)
	if !ok || g.Window < 3000 || g.Window > 3700 || math.Abs(g.Ratio-0.002) > 0.0008 || g.High-g.Low > 0.003 || g.Verdict() != links.Loss {
		t.Errorf("%+v %v", g, ok)
	}
}

func TestPortsThatFaceOthersAreNoLink(t *testing.T) {
	f := func(loss float64, want links.Verdict) {
		t.Helper()
		l := newLink(4)
		l.run(600, loss, 20)
		if g, ok := l.table.Unaccounted(l.from, l.to); !ok || g.Verdict() != want {
			t.Errorf("loss %g: %+v %v %v, want %v", loss, g, g.Verdict(), ok, want)
		}
	}
	f(0.6, links.NotALink)
	f(-0.5, links.NotALink)
	f(0.02, links.Loss)
	f(0, links.Accounted)
}

func TestForgottenHistoryBeginsAnew(t *testing.T) {
	l := newLink(5)
	l.run(600, 0, 20)
	l.table.Forget(l.to)
	if g, ok := l.table.Unaccounted(l.from, l.to); ok {
		t.Errorf("%+v", g)
	}
}

func BenchmarkPoll(b *testing.B) {
	table := links.New(1 << 16)
	c := poll(0, 0, 0)
	b.ReportAllocs()
	for i := range uint32(10_000) {
		c.Port.IfIndex = i
		table.Poll(c)
	}
	for b.Loop() {
		c.Port.IfIndex = (c.Port.IfIndex + 1) % 10_000
		if c.Port.IfIndex == 0 {
			c.At += 20 * second
			c.In.Octets += 1e6
		}
		table.Poll(c)
	}
}
