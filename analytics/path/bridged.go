package path

import "spoor/topology"

// bridging is what a tracker knows of a flow in a bridged fabric.
type bridging struct {
	on       bool   // the flow's ends are hosts of a bridged fabric
	routed   bool   // MACs or TTL changed on the way: a router was passed
	ordered  bool   // obs is in travel order
	fresh    bool   // the order was not yet told
	version  uint64 // of the snapshot that on and ordered come from
	src, dst uint64 // MACs
	ttl      uint8
	rows     uint32 // sightings of the ordered flow that were not told
	sent     int64  // when the order was last told
}

// Evidence of bridged fabrics that is known already is told again that rarely.
const bridgedRepeat = int64(10e9)

// Bridged reports whether the flow crosses a bridged fabric: its switches are
// ordered by where other hosts are, if at all.
func (t *Tracker) Bridged() bool { return t.bridging.on }

// Ordered reports whether the switches at which a bridged flow was seen could be put in order.
func (t *Tracker) Ordered() bool { return t.bridging.ordered }

// isBridged finds out anew with each snapshot.
func (t *Tracker) isBridged(snap *topology.Snapshot) bool {
	b := &t.bridging
	if t.Encap || !snap.AnyBridged() {
		b.on = false
		return false
	}
	if b.version == snap.Version {
		return b.on
	}
	b.version = snap.Version
	was := b.on
	if b.on = snap.Bridged(t.Src) || snap.Bridged(t.Dst); b.on {
		if !was {
			t.Complete = false
		}
		t.order(snap)
	}
	return b.on
}

// order puts what was seen in travel order if other hosts tell it.
func (t *Tracker) order(snap *topology.Snapshot) {
	b := &t.bridging
	was := b.ordered
	b.ordered = (snap.Crosses(t.Src) || snap.Crosses(t.Dst)) && sortBridged(snap, t.obs, b.src, b.dst)
	b.fresh = b.fresh || b.ordered && !was
}

// sortBridged orders hops; false, with obs as they were, if a pair is not ordered or the order has a cycle.
func sortBridged(snap *topology.Snapshot, obs []Obs, src, dst uint64) bool {
	rank := make([]int, len(obs))
	for i := range obs {
		for j := range i {
			switch snap.Before(obs[i].crossing(), obs[j].crossing(), src, dst) {
			case -1:
				rank[j]++
			case 1:
				rank[i]++
			default:
				return false
			}
		}
	}
	var sorted [maxObs]Obs
	var taken [maxObs]bool
	for i := range obs {
		if taken[rank[i]] {
			return false
		}
		taken[rank[i]], sorted[rank[i]] = true, obs[i]
	}
	copy(obs, sorted[:])
	return true
}

func (o *Obs) crossing() topology.Crossing {
	return topology.Crossing{Switch: o.Switch, In: o.In, Out: o.Out}
}

// addBridged takes a sighting of a flow in a bridged fabric.
func (t *Tracker) addBridged(snap *topology.Snapshot, s *Sighting, y Obs) Event {
	b := &t.bridging
	if b.ttl != 0 && (b.src != s.SrcMAC || b.dst != s.DstMAC || b.ttl != s.TTL) {
		b.routed, t.Complete = true, false
	}
	b.src, b.dst, b.ttl = s.SrcMAC, s.DstMAC, s.TTL
	if !t.Complete {
		t.mergeBridged(snap, y)
		return t.Resolve(snap)
	}
	if t.fits(snap, &y) {
		t.confirmed = s.Time
		t.candidate, t.against = t.candidate[:0], 0
		t.mergeBridged(snap, y)
		return None
	}
	t.against++
	t.candidate, _ = merge(snap, t.candidate, y, false, nil)
	if t.against < contradictions || s.Time-t.confirmed <= unconfirmed {
		return None
	}
	t.obs, t.candidate, t.against = t.candidate, t.obs[:0], 0 // what is seen now counts, whole or not
	t.order(snap)
	b.fresh = b.ordered
	r := t.infer(snap, t.obs)
	if !r.Complete {
		t.Complete = false
		return None
	}
	t.Previous = append(t.Previous[:0], t.Hops...)
	t.adopt(snap, r.Hops, t.obs)
	return Moved
}

