package path

import (
	"cmp"
	"slices"

	"spoor/topology"
)

// adopt takes a path over and names its ports.
func (t *Tracker) adopt(snap *topology.Snapshot, hops []Hop, obs []Obs) {
	t.Hops = append(t.Hops[:0], hops...)
	for i := range t.Hops {
		if j := find(obs, t.Hops[i].Switch); j >= 0 {
			t.Hops[i].In, t.Hops[i].Out, t.Hops[i].Observed = obs[j].In, obs[j].Out, true
		}
	}
	t.ports(snap, t.Hops)
}

// Named gives the path with all ports at which the flow was seen. The slice is the tracker's.
func (t *Tracker) Named() []Hop {
	for i := range t.Hops {
		h := &t.Hops[i]
		if j := find(t.obs, h.Switch); j >= 0 {
			h.Observed = true
			h.In, h.Out = cmp.Or(t.obs[j].In, h.In), cmp.Or(t.obs[j].Out, h.Out)
		}
	}
	return t.Hops
}

// Lacks reports whether the path does not know a port at a switch that is named now.
func (t *Tracker) Lacks(sw topology.SwitchID, in, out uint32) bool {
	for i := range t.Hops {
		if h := &t.Hops[i]; h.Switch == sw {
			return h.In == 0 && in != 0 || h.Out == 0 && out != 0
		}
	}
	return false
}

// Agreed is Named with ports that agree with one another, for an alert, whose links they are.
func (t *Tracker) Agreed(snap *topology.Snapshot) []Hop {
	t.agree(snap, t.Named())
	return t.Hops
}

// agree mends a port at which the flow was seen before it took another way to the
// same switch: the two ports between two hops are those of one link. The one that
// leads elsewhere, or is no end of that link, is of old; where both lead to the other
// hop, over parallel links, the one that was seen first.
func (t *Tracker) agree(snap *topology.Snapshot, hops []Hop) {
	for i := 1; i < len(hops); i++ {
		a, b := &hops[i-1], &hops[i]
		if a.Out == 0 || b.In == 0 {
			continue
		}
		there, behind := leads(snap, a.Switch, a.Out, b.Switch)
		back, before := leads(snap, b.Switch, b.In, a.Switch)
		if there && back {
			if behind == b.In || behind == 0 && before == 0 || memberOf(snap, a.Switch, a.Out, before) || memberOf(snap, b.Switch, b.In, behind) {
				continue
			}
			if there = t.seen(a.Switch) >= t.seen(b.Switch); there {
				b.In = behind
			} else {
				a.Out = before
			}
			continue
		}
		switch {
		case there && behind != 0:
			b.In = behind
		case back && before != 0:
			a.Out = before
		}
	}
}

// memberOf reports whether a port is member of an aggregate, 0 unknown: ends of a LAG may be named differently.
func memberOf(snap *topology.Snapshot, id topology.SwitchID, ifIndex, aggregate uint32) bool {
	p := snap.Port(id, ifIndex)
	return p != nil && aggregate != 0 && p.Aggregate == aggregate
}

// leads reports whether a port leads to a switch, and there to which port, 0 unknown.
func leads(snap *topology.Snapshot, id topology.SwitchID, ifIndex uint32, to topology.SwitchID) (bool, uint32) {
	p := snap.Port(id, ifIndex)
	if p == nil || p.Peer != to {
		return false, 0
	}
	return true, p.PeerPort
}

// seen gives when the flow was last seen at a switch, 0 never.
func (t *Tracker) seen(id topology.SwitchID) int64 {
	if i := find(t.obs, id); i >= 0 {
		return t.obs[i].Seen
	}
	return 0
}

// ports names the ports of a path that were not sampled: those of the only link to the neighbour, and the ends' edge ports.
func (t *Tracker) ports(snap *topology.Snapshot, hops []Hop) {
	for i := range hops {
		h := &hops[i]
		switch {
		case h.In != 0:
		case i > 0:
			h.In = snap.PortTo(h.Switch, hops[i-1].Switch)
		default:
			if sw, port, ok := snap.Locate(t.Src); ok && sw == h.Switch {
				h.In = port
			}
		}
		switch {
		case h.Out != 0:
		case i+1 < len(hops):
			h.Out = snap.PortTo(h.Switch, hops[i+1].Switch)
		default:
			if sw, port, ok := snap.Locate(t.Dst); ok && sw == h.Switch {
				h.Out = port
			}
		}
	}
}

// void forgets what was seen at switches before their ports became others, at
// ports before they led elsewhere, and at hosts.
func (t *Tracker) void(snap *topology.Snapshot) {
	gone := func(o Obs) bool {
		sw := snap.Switch(o.Switch)
		return sw != nil && (sw.Host || o.Seen < sw.Void)
	}
	t.voidPorts(snap, t.obs)
	t.voidPorts(snap, t.candidate)
	t.cut(snap)
	t.unhost(snap)
	if !slices.ContainsFunc(t.obs, gone) && !slices.ContainsFunc(t.candidate, gone) {
		return
	}
	for i := range t.Hops {
		if j := find(t.obs, t.Hops[i].Switch); j >= 0 && gone(t.obs[j]) {
			t.Hops[i].In, t.Hops[i].Out = 0, 0
		}
	}
	t.obs = slices.DeleteFunc(t.obs, gone)
	t.candidate, t.against, t.disputed = t.candidate[:0], 0, 0
	if t.spread != nil {
		t.spread.reset()
	}
}

// voidPorts forgets ports that led elsewhere when the flow was seen there.
func (t *Tracker) voidPorts(snap *topology.Snapshot, obs []Obs) {
	for i := range obs {
		o := &obs[i]
		if sw := snap.Switch(o.Switch); sw == nil || o.Seen >= sw.PortVoid {
			continue
		}
		for _, port := range [2]*uint32{&o.In, &o.Out} {
			if p := snap.Port(o.Switch, *port); p != nil && o.Seen < p.Void {
				*port = 0
			}
		}
	}
}

// betweenEdges reports whether a hop's ports are both proven to be those of hosts: then it is the whole
// path, and nothing is left to wait for. Where hosts live on two leaves the link of a pair looks like a host's port for long.
func betweenEdges(snap *topology.Snapshot, h *Hop) bool {
	in, out := snap.Port(h.Switch, h.In), snap.Port(h.Switch, h.Out)
	return !snap.Dual && h.Observed && in != nil && out != nil && in != out && in.Edge && out.Edge
}

// doubtful: a hop may be a host, or is one.
func doubtful(snap *topology.Snapshot, hops []Hop) bool {
	return slices.ContainsFunc(hops, func(h Hop) bool {
		sw := snap.Switch(h.Switch)
		return sw != nil && (sw.Doubt || sw.Host)
	})
}

// unhost forgets that a tunnelled flow was seen bare at what turned out to be its host's agent: the tunnel begins and ends at switches.
func (t *Tracker) unhost(snap *topology.Snapshot) {
	if isHost(snap, t.pre) {
		t.pre = 0
	}
	if isHost(snap, t.post) {
		t.post, t.handed = 0, false
	}
}
