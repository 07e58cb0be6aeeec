package path

import (
	"math"

	"spoor/topology"
)

// Known is a path that many flows share.
type Known struct {
	Hops    []Hop
	Speed   float64 // bit/s of its slowest link, 0 while no speed is known
	version uint64  // of the snapshot that Speed comes from
	refs    int
	key     internKey
}

// internKey is a path as a map key.
type internKey [MaxHops]Hop

// Interner gives equal paths one number, so that a flow keeps 4 bytes and what
// hangs on a path is worked out once. Numbers of paths that no flow keeps are
// used again. The zero value is ready.
type Interner struct {
	ids   map[internKey]uint32
	paths []Known // [0] is no path
	free  []uint32
}

// Intern gives the number of a path and takes a reference to it; 0 for a path that is too long.
func (n *Interner) Intern(hops []Hop) uint32 {
	var key internKey
	if len(hops) == 0 || len(hops) > MaxHops {
		return 0
	}
	copy(key[:], hops)
	if n.ids == nil {
		n.ids, n.paths = map[internKey]uint32{}, make([]Known, 1)
	}
	id, ok := n.ids[key]
	if !ok {
		if k := len(n.free); k > 0 {
			id, n.free = n.free[k-1], n.free[:k-1]
		} else {
			id = uint32(len(n.paths))
			n.paths = append(n.paths, Known{})
		}
		n.ids[key] = id
		n.paths[id] = Known{Hops: append(n.paths[id].Hops[:0], hops...), key: key}
	}
	n.paths[id].refs++
	return id
}

// Release gives a reference back; 0 is no reference.
func (n *Interner) Release(id uint32) {
	if id == 0 {
		return
	}
	p := &n.paths[id]
	if p.refs--; p.refs == 0 {
		delete(n.ids, p.key)
		n.free = append(n.free, id)
	}
}

// Get gives a path that is referred to, with the speed of its slowest link by
// snap; nil for 0. It is valid until the next Intern.
func (n *Interner) Get(id uint32, snap *topology.Snapshot) *Known {
	if id == 0 {
		return nil
	}
	p := &n.paths[id]
	if p.version != snap.Version {
		p.version, p.Speed = snap.Version, slowest(snap, p.Hops)
	}
	return p
}

// Len gives the number of paths in use.
func (n *Interner) Len() int { return len(n.ids) }

// slowest gives the least known speed of the ports of a path, 0 if none is known.
func slowest(snap *topology.Snapshot, hops []Hop) float64 {
	least := math.Inf(1)
	for _, h := range hops {
		least = min(least, portSpeed(snap, h.Switch, h.In), portSpeed(snap, h.Switch, h.Out))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// SlowestSeen gives the least known speed of the ports that were sampled, 0 if none is known.
func (t *Tracker) SlowestSeen(snap *topology.Snapshot) float64 {
	least := math.Inf(1)
	for i := range t.obs {
		o := &t.obs[i]
		least = min(least, portSpeed(snap, o.Switch, o.In), portSpeed(snap, o.Switch, o.Out))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func portSpeed(snap *topology.Snapshot, id topology.SwitchID, ifIndex uint32) float64 {
	if ifIndex != 0 {
		if p := snap.Port(id, ifIndex); p != nil && p.Speed > 0 {
			return p.Speed
		}
	}
	return math.Inf(1)
}
