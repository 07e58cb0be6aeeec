package path

import (
	"slices"

	"spoor/flow"
	"spoor/topology"
)

// Rules of a move (docs/analytics.md, section 3).
const (
	contradictions = 3          // samples that do not fit the path
	unconfirmed    = int64(5e8) // and for so long none that does
	forsaken       = 10         // so many that make no other path,
	forsakenFor    = int64(3e9) // over so long and none that fits, take the path back
	voteWindow     = int64(2e9) // two sightings of one flow this close may prove a link
	maxObs         = 16         // hops remembered of one flow
)

// Sighting is one sample of the flow, as the tracker needs it.
type Sighting struct {
	Switch   topology.SwitchID
	In, Out  uint32 // ifIndexes, 0 unknown; not both
	TTL      uint8  // as sampled: the outer one in a tunnel
	Inner    uint8  // the packet's own
	Egress   bool
	Encap    bool
	OuterSrc flow.Addr
	OuterDst flow.Addr
	SrcMAC   uint64
	DstMAC   uint64
	Time     int64 // event time
}

// Event says what a sighting or a new snapshot did to the path.
type Event uint8

// Events.
const (
	None      Event = iota
	Completed       // the whole path is known for the first time
	Moved           // the flow left its path for another
	Corrected       // the path was wrong: only inferred hops changed
	Sprayed         // the flow takes several paths at a time: Alternatives
)

// Tracker follows one flow's path. The zero value is ready.
type Tracker struct {
	// What nearly each sighting touches comes first.
	obs       []Obs
	quiet     uint64 // the snapshot by which nothing is open about what was seen, 0 none
	confirmed int64
	spread    *spread // nil until samples contradict each other
	Encap     bool    // seen in a tunnel
	Complete  bool
	handed    bool  // post got it from the tunnel's end, over a link
	most      uint8 // the packet's own TTLs in the tunnels, 0 unknown,
	least     uint8
	bridging  bridging

	Src, Dst flow.Addr
	Version  uint64
	Hops     []Hop // the path while Complete
	Previous []Hop // the one before, after Moved and Corrected

	outerSrc, outerDst flow.Addr
	tunnels            [maxTunnels]outer // in which it was seen, the latest first
	pre, post          topology.SwitchID // saw the tunnelled flow bare: before and after the tunnel
	toldPre, toldPost  topology.SwitchID
	candidate          []Obs
	against            int   // contradicting samples in a row
	disputed           int   // links of the path, as bits, that they speak against
	doubted            int64 // since when samples do not fit
	scratch            []Hop
	resolved           uint64 // the basis of the latest Resolve
	added              bool   // sightings were added since then
	bounce             bounce
}

// Reset makes the tracker ready for another flow and keeps its memory.
func (t *Tracker) Reset(src, dst flow.Addr) {
	*t = Tracker{Src: src, Dst: dst, Hops: t.Hops[:0], Previous: t.Previous[:0], obs: t.obs[:0], candidate: t.candidate[:0], scratch: t.scratch[:0], spread: t.spread}
	if t.spread != nil {
		t.spread.reset()
	}
}

// Observed gives what is known of the flow's hops, in no particular order. The slice is the tracker's.
func (t *Tracker) Observed() []Obs { return t.obs }

// Add takes a sighting. Links that it speaks for are appended to votes.
func (t *Tracker) Add(snap *topology.Snapshot, s *Sighting, votes []Vote) (Event, []Vote) {
	t.listen()
	if strange(snap, s) {
		return None, votes
	}
	t.added = true
	y := t.observe(snap, s)
	if t.isBridged(snap) {
		return t.addBridged(snap, s, y), votes
	}
	if event, done := t.watch(snap, &y); done {
		return event, votes
	}
	if !t.Complete {
		if t.conflicts(snap, &y) { // frames of another way: what they show does not mix
			t.suspect()
			t.bounce.leaves(t.obs, &y)
			t.obs = t.obs[:0]
		}
		t.obs, votes = merge(snap, t.obs, y, t.Encap, votes)
		votes = t.handOver(snap, votes)
		event := t.Resolve(snap)
		if event == None && !t.Complete {
			event = t.alone(snap, &y)
		}
		if event == Completed {
			t.confirmed = s.Time // it fits the path that it made
		}
		return event, votes
	}
	votes = t.handOver(snap, votes)
	run := around(snap, &y)
	at, turned := t.index(run.switches()), t.turned(snap, &y)
	switch {
	case at < 0 || turned != 0:
		t.suspect()
		if t.against++; t.against == 1 {
			t.doubted = s.Time
		}
		t.disputed |= t.disputes(run.switches()) | turned
		t.candidate, votes = merge(snap, t.candidate, y, t.Encap, votes)
		votes = t.across(snap, t.candidate, y.Switch, t.obs, votes)
		if t.against >= contradictions && s.Time-t.confirmed > unconfirmed && !t.torn(snap) {
			if event := t.move(snap, s.Time); event != None || t.against < forsaken || s.Time-max(t.confirmed, t.doubted) <= forsakenFor {
				return event, votes
			}
			return t.takeBack(snap), votes
		}
		return None, votes
	case t.confirms(at, &run):
		t.confirmed = s.Time
		t.candidate, t.against, t.disputed = t.candidate[:0], 0, 0
	}
	t.obs, votes = merge(snap, t.obs, y, t.Encap, votes)
	votes = t.across(snap, t.obs, y.Switch, t.candidate, votes)
	t.hush(snap, &y, t.confirms(at, &run))
	return None, votes
}

