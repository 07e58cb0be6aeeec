package path

import (
	"slices"

	"spoor/flow"
	"spoor/topology"
)

// A link or a host may have gone before anybody told of it. What was concluded meanwhile, and not seen, is taken back.

// outlived: the path ends at a switch where the flow was not seen, that its receiver has left, and that it may have left
// before the flow was seen last; or it begins at such a one that its sender has left.
func (t *Tracker) outlived(snap *topology.Snapshot) bool {
	n := len(t.Hops)
	return n > 0 && !t.Encap &&
		(t.deserted(snap, t.Dst, snap.Receives(t.Dst), t.Hops[n-1].Switch) || t.deserted(snap, t.Src, snap.Edges(t.Src), t.Hops[0].Switch))
}

// deserted: an address that lives behind some switches has left another one, at which the flow was not seen, and may have left it before the flow was seen last.
func (t *Tracker) deserted(snap *topology.Snapshot, a flow.Addr, behind []topology.SwitchID, id topology.SwitchID) bool {
	if len(behind) == 0 || slices.Contains(behind, id) || find(t.obs, id) >= 0 {
		return false
	}
	leaving := snap.Leaving(a)
	return leaving != 0 && slices.ContainsFunc(t.obs, func(o Obs) bool { return o.Seen >= leaving })
}

// astray: the path ends at a switch where the flow was not seen, to which no port led by which it was seen, and its receiver
// gets frames elsewhere than it sends, perhaps.
func (t *Tracker) astray(snap *topology.Snapshot) bool {
	n := len(t.Hops)
	if n < 2 || t.Encap || find(t.obs, t.Hops[n-1].Switch) >= 0 || !snap.Astray(t.Dst) {
		return false
	}
	i := find(t.obs, t.Hops[n-2].Switch)
	return i < 0 || snap.Peer(t.obs[i].Switch, t.obs[i].Out) != t.Hops[n-1].Switch
}

// cut forgets where a flow was seen by a port whose link is down, if it was seen elsewhere since the link may have been.
func (t *Tracker) cut(snap *topology.Snapshot) {
	latest := seenLast(t.obs)
	t.obs = slices.DeleteFunc(t.obs, func(o Obs) bool {
		return o.Seen < latest && (downBefore(snap, &o, o.In, latest) || downBefore(snap, &o, o.Out, latest))
	})
}

func downBefore(snap *topology.Snapshot, o *Obs, ifIndex uint32, at int64) bool {
	p := snap.Port(o.Switch, ifIndex)
	return p != nil && p.Down != 0 && p.Down <= at
}

// contradict: of two sightings at TTLs next to each other the second shows by which port the link to it begins, and the
// first that the flow left by another one: they are of different ways.
func contradict(snap *topology.Snapshot, a, b *Obs) bool {
	if a.Out == 0 || b.In == 0 || a.TTL != b.TTL+1 {
		return false
	}
	p := snap.Port(b.Switch, b.In)
	if p == nil || p.Peer != a.Switch || p.PeerPort == 0 || p.PeerPort == a.Out {
		return false
	}
	q := snap.Port(a.Switch, a.Out)
	return q == nil || q.Peer != b.Switch && !memberOf(snap, a.Switch, p.PeerPort, q.Aggregate) && !memberOf(snap, a.Switch, a.Out, p.PeerPort) && q.Aggregate != p.PeerPort
}

// strange: the frame came from another switch, or left for another one, than that to which its port is known to lead. Who the
// switch's ports lead to is open until the topology has learned it anew.
func strange(snap *topology.Snapshot, s *Sighting) bool {
	if s.Egress {
		return s.Out != 0 && snap.Strange(s.Switch, s.Out, s.DstMAC)
	}
	return s.In != 0 && (s.Encap || s.TTL != topology.InitialTTL(s.TTL)) && snap.Strange(s.Switch, s.In, s.SrcMAC)
}

// overDown: hops take a link by whose ports the flow was not seen, and which may have been down at a time.
func overDown(snap *topology.Snapshot, hops []Hop, obs []Obs, at int64) bool {
	for i := 1; i < len(hops); i++ {
		a, b := hops[i-1].Switch, hops[i].Switch
		if j := find(obs, a); j >= 0 && obs[j].Out != 0 {
			continue
		}
		if j := find(obs, b); j >= 0 && obs[j].In != 0 {
			continue
		}
		if snap.WasOut(a, b, at) {
			return true
		}
	}
	return false
}

// seenLast gives when a flow was seen last.
func seenLast(obs []Obs) int64 {
	latest := int64(0)
	for i := range obs {
		latest = max(latest, obs[i].Seen)
	}
	return latest
}

// takeBack ends a path that takes a link which may be down since: what speaks against the path is what is left, and makes another one, perhaps.
func (t *Tracker) takeBack(snap *topology.Snapshot) Event {
	if len(t.candidate) > 0 {
		if event := t.move(snap, seenLast(t.candidate)); event != None {
			return event
		}
		t.obs, t.candidate, t.against, t.disputed = t.candidate, t.obs[:0], 0, 0
		t.forget()
	}
	t.Complete = false
	return None
}

// Outdated reports whether a path of a flow of which no more is known than its hops, which of them were observed, and when the
// last sample came, would be taken back if all of it were known. It leaves the tracker to be reset.
func (t *Tracker) Outdated(snap *topology.Snapshot, hops []Hop, at int64) bool {
	t.Hops, t.obs = append(t.Hops[:0], hops...), t.obs[:0]
	for i := range hops {
		if h := &hops[i]; h.Observed && len(t.obs) < maxObs {
			t.obs = append(t.obs, Obs{Switch: h.Switch, In: h.In, Out: h.Out, Seen: at})
		}
	}
	return overDown(snap, t.Hops, t.obs, at) || doubtful(snap, t.Hops) || t.outlived(snap) || t.astray(snap)
}

// Untouched reports whether nothing changed since a snapshot of what Outdated looks at: the switches of a path, and where its ends live.
func Untouched(snap *topology.Snapshot, hops []Hop, src, dst flow.Addr, since uint64) bool {
	if snap.Changed(since) || snap.AddressChanged(src, since) || snap.AddressChanged(dst, since) {
		return false
	}
	return !slices.ContainsFunc(hops, func(h Hop) bool { return snap.SwitchChanged(h.Switch, since) })
}
