package judge

import (
	"slices"
	"strconv"
)

// Paths counts flows with at least 20 frames, messages about them and their moves.
// Delays are seconds, null where there was nothing to measure.
type Paths struct {
	Flows         int      `json:"flows"`
	FlowsRight    int      `json:"flows right"`
	FlowsWrong    int      `json:"flows wrong"`
	Multipath     int      `json:"multipath"`      // never complete, but moved more than 4 times and said so
	WrongWays     int      `json:"wrong ways"`     // messages that say multipath of a flow that kept its path, or name a path that it never took
	NeverComplete int      `json:"never complete"` // without any of these
	Unsampled     int      `json:"unsampled"`      // without any of these, and no agent sampled them
	Undecided     int      `json:"undecided"`      // without any of these, and their samples fit several paths each (see Evidence)
	MessagesRight int      `json:"messages right"`
	MessagesWrong int      `json:"messages wrong"`
	Moves         int      `json:"moves"`
	MovesReported int      `json:"moves reported"`
	LagP50        *float64 `json:"move lag p50"`
	LagMax        *float64 `json:"move lag max"`
	FirstP50      *float64 `json:"first complete p50"` // after the flow's start
	SampledP50    *float64 `json:"-"`                  // the same after its first sample, before which nobody knows of it
	Missing       []*Flow  `json:"-"`                  // those that are never complete
}

// segment is one path that a flow took.
type segment struct {
	seen, last   float64 // first and last sight of it
	begun, ended float64 // it may have been in force between these
	switches     []string
	samples      *int64  // that agents took meanwhile, nil = unknown
	first        float64 // time of the first of them, 0 = unknown
	early        *int64  // those that came while a move was to be told, nil = unknown
}

// toTell is how long a message about a move may take after the first sample that shows it, in seconds.
const toTell = 5

// contradict is how many samples it takes to see that a flow has moved.
const contradict = 3

// rare tells that a move to this path may well be noticed late or never: the truth
// knows that samples were rarer than two a second, and few prove no move. It is
// those that count which came while the move was to be told, if the truth knows them:
// what a flow that grows later is sampled then helps nobody.
func (s *segment) rare() bool {
	switch {
	case s.samples == nil:
		return false
	case s.unsampled():
		return true
	case s.early == nil || s.first == 0:
		return float64(*s.samples) < 2*(s.last-s.seen)
	}
	return *s.early < contradict || float64(*s.early) < 2*min(toTell, s.last-s.first)
}

func (s *segment) unsampled() bool { return s.samples != nil && *s.samples == 0 }

func segments(f *Flow) []segment {
	moves := f.Moves
	if len(moves) == 0 {
		moves = []Move{{From: f.Start, To: f.End, Switches: f.Switches}}
	}
	segs := make([]segment, len(moves))
	for i, m := range moves {
		segs[i] = segment{m.From, m.To, m.From, m.To, m.Switches, m.Samples, m.FirstSample, m.Early}
		if i > 0 {
			segs[i].begun = moves[i-1].To
		}
	}
	for i := len(segs) - 2; i >= 0; i-- {
		next := &segs[i+1]
		segs[i].ended = max(next.seen, next.first)
		if next.unsampled() { // nobody could know of it
			segs[i].ended = next.ended
		}
	}
	return segs
}

// saidPath is a complete message.
type saidPath struct {
	time     float64
	sampled  float64 // arrival of the flow's first sample, 0 = unknown
	switches []string
}

type pathScorer struct {
	truth       *Truth
	named       map[string]bool // switches that have an agent
	said        map[Key][]saidPath
	multi       map[Key]bool
	ways        map[Key][][]string // that multipath messages name
	withdrawn   map[Key]bool       // the latest message has no whole path, though one before had
	lags, first []float64
	sampled     []float64 // as first, but after the first sample
	Paths
}

func scorePaths(t *Truth, rows []PathRow) Paths {
	s := pathScorer{truth: t, named: t.switches(), said: make(map[Key][]saidPath), multi: make(map[Key]bool), ways: make(map[Key][][]string), withdrawn: make(map[Key]bool)}
	for i := range rows {
		m := &rows[i]
		if m.Cause != "expired" {
			s.withdrawn[m.Flow] = m.State == "provisional" || m.State == "partial"
		}
		switch {
		case m.State == "multipath":
			s.multi[m.Flow] = true
			for _, a := range m.Alternatives {
				s.ways[m.Flow] = append(s.ways[m.Flow], s.truth.named(a.Switches))
			}
		case m.State == "complete" && m.Cause != "expired":
			p := saidPath{time: unix(m.Time), switches: m.switches(t.Agents)}
			if !m.FirstSeen.IsZero() {
				p.sampled = unix(m.FirstSeen)
			}
			s.said[m.Flow] = append(s.said[m.Flow], p)
		}
	}
	for i := range t.Flows {
		if f := &t.Flows[i]; f.Frames >= 20 && len(f.Switches) > 0 {
			s.flow(f)
		}
	}
	if len(s.lags) > 0 {
		s.LagP50, s.LagMax = round(median(s.lags), 3), round(slices.Max(s.lags), 3)
	}
	if len(s.first) > 0 {
		s.FirstP50 = round(median(s.first), 3)
	}
	if len(s.sampled) > 0 {
		s.SampledP50 = round(median(s.sampled), 3)
	}
	return s.Paths
}

