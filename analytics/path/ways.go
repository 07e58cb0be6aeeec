package path

import (
	"math"
	"slices"

	"spoor/topology"
)

// passed counts a sighting for the way that it shows.
func (t *Tracker) passed(snap *topology.Snapshot, y *Obs) *wayThrough {
	p := t.spread
	id := through(snap, y, p.level)
	if id == 0 {
		return nil
	}
	k := slices.IndexFunc(p.ways, func(w wayThrough) bool { return w.sw == id })
	if k < 0 {
		if k = p.room(); k < 0 {
			return nil
		}
		p.ways[k] = wayThrough{sw: id, obs: p.ways[k].obs[:0]}
	}
	for i := range p.ways {
		p.ways[i].weight *= spreadMemory
	}
	w := &p.ways[k]
	w.weight++
	if p.runs != id {
		p.runs, p.run = id, 0
	}
	p.run++
	t.followWay(snap, w, y)
	return w
}

// room makes room for a way: the place of one that was left, -1 if all are in use.
func (p *spread) room() int {
	if len(p.ways) < maxWays {
		p.ways = append(p.ways, wayThrough{})
		return len(p.ways) - 1
	}
	total := p.total()
	return slices.IndexFunc(p.ways, func(w wayThrough) bool { return w.weight < spreadMin*total })
}

// followWay works out the path of a way, anew once three samples do not fit it.
func (t *Tracker) followWay(snap *topology.Snapshot, w *wayThrough, y *Obs) {
	if w.hops != nil {
		if on(w.hops, snap, y) {
			w.against = 0
			if w.name(y) {
				t.spread.nameEnds()
			}
			return
		}
		if w.against++; w.against < contradictions {
			return
		}
		w.hops, w.obs, w.against = nil, w.obs[:0], 0
	}
	w.obs, _ = merge(snap, w.obs, *y, t.Encap, nil)
	r := t.infer(snap, w.obs)
	if !r.Complete {
		return
	}
	w.hops = slices.Clone(r.Hops)
	t.ports(snap, w.hops)
	t.spread.nameEnds()
}

// name fills in ports that a sighting names.
func (w *wayThrough) name(y *Obs) (more bool) {
	h := &w.hops[slices.IndexFunc(w.hops, func(h Hop) bool { return h.Switch == y.Switch })]
	if h.In == 0 && y.In != 0 {
		h.In, more = y.In, true
	}
	if h.Out == 0 && y.Out != 0 {
		h.Out, more = y.Out, true
	}
	return more
}

// nameEnds: the ways begin and end at the same ports.
func (p *spread) nameEnds() {
	var first, last Hop
	for i := range p.ways {
		if hops := p.ways[i].hops; hops != nil {
			if hops[0].In != 0 {
				first = hops[0]
			}
			if h := hops[len(hops)-1]; h.Out != 0 {
				last = h
			}
		}
	}
	for i := range p.ways {
		if hops := p.ways[i].hops; hops != nil {
			if h := &hops[0]; h.In == 0 && h.Switch == first.Switch {
				h.In = first.In
			}
			if h := &hops[len(hops)-1]; h.Out == 0 && h.Switch == last.Switch {
				h.Out = last.Out
			}
		}
	}
}

// on reports whether a path has the switch, between the neighbours to which the named ports lead.
func on(hops []Hop, snap *topology.Snapshot, y *Obs) bool {
	i := slices.IndexFunc(hops, func(h Hop) bool { return h.Switch == y.Switch })
	if i < 0 {
		return false
	}
	before, after := snap.Peer(y.Switch, y.In), snap.Peer(y.Switch, y.Out)
	return (before == 0 || i > 0 && hops[i-1].Switch == before) && (after == 0 || i+1 < len(hops) && hops[i+1].Switch == after)
}

// addSprayed takes a sighting of a sprayed flow.
func (t *Tracker) addSprayed(snap *topology.Snapshot, y *Obs) Event {
	p := t.spread
	p.age++
	w := t.passed(snap, y)
	if w == nil || p.run < 8 || !p.over() {
		return None
	}
	t.obs = append(t.obs[:0], w.obs...)
	p.reset()
	return t.Resolve(snap)
}

// over: of a flow still sprayed as before, so long a run of one way is out of the question.
func (p *spread) over() bool {
	total, most := 0.0, 0.0
	for i := range p.ways {
		weight := p.ways[i].weight
		if p.ways[i].sw == p.runs { // without the run itself
			decay := math.Pow(spreadMemory, float64(p.run))
			weight = max(weight-(1-decay)/(1-spreadMemory), 0)
		}
		total, most = total+weight, max(most, weight)
	}
	return total <= 0 || math.Pow(most/total, float64(p.run)) < spreadOver
}

// limitFor: SprayedLimit is worked out anew after so many samples.
const limitFor = 32

// SprayedLimit gives the rate, in bit/s, from which the flow takes too much of one
// of its links: the least of limit over the part that takes the link; 0 while none is known.
func (t *Tracker) SprayedLimit(snap *topology.Snapshot) float64 {
	p := t.spread
	if p.limit == 0 || p.age >= limitFor {
		p.limit, p.age = t.sprayedLimit(snap), 0
	}
	return p.limit
}

func (t *Tracker) sprayedLimit(snap *topology.Snapshot) float64 {
	least, total := math.Inf(1), 0.0
	ways := t.spread.ways
	for i := range ways {
		if ways[i].hops != nil {
			total += ways[i].weight
		}
	}
	for i := range ways {
		for _, h := range ways[i].hops {
			part := func(port func(Hop) uint32) float64 {
				sum := 0.0
				for j := range ways {
					if slices.ContainsFunc(ways[j].hops, func(o Hop) bool { return o.Switch == h.Switch && port(o) == port(h) }) {
						sum += ways[j].weight
					}
				}
				return sum / total
			}
			least = min(least, limitAt(snap, h.Switch, h.In)/part(func(h Hop) uint32 { return h.In }), limitAt(snap, h.Switch, h.Out)/part(func(h Hop) uint32 { return h.Out }))
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}
