package path

import "spoor/topology"

// run is what one sample says of the way: the switch before, the switch itself, the one behind.
type run struct {
	ids [3]topology.SwitchID
	n   int
}

func (r *run) switches() []topology.SwitchID { return r.ids[:r.n] }

func (r *run) add(id topology.SwitchID) {
	if id != 0 {
		r.ids[r.n] = id
		r.n++
	}
}

// around gives the run of a sighting, by the links of its ports.
func around(snap *topology.Snapshot, y *Obs) run {
	var r run
	r.add(snap.Peer(y.Switch, y.In))
	r.add(y.Switch)
	r.add(snap.Peer(y.Switch, y.Out))
	return r
}

// index tells where the path has the switches as a run, -1 if it has not.
func (t *Tracker) index(part []topology.SwitchID) int {
	for i := 0; i+len(part) <= len(t.Hops); i++ {
		same := true
		for j, id := range part {
			same = same && t.Hops[i+j].Switch == id
		}
		if same {
			return i
		}
	}
	return -1
}

// disputes gives the links of the path, as bits (bit i lies before hop i), that
// a run which is not on it speaks against: all, if it has no switch of it.
func (t *Tracker) disputes(part []topology.SwitchID) int {
	bits, met := 0, false
	for k, id := range part {
		i := t.index([]topology.SwitchID{id})
		if i < 0 {
			continue
		}
		met = true
		if k > 0 && (i == 0 || t.Hops[i-1].Switch != part[k-1]) {
			bits |= 1 << i
		}
		if k+1 < len(part) && (i+1 == len(t.Hops) || t.Hops[i+1].Switch != part[k+1]) {
			bits |= 1 << (i + 1)
		}
	}
	if !met {
		return -1
	}
	return bits
}

// turned gives the links of the path, as bits, that a sighting at one of its switches speaks against by
// itself: the flow came from a host there, or left for one, though the path has another switch before it or behind.
func (t *Tracker) turned(snap *topology.Snapshot, y *Obs) (bits int) {
	i := t.index([]topology.SwitchID{y.Switch})
	if i < 0 || t.Encap {
		return 0
	}
	if i > 0 && toHost(snap, y.Switch, y.In) {
		bits |= 1 << i
	}
	if i < len(t.Hops)-1 && toHost(snap, y.Switch, y.Out) {
		bits |= 1 << (i + 1)
	}
	return bits
}

// toHost: a port is proven to lead to hosts.
func toHost(snap *topology.Snapshot, id topology.SwitchID, port uint32) bool {
	p := snap.Port(id, port)
	return p != nil && p.Edge && p.Peer == 0
}

// confirms reports whether a run at hop i shows that the flow still goes this
// way: over a link that is disputed, if any is (a host that moved leaves the
// rest of the path as it was). An end of the path alone confirms nothing.
func (t *Tracker) confirms(i int, r *run) bool {
	if r.n == 1 {
		return t.disputed == 0 && i > 0 && i < len(t.Hops)-1
	}
	if t.disputed == 0 {
		return true
	}
	for k := 1; k < r.n; k++ {
		if t.disputed&(1<<(i+k)) != 0 {
			return true
		}
	}
	return false
}

// Calm reports whether nothing speaks against the path.
func (t *Tracker) Calm() bool {
	return t.Complete && t.against == 0 && t.disputed == 0 && (t.spread == nil || !t.spread.active)
}
