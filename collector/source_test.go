package collector

import (
	"math"
	"math/rand/v2"
	"testing"
)

// feeder feeds one data source's samples, a tenth of a second apart.
type feeder struct {
	a   *Agents
	seq uint32 // of datagrams
	now int64
}

func (f *feeder) sample(index, sequence, rate, drops uint32) uint32 {
	f.seq++
	f.now += second / 10
	acc := f.a.Account(agent1, 0, f.seq, 0, 0, f.now, peer1)
	return acc.Source(0, index, sequence, rate, drops)
}

func TestSourceExact(t *testing.T) {
	f := &feeder{a: agents(t, nil)}
	for i := range uint32(1000) {
		if got := f.sample(1, 1+i, 400, 0); got != 400 {
			t.Fatalf("sample %d stands for %d without loss", i, got)
		}
	}
	if got := f.sample(1, 1001, 0, 0); got != 0 {
		t.Errorf("rate 0 becomes %d", got)
	}
	if s := f.a.Snapshot()[0]; s.Flows != (SampleLoss{Samples: 1001}) || s.Sources != 1 {
		t.Errorf("snapshot %+v", s)
	}
}

// What samples stand for in sum is what was sampled, whatever share of them is lost.
func TestSourceLoss(t *testing.T) {
	for _, loss := range []float64{0.01, 0.1, 0.5, 0.9} {
		rng := rand.New(rand.NewPCG(7, 7))
		f := &feeder{a: agents(t, nil)}
		const n, rate = 50_000, 1000
		var sum float64
		for i := range uint32(n) {
			if rng.Float64() >= loss {
				sum += float64(f.sample(1, 1+i, rate, 0))
			}
		}
		if got := sum / (n * rate); math.Abs(got-1) > 0.03 {
			t.Errorf("loss %v: estimate %.3f of the truth", loss, got)
		}
	}
}

// The correction follows a change: it comes within some samples and is gone 10 s
// after the loss ended.
func TestSourceRecent(t *testing.T) {
	f := &feeder{a: agents(t, nil)}
	seq := uint32(0)
	run := func(samples int, step uint32) (last uint32) {
		for range samples {
			seq += step
			last = f.sample(1, seq, 100, 0)
		}
		return last
	}
	for _, step := range []struct {
		samples int
		step    uint32
		low, hi uint32
	}{{200, 1, 100, 100}, {50, 2, 120, 200}, {100, 2, 190, 200}, {105, 1, 100, 100}, {1, 1, 100, 100}} {
		if got := run(step.samples, step.step); got < step.low || got > step.hi {
			t.Errorf("after %+v: %d", step, got)
		}
	}
}

func TestSourceOddities(t *testing.T) {
	type in struct{ index, sequence, drops uint32 }
	step := func(n int, f func(i uint32) in) (list []in) {
		for i := range uint32(n) {
			list = append(list, f(i))
		}
		return list
	}
	tests := []struct {
		name    string
		in      []in
		low, hi uint32 // bounds for every sample from the 40th on
		dropped uint64
	}{
		{"agent drops as many as it sends", step(200, func(i uint32) in { return in{1, i, i} }), 190, 200, 199},
		{"the drop counter cleared", step(200, func(i uint32) in { return in{1, i, 1000 - min(i, 60)/60*1000} }), 100, 100, 0},
		{"sequence always 0", step(200, func(uint32) in { return in{1, 0, 0} }), 100, 100, 0},
		{"sequence random", step(200, func(i uint32) in { return in{1, i * 2654435761, 0} }), 100, 100, 0},
		{"restart of the numbering", step(200, func(i uint32) in { return in{1, 1 + (i+100_000*((i/50)%2))%150_000, 0} }), 100, 100, 0},
		{"wrap at 2^32", step(200, func(i uint32) in { return in{1, i - 100, 0} }), 100, 100, 0},
		{"every hundredth number: not loss", step(200, func(i uint32) in { return in{1, i * 100, 0} }), 100, 100, 0},
		{"neighbours change places", step(200, func(i uint32) in { return in{1, i ^ 1, 0} }), 100, 103, 0},
		{"one numbering for 48 sources", step(500, func(i uint32) in { return in{i * 7 % 48, i, 0} }), 100, 100, 0},
		{"one numbering for 4 sources, half of the datagrams lost", step(600, func(i uint32) in { return in{i % 4, i/20*40 + i%20, 0} }), 150, 250, 0},
		{"two sources in step", step(400, func(i uint32) in { return in{i % 2, i / 2, 0} }), 100, 100, 0},
		{"three sources in a staircase", step(600, func(i uint32) in { return in{i % 3, i/3 + i%3, 0} }), 100, 100, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &feeder{a: agents(t, nil)}
			for i, s := range tt.in {
				if got := f.sample(s.index, s.sequence, 100, s.drops); i >= 40 && (got < tt.low || got > tt.hi) {
					t.Fatalf("sample %d stands for %d, want %d to %d", i, got, tt.low, tt.hi)
				}
			}
			if got := f.a.Snapshot()[0].Flows.Dropped; got != tt.dropped {
				t.Errorf("%d dropped by the agent, want %d", got, tt.dropped)
			}
		})
	}
}

// A restarted agent begins with a clean slate.
func TestSourceRestart(t *testing.T) {
	a := agents(t, nil)
	var last uint32
	for i := range uint32(100) {
		acc := a.Account(agent1, 0, 1000+i, 1_000_000+i, 1_000_000+i, int64(i)*second/10, peer1)
		last = acc.Source(0, 1, 2*i, 100, 0)
	}
	if last < 190 {
		t.Fatalf("half was lost, but a sample stands for %d", last)
	}
	acc := a.Account(agent1, 0, 1, 10, 10, 11*second, peer1)
	if got := acc.Source(0, 1, 1, 100, 0); !acc.Restarted || got != 100 {
		t.Errorf("after the restart a sample stands for %d", got)
	}
}

// Sources that an agent invents are bounded, and idle ones give way.
func TestSourcesBounded(t *testing.T) {
	f := &feeder{a: agents(t, nil)}
	acc := f.a.Account(agent1, 0, 1, 0, 0, second, peer1)
	for i := range uint32(3 * sourcesPerAgent) {
		acc.Source(3, i, 1, 100, 0)
	}
	s := f.a.Stats()
	if s.Sources != sourcesPerAgent || s.UntrackedSamples != 2*sourcesPerAgent {
		t.Errorf("stats %+v", s)
	}
	f.now = second + idleAgent + scanEvery
	f.seq = 1
	f.sample(9, 1, 100, 0)
	if s := f.a.Stats(); s.Sources != 1 {
		t.Errorf("idle sources stay: %+v", s)
	}
	small := agents(t, func(c *AgentsConfig) { c.MaxSources = 10 })
	for i := range uint32(100) {
		acc := small.Account(agent1, i, 1, 0, 0, second, peer1)
		acc.Source(0, 1, 1, 100, 0)
	}
	if s := small.Stats(); s.Sources != 10 || s.Agents != 100 {
		t.Errorf("stats %+v", s)
	}
}
