package topology

import (
	"maps"
	"slices"

	"spoor/flow"
)

// A snapshot differs from the one before in few places. Who concluded something
// from an earlier one asks here whether it may be otherwise now.

// Changed reports whether anything but what is said of single switches and
// addresses is otherwise than in the snapshot of version since.
func (s *Snapshot) Changed(since uint64) bool { return s.whole > since || since > s.Version }

// SwitchChanged reports whether a switch, its ports or their links are otherwise than in the snapshot of version since.
func (s *Snapshot) SwitchChanged(id SwitchID, since uint64) bool {
	if s.switched <= since {
		return false
	}
	sw := s.Switch(id)
	return sw == nil || sw.since > since
}

// AddressChanged reports whether the place of an address, or a switch behind
// which it lives, is otherwise than in the snapshot of version since.
func (s *Snapshot) AddressChanged(a flow.Addr, since uint64) bool {
	if known, changed := s.resettled.has(a, since); known && (changed || s.switched <= since) {
		return changed
	}
	p, ok := s.places.get(a)
	if !ok {
		return false
	}
	if slices.ContainsFunc(p.All, func(id SwitchID) bool { return s.SwitchChanged(id, since) }) {
		return true
	}
	return p.since > since || slices.ContainsFunc(p.Edges, func(id SwitchID) bool { return s.SwitchChanged(id, since) })
}

// settling is the last addresses whose places changed, oldest first from at on:
// in a fabric that is known, few do, and a search of them is cheaper than one of all places.
type settling struct {
	addrs    [16]flow.Addr
	versions [16]uint64 // in which they did
	at       int
}

func (r *settling) add(a flow.Addr, version uint64) {
	r.addrs[r.at], r.versions[r.at] = a, version
	r.at = (r.at + 1) % len(r.addrs)
}

// has reports whether an address is among those that changed after a version; known is false if there were too many to tell.
func (r *settling) has(a flow.Addr, since uint64) (known, changed bool) {
	if r.versions[r.at] > since {
		return false, false
	}
	for i := range r.addrs {
		if r.versions[i] > since && r.addrs[i] == a {
			return true, true
		}
	}
	return true, false
}

// sameWhole reports whether all but switches, addresses and what is bridged is as in another snapshot.
func (s *Snapshot) sameWhole(o *Snapshot) bool {
	return s.Settled == o.Settled && s.Dual == o.Dual && s.Bonds == o.Bonds && s.sharedEnds == o.sharedEnds && s.endsAlone == o.endsAlone && s.tunnelled == o.tunnelled &&
		s.anyHosts == o.anyHosts && s.anyIngress == o.anyIngress && len(s.inferred) == len(o.inferred) && slices.Equal(s.borders, o.borders)
}

// same reports whether two views of a switch say the same. A test knows all fields.
func (s *Switch) same(o *Switch) bool {
	return o != nil && s.ID == o.ID && s.Agent == o.Agent && s.Name == o.Name && s.Kept == o.Kept && s.Dark == o.Dark && s.Dual == o.Dual &&
		s.Alone == o.Alone && s.Host == o.Host && s.Doubt == o.Doubt && s.Hosts == o.Hosts && s.Void == o.Void && s.PortVoid == o.PortVoid && s.PortFailed == o.PortFailed && s.delivers == o.delivers && s.sharesEnd == o.sharesEnd && s.rival == o.rival &&
		maps.Equal(s.peers, o.peers) && maps.EqualFunc(s.Ports, o.Ports, func(p, q *Port) bool { return *p == *q })
}
