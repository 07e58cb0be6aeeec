package path

import (
	"slices"

	"spoor/topology"
)

// When a flow is sprayed (docs/analytics.md, section 3). Samples that come one
// upon another tell of one agent's datagram, not of the flow: they are thinned.
const (
	spreadSteps   = 16
	spreadPace    = int64(150e6)  // between two steps
	spreadSpan    = int64(1500e6) // at least from the first change of the way to the last
	spreadTurns   = 4             // changes
	spreadThree   = 6             // steps that tell three ways or more
	spreadTwo     = 8             // steps that tell two
	spreadPart    = 0.2           // of the steps: the second of two ways
	spreadQuiet   = 64            // samples that fit: nothing is spread
	spreadUnknown = 256           // samples after which two ways should be known
	spreadMemory  = 1 - 1.0/128   // what counts of a way after each later sample
	spreadOver    = 1e-5          // so unlikely a run of one way ends the spraying
	spreadMin     = 0.01          // a way of a smaller share is none
	maxWays       = 64
)

// spread watches over a flow whose samples contradict each other.
type spread struct {
	active bool // watching
	found  bool // the flow is sprayed
	on     bool // and two of its ways are known from edge to edge
	encap  bool
	steps  []Obs // thinned, by time
	quiet  int   // samples since the last that did not fit
	level  int16 // that of the hop that tells the ways apart
	ways   []wayThrough
	run    int // samples in a row
	runs   topology.SwitchID
	limit  float64 // by SprayedLimit
	age    int     // of it, or of found, in samples
}

// wayThrough is one of the ways of a sprayed flow: the one through a switch.
type wayThrough struct {
	sw      topology.SwitchID
	weight  float64
	obs     []Obs
	hops    []Hop // nil while not known from edge to edge
	against int   // samples in a row that do not fit
}

// Alternative is one of the paths that a sprayed flow takes, with its part of the frames.
type Alternative struct {
	Hops  []Hop
	Share float64
}

// Sprayed reports whether the flow takes several paths at a time. Then it has no Hops.
func (t *Tracker) Sprayed() bool { return t.spread != nil && t.spread.on }

// Alternatives gives the paths of a sprayed flow, by switch numbers, the shares
// adding up to 1 where all paths are known. Hops are the tracker's.
func (t *Tracker) Alternatives(dst []Alternative) []Alternative {
	if !t.Sprayed() {
		return dst
	}
	total := t.spread.total()
	for i := range t.spread.ways {
		w := &t.spread.ways[i]
		if w.hops == nil || w.weight < spreadMin*total {
			continue
		}
		k := slices.IndexFunc(dst, func(a Alternative) bool { return slices.EqualFunc(a.Hops, w.hops, sameSwitch) })
		if k < 0 {
			k = len(dst)
			dst = append(dst, Alternative{Hops: w.hops})
		}
		dst[k].Share += w.weight / total
	}
	return dst
}

func (p *spread) total() float64 {
	sum := 0.0
	for i := range p.ways {
		sum += p.ways[i].weight
	}
	return sum
}

func (p *spread) reset() {
	*p = spread{steps: p.steps[:0], ways: p.ways[:0]}
}

// suspect begins to watch, because a sample contradicts what was seen.
func (t *Tracker) suspect() {
	if t.spread == nil {
		t.spread = &spread{steps: make([]Obs, 0, spreadSteps)}
	}
	if !t.spread.active {
		t.spread.reset()
		t.spread.active, t.spread.encap = true, t.Encap
	}
	t.spread.quiet = 0
}

// conflicts: another switch was seen at the same TTL, or other ports of this one, or this one at another TTL, or the link
// between this one and the next begins at another port.
func (t *Tracker) conflicts(snap *topology.Snapshot, y *Obs) bool {
	for i := range t.obs {
		switch o := &t.obs[i]; {
		case o.tunnel == y.tunnel && !t.Encap && (contradict(snap, o, y) || contradict(snap, y, o)):
			return true
		case o.TTL != y.TTL && o.Switch == y.Switch && !t.Encap:
			return true
		case o.TTL != y.TTL || o.tunnel != y.tunnel:
		case o.Switch != y.Switch, o.In != y.In && o.In != 0 && y.In != 0, o.Out != y.Out && o.Out != 0 && y.Out != 0:
			return true
		}
	}
	return false
}

// alone completes the path of a flow whose samples are of different ways by the latest of them, if that tells its whole way.
func (t *Tracker) alone(snap *topology.Snapshot, y *Obs) Event {
	if t.spread == nil || !t.spread.active || t.Encap || t.bridging.on || len(t.obs) < 2 {
		return None
	}
	r := t.infer(snap, []Obs{*y})
	if !r.Complete {
		return None
	}
	t.obs = append(t.obs[:0], *y)
	t.adopt(snap, r.Hops, t.obs)
	t.Complete = true
	return Completed
}

// watch takes a sighting of a flow that is watched. Where it is done, the event counts and nothing else is to be made of it.
func (t *Tracker) watch(snap *topology.Snapshot, y *Obs) (event Event, done bool) {
	p := t.spread
	if p == nil || !p.active {
		return None, false
	}
	if p.encap != t.Encap {
		p.reset()
		return None, false
	}
	if p.on {
		return t.addSprayed(snap, y), true
	}
	p.age++
	if p.quiet++; p.quiet > spreadQuiet || p.found && p.age > spreadUnknown {
		p.reset()
		return None, false
	}
	switch {
	case p.found:
		t.passed(snap, y)
	case !p.step(y) || !t.find(snap):
		return None, false
	}
	return Sprayed, t.enter()
}

