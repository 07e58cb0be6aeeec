package path

import (
	"slices"

	"spoor/topology"
)

// inferBridged walks links from a switch where the flow was seen to both of its
// ends. The path is complete if it gets there and meets all switches that saw the flow.
func (t *Tracker) inferBridged(snap *topology.Snapshot, obs []Obs) Route {
	b := &t.bridging
	if b.routed || b.src == 0 || snap.BridgedMAC(t.Src) != b.src || snap.BridgedMAC(t.Dst) != b.dst {
		return Route{}
	}
	src, dst := snap.Entry(b.src), snap.Entry(b.dst)
	if src == 0 || dst == 0 {
		return Route{}
	}
	w := bridgedWalk{snap: snap, obs: obs}
	for i := range obs {
		hops := w.from(&obs[i], src, dst, b, t.scratch[:0])
		if hops == nil {
			continue
		}
		t.scratch = hops
		return Route{Hops: hops, Complete: w.meetsAll(hops) && (len(hops) > 1 || snap.Settled)}
	}
	return Route{}
}

// bridgedWalk follows links: by the port that was seen, else by the only one behind which the host is.
type bridgedWalk struct {
	snap *topology.Snapshot
	obs  []Obs
}

// from gives the path through a switch, nil if it does not reach both ends.
func (w *bridgedWalk) from(o *Obs, src, dst topology.SwitchID, b *bridging, hops []Hop) []Hop {
	hops = append(hops, w.hop(o.Switch))
	for last := o.Switch; last != src; last = hops[len(hops)-1].Switch {
		if hops = w.step(hops, b.src, func(o *Obs) uint32 { return o.In }); hops == nil {
			return nil
		}
	}
	slices.Reverse(hops)
	for hops[len(hops)-1].Switch != dst {
		if hops = w.step(hops, b.dst, func(o *Obs) uint32 { return o.Out }); hops == nil {
			return nil
		}
	}
	return hops
}

// step adds the switch after the last one towards a host, nil if it is not known or was passed.
func (w *bridgedWalk) step(hops []Hop, mac uint64, seen func(*Obs) uint32) []Hop {
	last := hops[len(hops)-1].Switch
	port := uint32(0)
	if i := find(w.obs, last); i >= 0 {
		port = seen(&w.obs[i])
	}
	if port == 0 {
		port = w.snap.Toward(last, mac)
	}
	p := w.snap.Port(last, port)
	if p == nil || p.Peer == 0 || len(hops) == MaxHops || slices.ContainsFunc(hops, func(h Hop) bool { return h.Switch == p.Peer }) {
		return nil
	}
	return append(hops, w.hop(p.Peer))
}

func (w *bridgedWalk) hop(id topology.SwitchID) Hop {
	h := Hop{Switch: id}
	if i := find(w.obs, id); i >= 0 {
		h.In, h.Out, h.Observed = w.obs[i].In, w.obs[i].Out, true
	}
	return h
}

// meetsAll: the path has all switches that saw the flow.
func (w *bridgedWalk) meetsAll(hops []Hop) bool {
	for i := range w.obs {
		if !slices.ContainsFunc(hops, func(h Hop) bool { return h.Switch == w.obs[i].Switch }) {
			return false
		}
	}
	return true
}
