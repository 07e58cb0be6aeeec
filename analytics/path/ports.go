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

// doubtful: a hop may be a host.
func doubtful(snap *topology.Snapshot, hops []Hop) bool {
	return slices.ContainsFunc(hops, func(h Hop) bool {
		sw := snap.Switch(h.Switch)
		return sw != nil && sw.Doubt
	})
}
