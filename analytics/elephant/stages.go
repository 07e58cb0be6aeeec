package elephant

import (
	"math"
	"slices"

	"spoor/internal/mem"
)

// Bounds of a Stages, and the constants of its rules.
const (
	maxStages = 64  // stages of one flow
	maxTaps   = 256 // taps of one flow, over all stages

	goneExpected = 8.0            // a stage is given up after missing that many expected samples
	goneQuiet    = 1_500_000_000  // and that many ns (agents may hold samples for 1 s)
	tapMemory    = 60_000_000_000 // ns for which a tap's N counts
	auditTau     = 10.0           // s
	auditSigma   = 4.0
	auditPart    = 0.75 // a stage below that part of the fullest may be part of something
	auditFull    = 0.85 // and above that part is whole again
)

// Point is where one sample was taken. Agents are small dense numbers that the
// caller gives out.
type Point struct {
	Agent, Sub, Port uint32
	SrcMAC, DstMAC   uint64 // of the outermost Ethernet header
	Tunnel           uint64 // hash of the outer addresses, 0 bare
	N                float64
	TTL              uint16 // at entry: the outer one in a tunnel, on egress as sent plus 1
	Position         uint16 // in a bridged path, from 1; 0 unknown
	Egress           bool
}

// Routes tells whether a switch is known to own a destination MAC, that is to
// route such frames rather than bridge them. nil knows nothing.
type Routes func(agent uint32, mac uint64) bool

// level tells frames apart that were seen at different hops.
type level struct {
	tunnel uint64
	ttl    uint16
	egress bool
}

func (p *Point) level() level { return level{p.Tunnel, p.TTL, p.Egress} }

// tap is a sampling place of the flow.
type tap struct {
	Point
	samples float64 // decaying
	seen    int64
	stage   uint8
}

// stage is a place on the flow's way that each frame passes once, at one of its taps.
type stage struct {
	level
	inverse  float64 // 1 / the largest N of its taps
	missed   float64 // samples expected since its last one
	last     int64   // its last sample
	weighed  float64 // decaying sum of N over its samples, for the audit
	counted  float64 // decaying number of them
	decayed  int64   // as of
	taps     int
	live     bool // counts, but for
	part     bool // sees only a part of the frames: counts neither above nor below the line
	promised bool // predicted from the path
	shared   bool // another stage has the same level
}

func (g *stage) counts() bool { return g.live && !g.part }

// Stages decides how many times a frame of one flow passes a sampling tap:
// taps in series are stages of their own, taps in parallel (ECMP, spraying,
// flapping, LAG members, the old and the new path of a move) share one. Taps
// that the same frame can pass one after another differ in level (tunnel,
// direction, TTL) or are bridges that carry the same Ethernet header; all else
// in a level is parallel. The zero value is ready; Reset keeps the memory, so a
// pool of them stops allocating.
type Stages struct {
	stages    []stage
	taps      []tap
	oldStages []stage // scratch of Regroup
	oldTaps   []tap
}

// Fetch asks for the memory beside the Stages that Add will read.
func (s *Stages) Fetch() {
	mem.FetchSlice(s.stages)
	mem.FetchSlice(s.taps)
}

// Reset forgets all but the memory.
func (s *Stages) Reset() { s.stages, s.taps = s.stages[:0], s.taps[:0] }

// series tells whether one frame can have passed both points of a level.
func series(a, b *Point, routes Routes) bool {
	switch {
	case a.Agent == b.Agent && a.Sub == b.Sub:
		return false
	case a.Position > 0 && b.Position > 0:
		return a.Position != b.Position
	case a.SrcMAC != b.SrcMAC || a.DstMAC != b.DstMAC:
		return false
	case routes == nil || a.Agent == b.Agent: // two bridges inside one switch
		return true
	}
	return !routes(a.Agent, a.DstMAC) && !routes(b.Agent, b.DstMAC)
}

// find gives the stage to which a point belongs, -1 if that is a new one: the
// stage that knows the switch, else one of its level that is in series with none
// of the stage's taps (a promised stage has none yet).
func (s *Stages) find(p *Point, routes Routes) int {
	l := p.level()
	var blocked uint64 // stages with a tap in series
	for i := range s.taps {
		t := &s.taps[i]
		if s.stages[t.stage].level != l {
			continue
		}
		if t.Agent == p.Agent && t.Sub == p.Sub {
			return int(t.stage)
		}
		if series(&t.Point, p, routes) {
			blocked |= 1 << t.stage
		}
	}
	for i := range s.stages {
		if s.stages[i].level == l && blocked>>i&1 == 0 {
			return i
		}
	}
	return -1
}

