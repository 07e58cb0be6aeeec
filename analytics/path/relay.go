package path

import (
	"slices"

	"spoor/flow"
	"spoor/topology"
)

// A flow may take tunnels in a row: a gateway between pods, or sites, ends one and begins the next. Where each begins and
// ends is known by its outer addresses, so that what was seen in one of them tells of the others too.

// maxTunnels is how many tunnels in a row a path may have: two leaves and a gateway in each of two sites make three.
const maxTunnels = 3

// outer is a tunnel in which the flow was seen.
type outer struct {
	mark     uint64
	src, dst flow.Addr
}

// stretch is a part of a path from one tunnel end to the next.
type stretch struct {
	mark     uint64 // of the tunnel, 0 nothing was seen of it
	from, to topology.SwitchID
}

// notes remembers a tunnel; the one of which nothing seen is left, else the oldest, makes room.
func (t *Tracker) notes(o outer) {
	i := slices.IndexFunc(t.tunnels[:], func(k outer) bool { return k.mark == o.mark })
	if i == 0 {
		return
	}
	if i < 0 {
		i = maxTunnels - 1
		for j := range t.tunnels {
			if !slices.ContainsFunc(t.obs, func(s Obs) bool { return s.tunnel == t.tunnels[j].mark }) {
				i = j
				break
			}
		}
	}
	copy(t.tunnels[1:i+1], t.tunnels[:i])
	t.tunnels[0] = o
}

// relay builds the path of a flow that takes tunnels in a row: from the switch of its sender over the ends of the tunnels
// to that of its receiver, each stretch by itself, for TTLs of different tunnels do not compare.
func (t *Tracker) relay(snap *topology.Snapshot, obs []Obs) Route {
	var all [maxTunnels + 2]stretch
	row := t.stretches(snap, obs, all[1:1])
	if len(row) == 0 || snap.SharedEnds() || !snap.EndsAlone() {
		return Route{}
	}
	src, dst := placeOf(snap, t.Src), destOf(snap, t.Dst)
	src.outdate(obs)
	dst.outdate(obs)
	first, last := t.home(&src, t.pre), t.home(&dst, t.last(snap))
	if first == 0 || last == 0 || first == last {
		return Route{}
	}
	n := 1 + len(row)
	from := 1
	if row[0].from != first {
		from = 0
		all[0] = stretch{from: first, to: row[0].from}
	}
	if end := row[len(row)-1].to; end != last {
		all[n] = stretch{from: end, to: last}
		n++
	}
	row = all[from:n]
	if len(row) == 1 || !routedOnce(obs, row) {
		return Route{}
	}
	w := inferrer{snap: snap, src: src, dst: dst, hops: t.scratch[:0]}
	for i, s := range row {
		if i == 0 {
			w.see(obs, s.from)
		}
		if !w.along(obs, s) {
			return Route{Hops: w.hops}
		}
	}
	whole := !slices.ContainsFunc(obs, func(o Obs) bool {
		return !slices.ContainsFunc(w.hops, func(h Hop) bool { return h.Switch == o.Switch })
	})
	a, z := &w.hops[0], &w.hops[len(w.hops)-1]
	return Route{Hops: w.hops, Complete: whole && w.simple() && w.edge(a.Switch, a.In) && w.edge(z.Switch, z.Out)}
}

// edge: no path begins or ends at a port that leads to a switch, or may do so.
func (w *inferrer) edge(id topology.SwitchID, port uint32) bool {
	p := w.snap.Port(id, port)
	return p == nil || p.Peer == 0 && !p.Kept && (!p.Dark || !w.snap.Ingress())
}

// home gives the switch of an end: where the flow was seen bare, else the only one where it certainly lives, 0 unknown.
func (t *Tracker) home(at *Place, bare topology.SwitchID) topology.SwitchID {
	if bare != 0 && (len(at.Edges) == 0 || at.Outside || slices.Contains(at.Edges, bare)) {
		return bare
	}
	if bare != 0 || at.Outside || at.Kept {
		return 0
	}
	return at.goal()
}

// stretches gives the tunnels in which the flow was seen in the order of travel, none if an end of one is not known or if
// they make no row.
func (t *Tracker) stretches(snap *topology.Snapshot, obs []Obs, row []stretch) []stretch {
	for i := range t.tunnels {
		o := &t.tunnels[i]
		if o.mark == 0 || !slices.ContainsFunc(obs, func(s Obs) bool { return s.tunnel == o.mark }) {
			continue
		}
		from, sure := snap.TunnelEnd(o.src)
		to, certain := snap.TunnelEnd(o.dst)
		s := stretch{o.mark, from.Switches[0], to.Switches[0]}
		if !sure || !certain || s.from == s.to {
			return nil
		}
		switch {
		case len(row) == 0 || row[len(row)-1].to == s.from:
			row = append(row, s)
		case row[0].from == s.to:
			row = slices.Insert(row, 0, s)
		default:
			return nil
		}
	}
	return row
}

// routedOnce: inside its tunnels a packet passed one router for each that began, or none if it is bridged. More tell of a
// tunnel that was not seen, or of routers beside.
func routedOnce(obs []Obs, row []stretch) bool {
	return !slices.ContainsFunc(obs, func(o Obs) bool {
		n := int(topology.InitialTTL(o.inner)) - int(o.inner)
		return o.tunnel != 0 && n != 0 && n != 1+slices.IndexFunc(row, func(s stretch) bool { return s.mark == o.tunnel })
	})
}

// see adds a switch, and what was seen there.
func (w *inferrer) see(obs []Obs, id topology.SwitchID) {
	h := Hop{Switch: id}
	if i := find(obs, id); i >= 0 {
		h.In, h.Out, h.Observed = obs[i].In, obs[i].Out, true
	}
	w.hops = append(w.hops, h)
}

// along goes on from the last hop to the end of a stretch, over what was seen in its tunnel.
func (w *inferrer) along(obs []Obs, s stretch) bool {
	for range maxWalk {
		at := w.hops[len(w.hops)-1]
		if at.Switch == s.to {
			return true
		}
		next := w.onward(obs, s, at)
		if next == 0 || len(w.hops) == MaxHops {
			return false
		}
		w.see(obs, next)
	}
	return w.hops[len(w.hops)-1].Switch == s.to
}

// onward gives the switch behind a hop: over its port, else what leads to the next one that saw the flow in this stretch,
// else its end if that is a neighbour, else the only one between.
func (w *inferrer) onward(obs []Obs, s stretch, at Hop) topology.SwitchID {
	if at.Out != 0 {
		return w.snap.Peer(at.Switch, at.Out)
	}
	for i := range obs {
		o := &obs[i]
		if o.Switch != s.to && (s.mark == 0 || o.tunnel != s.mark) || o.Switch == s.from || slices.ContainsFunc(w.hops, func(h Hop) bool { return h.Switch == o.Switch }) {
			continue
		}
		before := w.snap.Peer(o.Switch, o.In)
		switch {
		case before == at.Switch, o.In == 0 && w.snap.Adjacent(at.Switch, o.Switch):
			return o.Switch
		case before != 0 && w.snap.Adjacent(at.Switch, before):
			return before
		case o.In != 0 && before == 0:
			return 0
		}
	}
	if w.snap.Adjacent(at.Switch, s.to) {
		return s.to
	}
	return w.snap.Common(at.Switch, s.to)
}