// observe turns a sighting into what it says of a hop.
func (t *Tracker) observe(snap *topology.Snapshot, s *Sighting) Obs {
	y := Obs{Switch: s.Switch, In: s.In, Out: s.Out, TTL: int16(s.TTL), inner: s.Inner, egress: s.Egress, Seen: s.Time, n: 1}
	if s.Egress { // already decremented
		y.TTL++
	}
	if s.Encap {
		t.outerSrc, t.outerDst = s.OuterSrc, s.OuterDst
		y.tunnel = TunnelOf(s.OuterSrc, s.OuterDst)
		y.beginning(snap, s.OuterSrc)
		y.later = y.follows(t.pre, snap.Edges(t.Src))
		t.notes(outer{y.tunnel, s.OuterSrc, s.OuterDst})
		if s.Inner != 0 && !s.Egress && (t.most == 0 || s.Inner > t.most || s.Inner < t.least) {
			t.least = min(t.least-1, s.Inner-1) + 1 // 0 is unknown
			t.most = max(t.most, s.Inner)
		}
		t.enterTunnel(snap)
		return y
	}
	y.inner = uint8(min(y.TTL, 255))
	y.came, y.left = !s.Egress, s.Egress
	switch {
	case t.side(snap, &y) == afterTunnel:
		t.take(s.Switch)
	case s.In != 0 && !s.Egress && t.pre == 0:
		t.pre = s.Switch
	case (s.In == 0 || s.Egress) && s.Switch != t.pre && !t.handed:
		t.post = s.Switch
	}
	if t.Encap {
		y.TTL = tunnelEntry
		if s.Switch != t.pre {
			y.TTL = tunnelExit
			if i := find(t.obs, s.Switch); i >= 0 {
				y.TTL = t.obs[i].TTL
			}
		}
	}
	return y
}

func find(obs []Obs, id topology.SwitchID) int {
	return slices.IndexFunc(obs, func(o Obs) bool { return o.Switch == id })
}

// merge adds a sighting to what is known of its switch, and votes for links
// with what is known of the others. The present one counts only once for each.
func merge(snap *topology.Snapshot, obs []Obs, y Obs, encap bool, votes []Vote) ([]Obs, []Vote) {
	i := find(obs, y.Switch)
	if i < 0 {
		if len(obs) == maxObs {
			return obs, votes
		}
		obs = append(obs, y)
		i = len(obs) - 1
	} else {
		o := &obs[i]
		if y.In != 0 {
			o.In = y.In
		}
		if y.Out != 0 {
			o.Out = y.Out
		}
		if y.tunnel != 0 {
			if o.tunnel != 0 && y.inner != 0 {
				o.inner = y.inner
			}
			o.tunnel, o.begins, o.mate = y.tunnel, y.begins, y.mate
		}
		if o.TTL == tunnelExit || encap && y.TTL == tunnelEntry || !encap { // of late it may come by another way
			o.TTL = y.TTL
		}
		o.egress = o.egress && y.egress
		o.came, o.left = o.came || y.came, o.left || y.left
		o.Seen = y.Seen
		o.n++
	}
	for j := range obs {
		if j != i && y.Seen-obs[j].Seen < voteWindow && obs[j].n > obs[j].told {
			votes = speak(snap, &obs[i], &obs[j], votes)
		}
	}
	return obs, votes
}