// Predict adds the stage of a tap that the flow's path promises: it counts at
// once. The caller does so only while the agent was heard within 3 s.
func (s *Stages) Predict(p *Point, routes Routes, now int64) {
	if i := s.find(p, routes); i >= 0 {
		if g := &s.stages[i]; !g.live && g.missed == 0 {
			g.live, g.last = true, now
		}
		return
	}
	if i := s.open(p, now); i >= 0 {
		s.stages[i].promised = true
	}
}

// open makes a stage for p, -1 if there are too many that live.
func (s *Stages) open(p *Point, now int64) int {
	g := stage{level: p.level(), inverse: 1 / p.N, live: true, last: now, decayed: now}
	i := len(s.stages)
	if i < maxStages {
		s.stages = append(s.stages, g)
	} else if i = s.dead(); i < 0 {
		return -1
	}
	s.stages[i] = g
	s.share()
	return i
}

// dead frees the stage that was silent longest, -1 if all live.
func (s *Stages) dead() int {
	oldest := -1
	for i := range s.stages {
		if g := &s.stages[i]; !g.live && (oldest < 0 || g.last < s.stages[oldest].last) {
			oldest = i
		}
	}
	if oldest < 0 {
		return -1
	}
	kept := s.taps[:0]
	for i := range s.taps {
		if int(s.taps[i].stage) != oldest {
			kept = append(kept, s.taps[i])
		}
	}
	s.taps = kept
	return oldest
}

// share notes which levels have several stages.
func (s *Stages) share() {
	for i := range s.stages {
		for j := range s.stages[:i] {
			if s.stages[i].level == s.stages[j].level {
				s.stages[i].shared, s.stages[j].shared = true, true
			}
		}
	}
}

// sum is the denominator: the sum of 1/N over the stages that count.
func (s *Stages) sum() float64 {
	v := 0.0
	for i := range s.stages {
		if g := &s.stages[i]; g.counts() {
			v += g.inverse
		}
	}
	return v
}

// Count gives the number of stages that count.
func (s *Stages) Count() int {
	n := 0
	for i := range s.stages {
		if s.stages[i].counts() {
			n++
		}
	}
	return n
}

// Taps gives the number of taps heard in the stages that count.
func (s *Stages) Taps() int {
	n := 0
	for i := range s.stages {
		if g := &s.stages[i]; g.counts() {
			n += g.taps
		}
	}
	return n
}

// Rates appends the distinct sampling rates of the taps in the stages that count.
func (s *Stages) Rates(dst []uint32) []uint32 {
	from := len(dst)
	for i := range s.taps {
		n := uint32(math.Round(min(s.taps[i].N, math.MaxUint32)))
		if s.stages[s.taps[i].stage].counts() && !slices.Contains(dst[from:], n) {
			dst = append(dst, n)
		}
	}
	return dst
}

// View is what one tap of a flow saw, for people.
type View struct {
	Point
	Stage   int     // from 0: taps of one stage see different frames, or the same frames at the same place
	Counts  bool    // the stage counts in the estimate
	Samples float64 // of the last ten seconds or so, older ones fading; 0: predicted from the path
	Seen    int64   // arrival of the latest, Unix ns
}

// Each calls yield with each tap, and with a stage that is promised and was not seen yet as one with agent 0.
func (s *Stages) Each(now int64, yield func(v *View)) {
	heard := [maxStages]bool{}
	for i := range s.taps {
		t := &s.taps[i]
		heard[t.stage] = true
		yield(&View{Point: t.Point, Stage: int(t.stage), Counts: s.stages[t.stage].counts(), Samples: t.samples * decay(now-t.seen), Seen: t.seen})
	}
	for i := range s.stages {
		if g := &s.stages[i]; !heard[i] && g.live {
			yield(&View{Point: Point{N: 1 / g.inverse, TTL: g.ttl, Egress: g.egress, Tunnel: g.tunnel}, Stage: i, Counts: g.counts()})
		}
	}
}