// fits: the path has the switch, between the neighbours to which the named ports lead.
func (t *Tracker) fits(snap *topology.Snapshot, y *Obs) bool {
	part := make([]topology.SwitchID, 0, 3)
	if p := snap.Peer(y.Switch, y.In); p != 0 {
		part = append(part, p)
	}
	part = append(part, y.Switch)
	if p := snap.Peer(y.Switch, y.Out); p != 0 {
		part = append(part, p)
	}
	return t.index(part) >= 0
}

// mergeBridged adds a sighting to what was seen, and orders it anew if it says more.
func (t *Tracker) mergeBridged(snap *topology.Snapshot, y Obs) {
	i := find(t.obs, y.Switch)
	same := i >= 0 && (y.In == 0 || y.In == t.obs[i].In) && (y.Out == 0 || y.Out == t.obs[i].Out)
	t.obs, _ = merge(snap, t.obs, y, false, nil)
	if !same {
		t.bridging.ordered = false
		t.order(snap)
	}
	if t.bridging.ordered {
		t.bridging.rows++
	}
}

// Testify appends what the latest sighting of a bridged flow says of the fabric.
// Agents, ports, MACs, flow and counts are filled in.
func (t *Tracker) Testify(snap *topology.Snapshot, s *Sighting, id uint64, out []topology.Evidence) []topology.Evidence {
	b := &t.bridging
	i := find(t.obs, s.Switch)
	if i < 0 || b.routed {
		return out
	}
	o := &t.obs[i]
	if s.Time-o.sent >= bridgedRepeat || !snap.KnowsCrossing(o.crossing(), b.src, b.dst) {
		out = append(out, topology.Evidence{
			Kind: topology.SawBridged, Agent: snap.Agent(o.Switch), Port: s.In, Port2: s.Out, Far: b.src, Own: b.dst, Flow: id, Count: o.n - o.told,
		})
		o.told, o.sent = o.n, s.Time
	}
	out = t.again(snap, o, out)
	if !b.ordered || len(t.obs) < 2 || b.rows == 0 {
		return out
	}
	again := s.Time-b.sent >= bridgedRepeat
	for i := range t.obs {
		for j := i + 1; j < len(t.obs); j++ {
			from, to := t.obs[i].crossing(), t.obs[j].crossing()
			ev := topology.Evidence{
				Kind: topology.SawNext, Agent: snap.Agent(from.Switch), Port: from.Out, Agent2: snap.Agent(to.Switch), Port2: to.In, Far: b.src, Count: b.rows,
			}
			if j > i+1 {
				ev.Kind, ev.Count, ev.Far = topology.SawApart, 1, 0
			}
			if b.fresh || again || j == i+1 && !snap.KnowsRow(from, to, b.src) {
				out = append(out, ev)
			}
		}
	}
	b.fresh, b.rows = false, 0
	if again {
		b.sent = s.Time
	}
	return out
}

// again appends that the flow passed both ends of links that were remembered, of which the latest sighting was at one.
func (t *Tracker) again(snap *topology.Snapshot, o *Obs, out []topology.Evidence) []topology.Evidence {
	b := &t.bridging
	tell := func(port uint32, behind, beyond uint64, end func(*Obs) uint32) {
		p := snap.Port(o.Switch, port)
		if p == nil || p.Was.Switch == 0 {
			return
		}
		if i := find(t.obs, p.Was.Switch); i >= 0 && end(&t.obs[i]) == p.Was.IfIndex {
			out = append(out, topology.Evidence{
				Kind: topology.SawAgain, Agent: snap.Agent(o.Switch), Port: port, Agent2: snap.Agent(p.Was.Switch), Port2: p.Was.IfIndex, Far: behind, Own: beyond, Count: 1,
			})
		}
	}
	tell(o.Out, b.dst, b.src, func(o *Obs) uint32 { return o.In })
	tell(o.In, b.src, b.dst, func(o *Obs) uint32 { return o.Out })
	return out
}
