package analytics

import (
	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
)

// A flow whose path is known and published and that is far from any threshold
// needs no detail: there its sample is compared with the path that it shares
// with others, and feeds the detector with what a sample of this flow is worth.
// Whatever does not fit, and whatever grows, gets a detail again; lean flows
// never become elephants, so that what a sample is worth may be a little old.
//
// The flag lean marks the entry of such a flow; a flow gets there when it has to
// give its detail up. The entry then holds the sample's worth (leanWorth).

// Rules of lean flows.
const (
	leanShare  = 0.25 // of the threshold, by the EWMA of 2 s: a flow above it gets a detail
	leanWeight = 1.25 // and if that is more than so many samples make
	leanLevel  = 4.0  // samples in the slow bucket, with the same meaning
	leanAgain  = 64   // samples after which their worth is worked out anew
)

// thin makes a flow that gives its detail up a lean one, if it can be one.
func (s *shard) thin(d *detail, e *flowtable.Entry) {
	e.Flags &^= lean
	s.keepSample(d, e)
	if e.Path == 0 || d.life != nil || !d.tracker.Complete || d.tracker.Bridged() || !d.told.known || d.told.state != flow.PathComplete {
		return
	}
	hops := d.tracker.Named()
	id := s.paths.Intern(hops)
	if id == 0 {
		return
	}
	s.paths.Release(e.Path)
	e.Path = id
	s.setEnds(d.slot, e, hops)
	if st := state(e); !st.On {
		s.weigh(d.slot, e)
		e.Flags |= lean
	}
}

// relieve frees the detail of a flow that can do without while many are in use.
func (s *shard) relieve(d *detail, e *flowtable.Entry) {
	st := state(e)
	if d.life != nil || !s.snap.Settled || !d.tracker.Calm() || st.Rate > leanShare/2 || st.S1 > leanShare/2 {
		return
	}
	if s.thin(d, e); e.Flags&lean != 0 {
		s.dropDetail(e)
	}
}

// weigh works out what a sample of a lean flow stands for: frames, and the
// threshold, 0 while no speed is known.
func (s *shard) weigh(slot uint32, e *flowtable.Entry) {
	hops := s.knownHops(slot, e)
	sum := 0.0
	for _, h := range hops {
		if s.taps.alive(h.Switch, s.clock) {
			sum += s.tapShare(tapKey{h.Switch, h.In, false}) + s.tapShare(tapKey{h.Switch, h.Out, true})
		}
	}
	frames := 0.0
	if sum > 0 {
		frames = 1 / sum
	}
	setLeanWorth(state(e), frames, path.Tightest(s.snap, hops))
}

// tapShare gives 1/N of a tap, 0 if it was never heard of.
func (s *shard) tapShare(k tapKey) float64 {
	if n := s.taps.rate(k); n > 0 && k.port != 0 {
		return 1 / n
	}
	return 0
}

// sampleLean takes a sample of a lean flow; false if the flow needs a detail for it.
func (s *shard) sampleLean(slot uint32, e *flowtable.Entry, x *observed) bool {
	if e.Flags&lean == 0 || x.encap() && e.Flags&tunnelled == 0 || s.aside(x.sw) {
		return false
	}
	c := s.table.Cold(slot)
	if !s.paths.Has(e.Path, path.Ends{In: c.In, Out: c.Out}, x.sw, x.in, x.out) {
		return false
	}
	st := state(e)
	if e.N%leanAgain == 0 {
		s.weigh(slot, e)
	}
	weight, theta := leanWorth(st)
	if x.rate == 0 {
		weight = 0
	} else if weight == 0 { // none of its agents was heard lately, but for this one
		weight = float64(x.rate)
	}
	bytes := float64(x.frame) * weight
	switch {
	case x.in == 0 && x.out == 0:
		s.stats.Portless++
		s.pass(e, x.time)
		return true
	case theta == 0:
		s.stats.NoSpeed++
		s.pass(e, x.time)
	case s.clock-x.time > lateBy:
		s.stats.Late++
		s.pass(e, x.time)
	case weight == 0:
		s.pass(e, x.time)
	default:
		b := 8 * bytes / theta
		if s.grows(st, x.time, b) {
			return false
		}
		s.preset.Observe(st, nil, x.time, b, false)
	}
	e.Bytes += uint64(bytes)
	return true
}

// grows reports whether a sample that stands for b threshold-seconds calls for a closer look.
func (s *shard) grows(st *elephant.State, t int64, b float64) bool {
	q := max(st.Q, float32(b))
	if st.S1+float32(b) > max(leanShare, leanLevel*q) {
		return true
	}
	most := max(leanShare, leanWeight*q)
	return st.Rate+float32(b/2) > most && float32(st.Level(t)+b/2) > most
}

// fatten ends the lean state of a flow that gets a detail.
func fatten(e *flowtable.Entry) {
	if e.Flags&lean != 0 {
		e.Flags &^= lean
		setLeanWorth(state(e), 0, 0)
	}
}
