// Package montecarlo measures the detector alone, over more time than whole
// fabrics can be simulated for: how often a flow below the threshold raises a
// false alert, how soon one above it is found. Samples arrive as agents send
// them: held back until a datagram is full or a second is over.
package montecarlo

import (
	"math"
	"math/rand/v2"
	"slices"

	"spoor/analytics/elephant"
	"spoor/internal/testkit/scenario"
)

// Mode is how a flow is sampled and how its samples travel.
type Mode struct {
	Name   string
	About  string
	Stages int
	Hold   func(r *rand.Rand) float64 // seconds for which an agent gathers samples; nil: each sample goes at once
}

// perStage is the samples a second of a flow at the threshold at one stage that samples one in ifSpeed/1e6.
const perStage = 8.234

// full is how many samples fill a datagram.
const full = 7

// Modes lists them.
func Modes() []Mode {
	second := func(*rand.Rand) float64 { return 1 }
	slow := func(r *rand.Rand) float64 { return 1 + 6*r.Float64() }
	return []Mode{
		{"one path", "3 hops", 3, second},
		{"VXLAN", "4 stages: bare, in the tunnel, bare again", 4, second},
		{"held back", "3 hops, agents that send each 1 to 7 s", 3, slow},
		{"VXLAN held back", "4 stages, agents that send each 1 to 7 s", 4, slow},
	}
}

// source is an agent with the samples that it holds.
type source struct {
	next float64   // its next sample
	due  float64   // when what it holds goes out at the latest
	sent float64   // when it last sent
	held []float64 // times of samples
}

// flow is one flow of a constant rate, as it arrives.
type flow struct {
	mode    *Mode
	r       *rand.Rand
	rate    float64 // samples a second at each stage
	until   float64 // no samples are taken from then on
	sources []source
}

func newFlow(m *Mode, r *rand.Rand, times, until float64) *flow {
	f := &flow{mode: m, r: r, rate: perStage * times, until: until, sources: make([]source, m.Stages)}
	for i := range f.sources {
		s := &f.sources[i]
		s.due = math.Inf(1)
		f.draw(s)
		if m.Hold != nil {
			s.due = r.Float64() * m.Hold(r)
		}
	}
	return f
}

// draw gives a source its next sample, none once the flow is over.
func (f *flow) draw(s *source) {
	if s.next += f.r.ExpFloat64() / f.rate; s.next > f.until {
		s.next = math.Inf(1)
	}
}

// mostHeld is more seconds than any mode holds samples back.
const mostHeld = 10

// step gives the next datagram: when it arrives, when the one before it did, and
// its number of samples. Once the flow is over it arrives at +Inf.
func (f *flow) step() (at, before float64, n int) {
	for {
		best := 0
		for i := range f.sources {
			if f.sources[i].soonest() < f.sources[best].soonest() {
				best = i
			}
		}
		s := &f.sources[best]
		if at, before = s.soonest(), max(s.sent, s.soonest()-1); at > f.until+mostHeld {
			return math.Inf(1), 0, 0
		}
		if s.next > s.due { // time is over
			s.due = at + f.mode.Hold(f.r)
		} else {
			s.held = append(s.held, s.next)
			f.draw(s)
			if f.mode.Hold == nil {
				before = at
			} else if len(s.held) < full {
				continue
			}
		}
		if n = len(s.held); n > 0 {
			s.held, s.sent = s.held[:0], at
			return at, before, n
		}
	}
}

func (s *source) soonest() float64 { return min(s.next, s.due) }

// observe hands a datagram's samples to the detector, with their times as they are guessed.
func (f *flow) observe(p *elephant.Preset, st *elephant.State, recent *elephant.Recent, at, before float64, n int) (started bool) {
	b := 1 / (perStage * float64(f.mode.Stages))
	for i := range n {
		t := before + (float64(i)+0.5)/float64(n)*(at-before)
		started = p.Observe(st, recent, int64(t*1e9), b, false) == elephant.Started || started
	}
	return started
}

// rearm is the seconds after an alert until the next may count: one that does
// not end by itself would hide those that follow.
const rearm = 30

// FalseAlerts counts the alerts of a flow at some part of the threshold in days of its life.
func FalseAlerts(m *Mode, p *elephant.Preset, times, days float64, seed uint64) int {
	f := newFlow(m, rand.New(rand.NewPCG(seed, 1)), times, math.Inf(1))
	var st elephant.State
	var recent elephant.Recent
	alerts, armed := 0, 0.0
	for end := days * 86400; ; {
		at, before, n := f.step()
		if at > end {
			return alerts
		}
		if at > armed && f.observe(p, &st, &recent, at, before, n) {
			alerts++
			st, armed = elephant.State{}, at+rearm
			recent.Reset()
		}
	}
}

// Delays gives how long the detector takes, sorted, for a flow at so many times
// the threshold: runs of it, each stopped after limit seconds (+Inf then).
func Delays(m *Mode, p *elephant.Preset, times, limit float64, runs int, seed uint64) []float64 {
	all := make([]float64, runs)
	for i := range all {
		f := newFlow(m, rand.New(rand.NewPCG(seed, uint64(i))), times, math.Inf(1))
		var st elephant.State
		var recent elephant.Recent
		for all[i] = math.Inf(1); ; {
			at, before, n := f.step()
			if at > limit {
				break
			}
			if f.observe(p, &st, &recent, at, before, n) {
				all[i] = at
				break
			}
		}
	}
	slices.Sort(all)
	return all
}

// Bursts gives how many of so many bursts raise an alert: a part of a
// threshold-second at some times the threshold, then nothing.
func Bursts(m *Mode, p *elephant.Preset, part, times float64, runs int, seed uint64) int {
	alerts := 0
	for i := range runs {
		f := newFlow(m, rand.New(rand.NewPCG(seed, uint64(i))), times, part/times)
		var st elephant.State
		var recent elephant.Recent
		for {
			at, before, n := f.step()
			if math.IsInf(at, 1) {
				break
			}
			if f.observe(p, &st, &recent, at, before, n) {
				alerts++
				break
			}
		}
	}
	return alerts
}

// Quantile of sorted values.
func Quantile(sorted []float64, p float64) float64 {
	return sorted[int(math.Ceil(p*float64(len(sorted)-1)))]
}

// Upper gives the rate that n events in some days leave possible: with 95%
// confidence the true rate a day lies below (Poisson, exact).
func Upper(n int, days float64) float64 {
	low, high := float64(n), float64(n)+5*math.Sqrt(float64(n)+1)+5
	for range 60 {
		mid := (low + high) / 2
		if atMost(n, mid) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return high / days
}

// atMost gives the probability of at most n events where mean are expected.
func atMost(n int, mean float64) float64 {
	sum, log := 0.0, -mean
	for k := 0; ; k++ {
		sum += math.Exp(log)
		if k == n {
			return sum
		}
		log += math.Log(mean) - math.Log(float64(k+1))
	}
}

// Write puts a table into a document, between its marks.
func Write(file string, text []byte) error { return scenario.Replace(file, "montecarlo", text) }
