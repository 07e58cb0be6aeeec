package path

import (
	"spoor/internal/mem"
	"spoor/topology"
)

// Fetch asks for the memory beside the tracker that Again will read.
func (t *Tracker) Fetch() { mem.FetchSlice(t.obs) }

// Again takes a sighting on ingress, bare, by known ports, if the flow was seen
// just so before, and if with the same snapshot that fitted the path and spoke
// for no link. Else it does nothing and gives false: Add has to look.
func (t *Tracker) Again(snap *topology.Snapshot, sw topology.SwitchID, in, out uint32, ttl uint8, at int64) bool {
	if t.quiet != snap.Version {
		return false
	}
	i := find(t.obs, sw)
	if i < 0 {
		return false
	}
	o := &t.obs[i]
	if o.fits != snap.Version || o.In != in || o.Out != out || o.TTL != int16(ttl) || in == 0 || out == 0 {
		return false
	}
	o.Seen, o.egress, o.came = at, false, true
	o.n++
	if o.confirms {
		t.confirmed = at
	}
	return true
}

// listen ends the quiet until hush.
func (t *Tracker) listen() { t.quiet = 0 }

// hush notes that a sighting fitted the whole path, if nothing is open about it.
func (t *Tracker) hush(snap *topology.Snapshot, y *Obs, confirm bool) {
	i := find(t.obs, y.Switch)
	if i < 0 {
		return
	}
	t.obs[i].fits = 0 // that was of other ports, perhaps
	if y.In == 0 || y.Out == 0 || t.Encap || t.pre == 0 || !t.Calm() || len(t.candidate) > 0 || t.speaks(snap) {
		return
	}
	t.quiet = snap.Version
	t.obs[i].fits, t.obs[i].confirms = snap.Version, confirm
}

// speaks reports whether any two sightings speak for a link that is not known.
func (t *Tracker) speaks(snap *topology.Snapshot) bool {
	for i := range t.obs {
		for j := range i {
			a, b := order(&t.obs[i], &t.obs[j])
			if gap, next := vote(snap, a, b); gap || next {
				return true
			}
		}
	}
	return false
}

// forget: what fitted the path before may not do so now.
func (t *Tracker) forget() {
	t.quiet = 0
	for i := range t.obs {
		t.obs[i].fits = 0
	}
}