func (s *pathScorer) flow(f *Flow) {
	s.Flows++
	segs, got := segments(f), s.said[f.Key]
	flapping := len(segs) > 5 && s.multi[f.Key]
	s.multipath(f, segs)
	if len(got) == 0 {
		switch {
		case flapping:
			s.Multipath++
		case f.Samples != nil && *f.Samples == 0:
			s.Unsampled++
		default:
			s.missing(f)
		}
		return
	}
	s.first = append(s.first, got[0].time-f.Start)
	if got[0].sampled > 0 {
		s.sampled = append(s.sampled, got[0].time-got[0].sampled)
	}
	ok := true
	for _, m := range got {
		if f.Samples != nil { // simulated: what agents held back is told of late
			m.time = min(m.time, segs[len(segs)-1].last)
		}
		if ok = s.right(m, f, segs); ok {
			s.MessagesRight++
		} else {
			s.MessagesWrong++
		}
	}
	switch {
	case ok:
		s.FlowsRight++
	case f.Samples != nil && s.withdrawn[f.Key]: // simulated: what was taken back is not said any longer
		s.missing(f)
	default:
		s.FlowsWrong++
	}
	if !flapping {
		s.moves(segs, got)
	}
}

// missing takes note of a flow whose path is asked for in vain, if its samples tell it.
func (s *pathScorer) missing(f *Flow) {
	if !f.decidable() {
		s.Undecided++
		return
	}
	s.NeverComplete++
	s.Missing = append(s.Missing, f)
}

// multipath judges what was said of several paths, where the truth knows all of them.
func (s *pathScorer) multipath(f *Flow, segs []segment) {
	if !s.multi[f.Key] || f.Samples == nil {
		return
	}
	if len(segs) <= 5 && len(f.Routes) == 0 {
		s.WrongWays++
		return
	}
	for _, way := range s.ways[f.Key] {
		taken := slices.ContainsFunc(f.Routes, func(r Route) bool { return s.fits(way, r.Switches) }) ||
			slices.ContainsFunc(segs, func(g segment) bool { return s.fits(way, g.switches) })
		if !taken {
			s.WrongWays++
		}
	}
}

// named gives switches the names that the truth has for them, none to those without an agent.
func (t *Truth) named(said []string) []string {
	known := t.switches()
	names := make([]string, len(said))
	for i, n := range said {
		if name := t.Agents[n]; name != "" {
			n = name
		}
		if !known[n] {
			n = noAgent
		}
		names[i] = n
	}
	return names
}

// right tells whether a message fits a path that was in force in the 3 s before
// it. A sprayed flow takes all of its routes at any time; the truth lists them in turn.
func (s *pathScorer) right(m saidPath, f *Flow, segs []segment) bool {
	if slices.ContainsFunc(f.Routes, func(r Route) bool { return s.fits(m.switches, r.Switches) }) {
		return true
	}
	inForce := false
	for _, g := range segs {
		if g.begun <= m.time+0.5 && g.ended >= m.time-3 {
			inForce = true
			if s.fits(m.switches, g.switches) {
				return true
			}
		}
	}
	return !inForce && s.fits(m.switches, segs[len(segs)-1].switches)
}

// fits compares paths; a hop through an inferred switch fits any switch without an agent.
func (s *pathScorer) fits(said, truth []string) bool {
	return slices.EqualFunc(said, truth, func(a, b string) bool {
		return a == b || a == noAgent && !s.named[b]
	})
}

// moves looks for a message about each move between paths that held for 1 s each.
func (s *pathScorer) moves(segs []segment, got []saidPath) {
	for i := range segs[1:] {
		from, to := segs[i], segs[i+1]
		if slices.Equal(from.switches, to.switches) || from.last-from.seen < 1 || to.last-to.seen < 1 || to.rare() {
			continue
		}
		s.Moves++
		hit := slices.IndexFunc(got, func(m saidPath) bool {
			return from.last <= m.time && m.time <= max(to.seen, to.first)+toTell && s.fits(m.switches, to.switches)
		})
		if hit < 0 {
			continue
		}
		s.MovesReported++
		since := to.seen
		for _, e := range s.truth.Events {
			if from.last <= e.Time && e.Time <= to.seen {
				since = e.Time
				break
			}
		}
		since = max(since, to.first)
		s.lags = append(s.lags, max(0, got[hit].time-since))
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n%2 == 1 {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}

// round rounds to decimal digits, exactly.
func round(v float64, digits int) *float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', digits, 64), 64)
	return &v
}
