package path

import "spoor/topology"

// FirstTTL gives the TTL with which frames enter the first switch of the path, 0 if it cannot be told.
func (t *Tracker) FirstTTL() int {
	if t.Encap || t.bridging.on {
		return 0
	}
	for i, h := range t.Hops {
		if j := find(t.obs, h.Switch); j >= 0 {
			return int(t.obs[j].TTL) + i
		}
	}
	return 0
}

// Restore gives a tracker that was reset the path it knew before.
func (t *Tracker) Restore(snap *topology.Snapshot, hops []Hop) {
	t.Hops = append(t.Hops[:0], hops...)
	t.Complete, t.Version = true, snap.Version
	t.forget()
}
