package path

import (
	"cmp"
	"slices"

	"spoor/flow"
	"spoor/topology"
)

// Obs is what is known of one hop of a flow.
type Obs struct {
	Switch  topology.SwitchID
	In, Out uint32 // ifIndexes, 0 unknown
	TTL     int16  // of the frame as it entered the switch; tunnelEntry or tunnelExit beside a tunnel
	Seen    int64
	tunnel  uint64 // of the outer addresses, 0 bare
	inner   uint8  // the packet's own TTL as it entered
	egress  bool   // seen on egress only
	came    bool   // seen bare as it entered
	left    bool   // seen bare as it left
	n, told uint32 // sightings, and how many of them voted for a link
	sent    int64  // when they were last told as evidence of a bridged fabric

	fits     uint64 // the snapshot by which it last fitted the path, 0 none: see Again
	confirms bool   // and showed that the flow still goes this way

	begins topology.SwitchID // where that tunnel begins, 0 unknown
	mate   topology.SwitchID // which shares that tunnel end, 0 none
	later  bool              // it begins elsewhere than at the sender's switch
}

// TTLs given to hops that saw a tunnelled flow bare.
const (
	tunnelEntry = 65 // before the tunnel
	tunnelExit  = 1  // after it
	tunnelTop   = 62 // the outer TTL at the second switch, where the first counts itself
)

// Hop is one switch of an inferred path.
type Hop struct {
	Switch   topology.SwitchID
	In, Out  uint32
	Observed bool
}

// MaxHops bounds a path: five stages and a peer link on either side.
const MaxHops = 8

// maxWalk bounds the switches that are added at either end of what was seen.
const maxWalk = 4

// Route is the outcome of an inference.
type Route struct {
	Hops     []Hop
	Complete bool
	// Where the path is not complete: the port behind which nobody is heard, 0 if none can be named.
	UnknownSwitch topology.SwitchID
	UnknownPort   uint32
}

// inferrer walks the links of one snapshot.
type inferrer struct {
	snap     *topology.Snapshot
	several  bool  // tunnels, one after the other: their TTLs do not compare
	src, dst Place // switches behind which the ends live
	hops     []Hop
}

// infer builds the path from observed hops, links and the places of its ends.
// It is complete when it runs from the source's edge switch to the
// destination's without a gap. obs is sorted by TTL; hops is scratch.
func infer(snap *topology.Snapshot, obs []Obs, src, dst Place, hops []Hop) Route {
	if len(obs) == 0 {
		return Route{}
	}
	slices.SortStableFunc(obs, func(a, b Obs) int { return int(b.TTL) - int(a.TTL) })
	w := inferrer{snap: snap, src: src, dst: dst, hops: hops[:0]}
	w.several = tunnels(obs) > 1
	left := w.back(&obs[0]) && w.passed(&obs[0])
	whole := w.through(obs)
	right := w.forth(&obs[len(obs)-1])
	if len(src.Edges) > 1 && !src.Outside && (!w.beginsHere(obs) || !w.atEdge(obs)) {
		left = false
	}
	r := Route{Hops: w.hops, Complete: left && right && whole && w.simple()}
	if !r.Complete {
		r.UnknownSwitch, r.UnknownPort = unknownAt(snap, obs, left, right)
	}
	return r
}

// tunnels gives the number of tunnels in which hops were seen, at most 2.
func tunnels(obs []Obs) int {
	var first uint64
	for i := range obs {
		switch t := obs[i].tunnel; {
		case t == 0 || t == first:
		case first == 0:
			first = t
		default:
			return 2
		}
	}
	if first != 0 {
		return 1
	}
	return 0
}

// back walks from the first observed hop to the source's edge.
func (w *inferrer) back(first *Obs) bool {
	cur, in := first.Switch, first.In
	var before []Hop
	ok := false
	for range maxWalk {
		if w.ends(&w.src, cur, in) {
			ok = true
			break
		}
		cur = w.step(cur, in, w.src.goal())
		if cur == 0 {
			break
		}
		in = 0
		before = append(before, Hop{Switch: cur})
	}
	slices.Reverse(before)
	w.hops = append(w.hops, before...)
	return ok
}

// forth walks from the last observed hop to the destination's edge.
func (w *inferrer) forth(last *Obs) bool {
	cur, out := last.Switch, last.Out
	for range maxWalk {
		if w.ends(&w.dst, cur, out) {
			return true
		}
		if out == 0 && w.dst.Home != 0 && w.snap.Mates(cur, w.dst.Home) {
			cur = w.dst.Home
		} else {
			cur = w.step(cur, out, w.dst.goal())
		}
		if cur == 0 {
			return false
		}
		out = 0
		w.hops = append(w.hops, Hop{Switch: cur})
	}
	return false
}

