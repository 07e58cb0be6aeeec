package elephant

import (
	"math"

	"spoor/flow"
)

// State is what the detector keeps per flow: 36 bytes, no pointers. The zero
// State is a flow without samples. The buckets' levels are in threshold-seconds,
// the clocks those of Clock.
type State struct {
	T      uint32  // event time of the latest sample
	S1, S2 float32 // slow and fast bucket
	Q      float32 // decaying maximum of what one sample stands for
	Rate   float32 // EWMA (2 s) of the flow's rate over the threshold, as of T; see Level
	Down   float32 // reverse bucket, while On
	DownAt uint32  // when the reverse bucket was last empty, while On
	Since  uint32  // when the slow bucket was last empty before the flow became an elephant
	On     bool    // is an elephant
	Proof  uint8   // flow.Proof of the latest start
	Starts uint16  // times it became one, up to 65535
}

// Decision is what a sample or a tick changed.
type Decision uint8

// Decisions.
const (
	None Decision = iota
	Started
	Ended
)

// clockShift makes units of 2^17 ns (131 us), which wrap after 6.5 days.
const clockShift = 17

// Clock gives the 32-bit clock of a time in Unix ns. Differences are right
// while they are below 3 days; the flow table expires flows long before.
func Clock(t int64) uint32 { return uint32(t >> clockShift) }

// unclock gives the latest time up to 3 days after ref with this clock, to 131 us.
func unclock(c uint32, ref int64) int64 {
	return ref - int64(int32(Clock(ref)-c))<<clockShift - ref&(1<<clockShift-1)
}

func elapsed(from, to uint32) float32 {
	return float32(int32(to-from)) * (1 << clockShift) / 1e9
}

// Observe takes a sample of event time t that stands for b threshold-seconds
// (0: it does not count, only time passes). proven says that Sequence proved at
// least the threshold; it decides only where the samples do not speak against it
// (EWMA of 2 s at least 0.5 x). At Started, SinceTime tells the start of the
// excess; the time of detection is the caller's now.
//
// Samples of several agents come a little out of order: no time passes for a
// late one. recent, where it is not nil, puts them in order before it comes to
// an alert. At most one decision falls per sample; Ended can not be followed by
// Started in the same call.
func (p *Preset) Observe(s *State, recent *Recent, t int64, b float64, proven bool) Decision {
	c := Clock(t)
	if s.Q == 0 && !s.On { // the first sample: a fresh entry's T may be later than t
		s.T, s.Since = c, c
	}
	x := weight(b)
	if recent != nil {
		if recent.known = recent.known && !s.On; !s.On {
			recent.add(s, c, x)
		}
	}
	dt := max(elapsed(s.T, c), 0)
	if dt > 0 {
		s.T = c
		s.Rate *= float32(fade(float64(dt) / rateTau))
	}
	if x > s.Q {
		s.Q = x
	} else if x > 0 {
		s.Q += qDecay * (x - s.Q)
	}
	s.Rate += x / rateTau
	s.leak(dt)
	s.S1, s.S2 = min(s.S1+x, fullest), min(s.S2+x, fullest)
	if s.On {
		return p.fall(s, dt, x)
	}
	return p.rise(s, recent, proven)
}

// Pass lets time pass up to t without a sample that counts: it decides nothing,
// for what the buckets hold was looked at when it came, with its times.
func (s *State) Pass(t int64) {
	if s.On {
		return
	}
	c := Clock(t)
	if s.Q == 0 {
		s.T, s.Since = c, c
	}
	dt := max(elapsed(s.T, c), 0)
	if dt == 0 {
		return
	}
	s.T = c
	s.Rate *= float32(fade(float64(dt) / rateTau))
	s.leak(dt)
}

// leak lets the buckets leak for dt seconds.
func (s *State) leak(dt float32) {
	s.S1 = max(0, s.S1-dt)
	if s.S1 == 0 && !s.On {
		s.Since = s.T
	}
	s.S2 = max(0, s.S2-fastLeak*dt)
}

// fullest bounds the levels, so that float32 stays exact enough however long an elephant lasts.
const fullest = 4096

// weight makes b safe: a threshold of 0 or unknown must not poison the buckets.
func weight(b float64) float32 {
	if !(b > 0) { // NaN too
		return 0
	}
	return float32(min(b, fullest))
}

func (p *Preset) rise(s *State, recent *Recent, proven bool) Decision {
	proof := flow.ProofSamples
	switch {
	case p.full(s, recent):
	case proven && s.Rate >= 0.5:
		proof = flow.ProofSequence
	default:
		return None
	}
	s.On, s.Proof = true, uint8(proof)
	s.Down, s.DownAt = 0, s.T
	if s.Starts < math.MaxUint16 {
		s.Starts++
	}
	return Started
}

// full tells whether a bucket is.
func (p *Preset) full(s *State, recent *Recent) bool {
	if max(s.S1, s.S2) < floor || s.Q == 0 {
		return false
	}
	slow, fast := p.sizes(float64(s.Q))
	if float64(s.S1) < slow && float64(s.S2) < fast {
		return false
	}
	return recent == nil || recent.full(float32(slow), float32(fast))
}

// sizes gives those of the buckets where one sample stands for q threshold-seconds.
func (p *Preset) sizes(q float64) (slow, fast float64) {
	least := floor + p.Burst*math.Sqrt(q)
	return max(p.Slow*q, least), max(p.Fast*q, least)
}

func (p *Preset) fall(s *State, dt, x float32) Decision {
	s.Down += endLeak * dt
	if p.over(s, s.Down, elapsed(s.DownAt, s.T)) {
		s.end()
		return Ended
	}
	if s.Down -= x; s.Down <= 0 {
		s.Down, s.DownAt = 0, s.T
	}
	return None
}

// over tells whether a reverse bucket of that level, last empty that many seconds ago, ends the elephant.
func (p *Preset) over(s *State, level, since float32) bool {
	return level > max(float32(p.End)*s.Q, floor) && since >= pause
}

func (s *State) end() {
	s.On = false
	s.S1, s.S2, s.Down = 0, 0, 0
	s.Since = s.T
}

// Idle ends an elephant whose samples stopped: as if samples that weigh nothing
// had come until a second before now (agents hold samples for that long). Call
// it from ticks for flows that are On.
func (p *Preset) Idle(s *State, now int64) Decision {
	if !s.On {
		return None
	}
	c := Clock(now - int64(hold*1e9))
	silent := elapsed(s.T, c)
	if silent <= 0 || !p.over(s, s.Down+endLeak*silent, elapsed(s.DownAt, c)) {
		return None
	}
	s.end()
	return Ended
}

// SinceTime estimates when the excess began: when the slow bucket was last
// empty before it filled. ref is a time less than 3 days off, best now.
func (s *State) SinceTime(ref int64) int64 { return unclock(s.Since, ref) }

// FallTime estimates when the flow fell below the threshold for good: when the
// reverse bucket was last empty. ref as in SinceTime.
func (s *State) FallTime(ref int64) int64 { return unclock(s.DownAt, ref) }

// LastTime gives the event time of the latest sample; ref as in SinceTime.
func (s *State) LastTime(ref int64) int64 { return unclock(s.T, ref) }

// Level gives the flow's rate over the threshold by the EWMA of 2 s, as of t.
// With few samples a second it is rough: for decisions about promotion, not for people.
func (s *State) Level(t int64) float64 {
	dt := max(elapsed(s.T, Clock(t)), 0)
	return float64(s.Rate) * fade(float64(dt)/rateTau)
}