// Resolve works the path out anew from what was seen, with the links of snap.
func (t *Tracker) Resolve(snap *topology.Snapshot) Event {
	t.Version = snap.Version
	t.forget()
	t.void(snap)
	t.resolved, t.added = t.basis(), false
	if t.Sprayed() {
		return None
	}
	r := t.infer(snap, t.obs)
	if !r.Complete {
		if t.Complete && overDown(snap, t.Hops, t.obs, max(seenLast(t.obs), seenLast(t.candidate))) {
			return t.takeBack(snap)
		}
		t.Complete = t.Complete && !t.bridging.on && !doubtful(snap, t.Hops) && !t.outlived(snap) && !t.astray(snap)
		return None
	}
	was := t.Complete
	if was && slices.EqualFunc(t.Hops, r.Hops, sameSwitch) {
		t.adopt(snap, r.Hops, t.obs)
		return None
	}
	if was {
		t.Previous = append(t.Previous[:0], t.Named()...)
	}
	t.adopt(snap, r.Hops, t.obs)
	if was {
		return Corrected
	}
	t.Complete = true
	return Completed
}

func sameSwitch(a, b Hop) bool { return a.Switch == b.Switch }

// move: the candidate hops make a path of their own, the latest of them seen at at.
func (t *Tracker) move(snap *topology.Snapshot, at int64) Event {
	r := t.infer(snap, t.candidate)
	if !r.Complete { // the part of the way that stayed as it was may be missing
		n := len(t.candidate)
		for _, o := range t.obs {
			if o.Seen >= t.doubted && len(t.candidate) < maxObs && find(t.candidate, o.Switch) < 0 {
				t.candidate = append(t.candidate, o)
			}
		}
		if r = t.infer(snap, t.candidate); !r.Complete {
			t.candidate = t.candidate[:n]
			return None
		}
	}
	t.forget()
	t.Previous = append(t.Previous[:0], t.Named()...)
	t.obs, t.candidate, t.against, t.disputed, t.confirmed = t.candidate, t.obs[:0], 0, 0, at // the latest fits the path that it made
	event := Corrected
	for _, h := range t.Previous {
		if h.Observed && !slices.ContainsFunc(r.Hops, func(n Hop) bool { return n.Switch == h.Switch }) {
			event = Moved
		}
	}
	t.adopt(snap, r.Hops, t.obs)
	return event
}

// Partial gives the path as far as it is known, while it is not complete. The slice is the tracker's.
func (t *Tracker) Partial(snap *topology.Snapshot) Route {
	r := t.infer(snap, t.obs)
	t.ports(snap, r.Hops)
	return r
}

func (t *Tracker) infer(snap *topology.Snapshot, obs []Obs) Route {
	if t.isBridged(snap) {
		return t.inferBridged(snap, obs)
	}
	src, dst := t.ends(snap)
	src.outdate(obs)
	dst.outdate(obs)
	r := Route{}
	if t.Encap {
		if r = t.chain(snap, obs, src, dst); !r.Complete {
			r = t.relay(snap, obs)
		}
	}
	if !r.Complete {
		r = infer(snap, obs, src, dst, t.scratch)
	}
	t.scratch = r.Hops
	if len(r.Hops) > 0 && snap.Beside(t.Src, r.Hops[0].Switch, r.Hops[0].In) {
		r.Complete = false
	}
	if n := len(r.Hops); n > 0 && r.Hops[n-1].Out != 0 && !snap.Enters(t.Dst, r.Hops[n-1].Switch, r.Hops[n-1].Out) {
		r.Complete = false
	}
	if len(r.Hops) == 1 && (!snap.Settled && !betweenEdges(snap, &r.Hops[0]) || !t.bounce.moved(snap, obs)) || !t.ofOneFrame(snap, r.Hops) || doubtful(snap, r.Hops) || r.Complete && overDown(snap, r.Hops, obs, seenLast(obs)) {
		r.Complete = false
	}
	return r
}

// ends gives where the flow's ends live: at the tunnel's where it is tunnelled.
func (t *Tracker) ends(snap *topology.Snapshot) (src, dst Place) {
	if !t.Encap {
		src, dst = placeOf(snap, t.Src), destOf(snap, t.Dst)
		// Where pairs share tunnel ends one leaf may hand over to the other, and so may that to which the host's link is down.
		dst.Sure = dst.Sure && !snap.SharedEnds() && snap.EndsAlone() && !snap.Parted(t.Dst)
	} else {
		src, dst = tunnelPlace(snap, t.outerSrc, t.pre, placeOf(snap, t.Src)), tunnelPlace(snap, t.outerDst, t.last(snap), destOf(snap, t.Dst))
		src.Sure = src.Sure || len(src.Edges) == 1 && src.Home == src.Edges[0] // a host's own switch begins the tunnel
	}
	if len(dst.Edges) == 1 && (!t.Encap || t.post == 0) {
		dst.Sure = dst.Sure && !snap.SharesEnd(dst.Edges[0]) && (dst.left == 0 || !snap.BesideLeaf(dst.Edges[0])) // a host that lost one of its links is reached over the mate as well
	}
	return src, dst
}