// through adds the observed hops, and the silent ones between them.
func (w *inferrer) through(obs []Obs) bool {
	whole := true
	for i := range obs {
		if i > 0 && !w.bridge(&obs[i-1], &obs[i]) {
			whole = false
		}
		w.hops = append(w.hops, Hop{Switch: obs[i].Switch, In: obs[i].In, Out: obs[i].Out, Observed: true})
	}
	return whole
}

// bridge adds the hops between two observed ones. A named port that leads to
// the other beats the TTL distance; ports that contradict it void it.
func (w *inferrer) bridge(p, o *Obs) bool {
	distance := p.TTL - o.TTL
	a, b := w.snap.Peer(p.Switch, p.Out), w.snap.Peer(o.Switch, o.In)
	switch {
	case a != 0 && a != o.Switch && b == p.Switch, b != 0 && b != p.Switch && a == o.Switch, contradict(w.snap, p, o):
		return false // they are of different ways
	case a == o.Switch || b == p.Switch:
		return true
	case !bareBetween(w.snap, p, o):
		return a == b && distance == 1 && w.add(a)
	case distance == 1:
		return a == b && (w.add(a) || w.next(p, o, a))
	case p.TTL == tunnelEntry && distance == tunnelEntry-tunnelTop && b != 0 && w.snap.Adjacent(p.Switch, b):
		return w.add(b)
	case w.several:
		return a == b && w.add(a)
	}
	return w.gap(distance, p, o, a, b)
}

// next reports whether o comes right after p, whose TTLs are one apart and both of whose ports lead to a: to nobody known. The two ends of a tunnel,
// seen bare, are so too: routers inside it do not count. By two named ports that lead to nobody known the two samples
// speak for a link; they may be of two ways, and one alone does not prove it.
func (w *inferrer) next(p, o *Obs, a topology.SwitchID) bool {
	return a == 0 && !w.several && (p.Out == 0 || o.In == 0) && (p.TTL != tunnelEntry || o.tunnel == 0 || o.In == 0 && o.enteredAt(p))
}

// gap adds the hops that a TTL distance of two and more asks for. The port of p
// leads to a, that of o to b; 0 unknown.
func (w *inferrer) gap(distance int16, p, o *Obs, a, b topology.SwitchID) bool {
	switch distance {
	case 2:
		return w.between(p, o, a, b)
	case 3:
		return w.snap.Adjacent(a, b) && w.add(a, b)
	case 4:
		return a != 0 && b != 0 && w.add(a, w.snap.Common(a, b), b)
	}
	return false
}

// between adds the one hop between p and o, whose ports lead to a and to b.
func (w *inferrer) between(p, o *Obs, a, b topology.SwitchID) bool {
	if p.TTL == tunnelEntry && o.tunnel != 0 && b == 0 {
		return false // it may be another tunnel than the one that begins at p
	}
	if a == 0 && b == 0 {
		return p.Out == 0 && o.In == 0 && w.add(w.snap.Common(p.Switch, o.Switch))
	}
	if a == 0 && p.Out != 0 || b == 0 && o.In != 0 { // a named port that leads to nobody known may lead elsewhere
		return false
	}
	c := cmp.Or(a, b)
	return (a == 0 || b == 0 || a == b) && w.snap.Adjacent(p.Switch, c) && w.snap.Adjacent(c, o.Switch) && w.add(c)
}

// add adds silent hops, none if one of them is unknown.
func (w *inferrer) add(ids ...topology.SwitchID) bool {
	if slices.Contains(ids, 0) {
		return false
	}
	for _, id := range ids {
		w.hops = append(w.hops, Hop{Switch: id})
	}
	return true
}

// ends: a path ends at a switch of the place (at a proven edge port, if none is known), unless the port named there is a
// link, leads to nobody known though forwarded frames enter, or led to a switch when we last knew. Of a place from before the port must be the same.
func (w *inferrer) ends(at *Place, cur topology.SwitchID, port uint32) bool {
	if port == 0 {
		return slices.Contains(at.Edges, cur)
	}
	p := w.snap.Port(cur, port)
	if len(at.Edges) == 0 || at.Outside {
		return p != nil && p.Edge && p.Peer == 0 && !w.snap.SharedEnds()
	}
	return slices.Contains(at.Edges, cur) && (p == nil || p.Peer == 0 && !p.Kept && (!p.Dark || !w.snap.Ingress())) && (!at.Kept || port == at.Port || p != nil && p.Edge)
}

