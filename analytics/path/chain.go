package path

import (
	"slices"

	"spoor/topology"
)

// chain builds a tunnelled flow's path from named ports alone: the links to
// which they lead must join all switches that saw it in one row. TTLs do not
// compare where tunnels follow one another, and behind a tunnel's end that
// hands over to its mate.
func (t *Tracker) chain(snap *topology.Snapshot, obs []Obs, src, dst Place) Route {
	var c chained
	for i := range obs {
		o := &obs[i]
		if !c.join(snap.Peer(o.Switch, o.In), o.Switch) || !c.join(o.Switch, snap.Peer(o.Switch, o.Out)) {
			return Route{}
		}
	}
	row := c.row(t.scratch[:0])
	for i := range obs {
		if !slices.ContainsFunc(row, func(h Hop) bool { return h.Switch == obs[i].Switch }) {
			return Route{Hops: row}
		}
	}
	if len(row) == 0 {
		return Route{Hops: row}
	}
	if tunnels(obs) > 1 {
		src, dst = placeOf(snap, t.Src), destOf(snap, t.Dst)
		dst.Sure = dst.Sure && !snap.SharedEnds()
	}
	w := inferrer{snap: snap, src: src, dst: dst}
	left := w.back(c.end(obs, row[0].Switch))
	for i := range row {
		if k := find(obs, row[i].Switch); k >= 0 {
			row[i].In, row[i].Out, row[i].Observed = obs[k].In, obs[k].Out, true
		}
	}
	w.hops = append(w.hops, row...)
	right := w.forth(c.end(obs, row[len(row)-1].Switch))
	t.scratch = row
	return Route{Hops: w.hops, Complete: left && right && w.simple()}
}

// chained is the links that a flow's named ports lead over.
type chained struct {
	links [2 * maxObs][2]topology.SwitchID
	n     int
}

// join notes a link, false if it contradicts another; 0 is no switch.
func (c *chained) join(from, to topology.SwitchID) bool {
	if from == 0 || to == 0 {
		return true
	}
	for _, l := range c.links[:c.n] {
		if (l[0] == from) != (l[1] == to) {
			return false
		}
		if l[0] == from {
			return true
		}
	}
	c.links[c.n] = [2]topology.SwitchID{from, to}
	c.n++
	return true
}

// row gives the switches in order, from the one that no link leads to.
func (c *chained) row(hops []Hop) []Hop {
	all := c.links[:c.n]
	first := slices.IndexFunc(all, func(l [2]topology.SwitchID) bool {
		return !slices.ContainsFunc(all, func(o [2]topology.SwitchID) bool { return o[1] == l[0] })
	})
	if first < 0 {
		return hops
	}
	hops = append(hops, Hop{Switch: all[first][0]})
	for next := first; next >= 0 && len(hops) <= MaxHops; {
		to := all[next][1]
		hops = append(hops, Hop{Switch: to})
		next = slices.IndexFunc(all, func(l [2]topology.SwitchID) bool { return l[0] == to })
	}
	return hops
}

// end gives what was seen at an end of the row, nothing if no sample was.
func (c *chained) end(obs []Obs, sw topology.SwitchID) *Obs {
	if i := find(obs, sw); i >= 0 {
		return &obs[i]
	}
	return &Obs{Switch: sw}
}