// step keeps a sighting if it is not too close to the one before.
func (p *spread) step(y *Obs) bool {
	at := len(p.steps)
	for at > 0 && p.steps[at-1].Seen > y.Seen {
		at--
	}
	if at > 0 && y.Seen-p.steps[at-1].Seen < spreadPace || at < len(p.steps) && p.steps[at].Seen-y.Seen < spreadPace {
		return false
	}
	if len(p.steps) == spreadSteps {
		if at == 0 {
			return false
		}
		p.steps = slices.Delete(p.steps, 0, 1)
		at--
	}
	p.steps = slices.Insert(p.steps, at, *y)
	return true
}

// laterTunnel is what levels differ by in tunnels that follow the first one: their TTLs begin anew.
const laterTunnel = 1 << 10

// level tells where on the way a sighting was: TTLs of one level are of one hop.
func (o *Obs) level() int16 {
	if o.later {
		return o.TTL - laterTunnel
	}
	return o.TTL
}

// levels gives those of which a sighting tells, by its switch and its neighbours.
func levels(o *Obs) [3]int16 { return [3]int16{o.level() + 1, o.level(), o.level() - 1} }

// through gives the switch that a sighting shows at a level: itself or the neighbour to which a named port leads, 0 if none.
func through(snap *topology.Snapshot, o *Obs, level int16) topology.SwitchID {
	switch level {
	case o.level():
		return o.Switch
	case o.level() + 1:
		return snap.Peer(o.Switch, o.In)
	case o.level() - 1:
		return snap.Peer(o.Switch, o.Out)
	}
	return 0
}

// ofOneFrame: where samples contradict each other they are of different frames,
// so that switches seen one after the other must be linked, and no named port may lead elsewhere.
func (t *Tracker) ofOneFrame(snap *topology.Snapshot, hops []Hop) bool {
	if t.spread == nil || !t.spread.active {
		return true
	}
	for i := 1; i < len(hops); i++ {
		p, o := &hops[i-1], &hops[i]
		a, b := snap.Peer(p.Switch, p.Out), snap.Peer(o.Switch, o.In)
		if !snap.Adjacent(p.Switch, o.Switch) || a != 0 && a != o.Switch || b != 0 && b != p.Switch {
			return false
		}
	}
	return true
}

// tally is what the steps say of one level.
type tally struct {
	n, most, second, ways, turns int
	span                         int64
}

func (p *spread) tally(snap *topology.Snapshot, level int16) tally {
	var r tally
	var ids [spreadSteps]topology.SwitchID
	var counts [spreadSteps]int
	var last topology.SwitchID
	var since int64
	for i := range p.steps {
		id := through(snap, &p.steps[i], level)
		if id == 0 {
			continue
		}
		if last != 0 && id != last {
			if r.turns++; r.turns == 1 {
				since = p.steps[i].Seen
			}
			r.span = p.steps[i].Seen - since
		}
		last = id
		r.n++
		k := slices.Index(ids[:r.ways], id)
		if k < 0 {
			k, ids[r.ways] = r.ways, id
			r.ways++
		}
		counts[k]++
	}
	for _, c := range counts[:r.ways] {
		if c > r.most {
			r.most, r.second = c, r.most
		} else {
			r.second = max(r.second, c)
		}
	}
	return r
}

// spread: at least three next hops with none over half, or two with a fifth
// each, in turn. A move has one turn, some more where agents hold samples back.
func (r *tally) spread() bool {
	if r.turns < spreadTurns || r.span < spreadSpan {
		return false
	}
	return r.ways >= 3 && r.n >= spreadThree && 2*r.most <= r.n || r.n >= spreadTwo && float64(r.second) >= spreadPart*float64(r.n)
}

// torn: the ways change to and fro, so that nothing is a move.
func (t *Tracker) torn(snap *topology.Snapshot) bool {
	p := t.spread
	if p == nil || !p.active {
		return false
	}
	for i := range p.steps {
		for _, level := range levels(&p.steps[i]) {
			if r := p.tally(snap, level); r.turns >= spreadTurns && r.span >= spreadSpan {
				return true
			}
		}
	}
	return false
}

// find decides whether the flow is sprayed, and over which ways.
func (t *Tracker) find(snap *topology.Snapshot) bool {
	p := t.spread
	best := tally{}
	for i := range p.steps {
		for _, level := range levels(&p.steps[i]) {
			if level == p.level && best.ways > 0 {
				continue
			}
			if r := p.tally(snap, level); r.spread() && (r.ways > best.ways || r.ways == best.ways && r.n > best.n) {
				best, p.level = r, level
			}
		}
	}
	if best.ways == 0 {
		return false
	}
	p.found, p.ways, p.age = true, p.ways[:0], 0
	for i := range p.steps {
		t.passed(snap, &p.steps[i])
	}
	return true
}

// enter gives the flow's one path up once two of the ways are known. Switches
// with one path are none: they follow one another, and the frame was bridged
// between them, at one TTL.
func (t *Tracker) enter() bool {
	p := t.spread
	known, first, differ := 0, []Hop(nil), false
	for i := range p.ways {
		if hops := p.ways[i].hops; hops != nil {
			if known++; known == 1 {
				first = hops
			}
			differ = differ || !slices.EqualFunc(first, hops, sameSwitch)
		}
	}
	if known < 2 {
		return false
	}
	if !differ {
		p.reset()
		return false
	}
	p.on = true
	if t.Complete {
		t.Previous = append(t.Previous[:0], t.Hops...)
	}
	t.Complete, t.Hops = false, t.Hops[:0]
	t.candidate, t.against = t.candidate[:0], 0
	return true
}