// step gives the switch one hop from cur: over the named port if that is a
// link, else goal itself if it is a neighbour, else the only common neighbour.
func (w *inferrer) step(cur topology.SwitchID, port uint32, goal topology.SwitchID) topology.SwitchID {
	switch {
	case port != 0:
		return w.snap.Peer(cur, port)
	case goal == 0:
		return 0
	case w.snap.Adjacent(cur, goal):
		return goal
	}
	return w.snap.Common(cur, goal)
}

// beginsHere: of a source on several switches only the TTL tells which sent it.
func (w *inferrer) beginsHere(obs []Obs) bool {
	for i, h := range w.hops {
		for j := range obs {
			ttl := obs[j].TTL
			if obs[j].Switch == h.Switch && int(ttl)+i != int(topology.InitialTTL(uint8(ttl))) {
				return false
			}
		}
	}
	return true
}

// passed: the switches that were put before the first that saw the packet are no more than it passed routers, and
// no fewer where a leaf's mate may be one more. Elsewhere a host may have sent another TTL.
func (w *inferrer) passed(first *Obs) bool {
	n := len(w.hops)
	if n == 0 || first.tunnel != 0 || first.TTL == tunnelEntry || first.TTL == tunnelExit || first.passed() == n {
		return true
	}
	return n < first.passed() && (w.src.odd || !w.snap.BesideLeaf(w.hops[0].Switch))
}

// atEdge: of a source on several switches the port by which its frames entered must be proven to be an edge: it may be the link of a pair.
func (w *inferrer) atEdge(obs []Obs) bool {
	for i := range obs {
		if o := &obs[i]; o.Switch == w.hops[0].Switch && o.In != 0 {
			p := w.snap.Port(o.Switch, o.In)
			return p != nil && p.Edge
		}
	}
	return true
}

// simple: no switch is passed twice.
func (w *inferrer) simple() bool {
	if len(w.hops) > MaxHops {
		return false
	}
	for i := range w.hops {
		for j := range i {
			if w.hops[i].Switch == w.hops[j].Switch {
				return false
			}
		}
	}
	return true
}

// Place is where an end of a flow lives.
type Place struct {
	Edges   []topology.SwitchID // behind one of these
	Sure    bool                // and there is only one, to which the way leads at once
	Home    topology.SwitchID   // the only one, where its mate may get the frames first; 0 unknown
	Outside bool                // as far as is known, not in the fabric: Edges lead there
	Kept    bool                // only known from before, behind Port
	Port    uint32
	odd     bool  // it sends TTLs that look as if a router had forwarded them
	left    int64 // when it was found to live elsewhere no longer, 0 never
}

func placeOf(snap *topology.Snapshot, a flow.Addr) Place {
	p := Place{Edges: snap.Edges(a), Sure: snap.Begins(a), left: snap.Left(a)}
	if len(p.Edges) == 0 && !snap.Bridged(a) {
		p.Edges = snap.Borders()
		p.Outside = len(p.Edges) > 0
	}
	if sw, port, ok := snap.Locate(a); ok {
		q := snap.Port(sw, port)
		p.odd = q != nil && q.Home
	}
	_, p.Port, p.Kept = snap.KeptAt(a)
	return p
}

// destOf is placeOf for a receiver, to which frames may come elsewhere than it sends.
func destOf(snap *topology.Snapshot, a flow.Addr) Place {
	p := placeOf(snap, a)
	if !p.Outside {
		p.Edges = snap.Receives(a)
	}
	p.Sure = snap.Reached(a)
	return p
}

// outdate: what was seen before an address left a switch does not go to where it lives now.
func (p *Place) outdate(obs []Obs) {
	if p.left != 0 && !slices.ContainsFunc(obs, func(o Obs) bool { return o.Seen >= p.left }) {
		p.Sure = false
	}
}

// goal gives the switch at which the path must end even if nothing was seen of it, 0 if that is not certain.
func (p Place) goal() topology.SwitchID {
	if p.Sure && len(p.Edges) == 1 {
		return p.Edges[0]
	}
	return 0
}

// unknownAt names the port behind which an incomplete path goes on unheard.
func unknownAt(snap *topology.Snapshot, obs []Obs, left, right bool) (topology.SwitchID, uint32) {
	if last := &obs[len(obs)-1]; !right && last.Out != 0 && snap.Peer(last.Switch, last.Out) == 0 {
		return last.Switch, last.Out
	}
	if first := &obs[0]; !left && first.In != 0 && snap.Peer(first.Switch, first.In) == 0 {
		return first.Switch, first.In
	}
	return 0, 0
}

// Egress reports that the hop was seen on egress only.
func (o *Obs) Egress() bool { return o.egress }

// Sightings gives how many samples showed the hop.
func (o *Obs) Sightings() uint32 { return o.n }
