package path

import "spoor/topology"

// Untouched takes note of a snapshot in which nothing changed of what a complete
// path rests on: its switches, those that were seen, where its ends live. Else it
// does nothing and gives false: Resolve has to look.
func (t *Tracker) Untouched(snap *topology.Snapshot) bool {
	was := t.Version
	if !t.Complete || t.spread != nil && t.spread.active || snap.AnyBridged() || snap.Changed(was) ||
		snap.AddressChanged(t.Src, was) || snap.AddressChanged(t.Dst, was) || t.switchChanged(snap, was) {
		return false
	}
	if t.added {
		if t.basis() != t.resolved {
			return false
		}
		t.added = false
	}
	t.Version = snap.Version
	if t.quiet < was || t.quiet == 0 {
		return true
	}
	for i := range t.obs {
		if t.obs[i].fits == t.quiet {
			t.obs[i].fits = snap.Version
		}
	}
	t.quiet = snap.Version
	return true
}

// switchChanged reports whether a switch of the path, or one that was seen, is otherwise than it was.
func (t *Tracker) switchChanged(snap *topology.Snapshot, was uint64) bool {
	for i := range t.Hops {
		if snap.SwitchChanged(t.Hops[i].Switch, was) {
			return true
		}
	}
	for _, seen := range [2][]Obs{t.obs, t.candidate} {
		for i := range seen {
			if snap.SwitchChanged(seen[i].Switch, was) {
				return true
			}
		}
	}
	return false
}

// basis sums up what an inference goes by of what was seen, but for the times.
func (t *Tracker) basis() uint64 {
	h := mix(uint64(t.pre)<<32|uint64(t.post), TunnelOf(t.outerSrc, t.outerDst))
	h = mix(h, uint64(t.most)<<8|uint64(t.least))
	if t.handed {
		h = mix(h, 1)
	}
	if t.Encap {
		h = mix(h, 2)
	}
	for i := range t.obs {
		o := &t.obs[i]
		h = mix(h, uint64(o.In)<<32|uint64(o.Out))
		h = mix(h, uint64(o.Switch)<<32|uint64(o.begins))
		h = mix(h, uint64(o.mate))
		h = mix(h, uint64(uint16(o.TTL))<<8|uint64(o.inner))
		if h = mix(h, o.tunnel); o.egress {
			h = mix(h, 3)
		}
		if o.came {
			h = mix(h, 4)
		}
		if o.left {
			h = mix(h, 5)
		}
	}
	return h
}

func mix(h, x uint64) uint64 {
	h = (h ^ x) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}
