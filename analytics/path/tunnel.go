package path

import (
	"math/bits"

	"spoor/flow"
	"spoor/topology"
)

// TunnelOf gives a mark of a tunnel by its ends, never 0.
func TunnelOf(src, dst flow.Addr) uint64 {
	a, b := src.Words()
	c, d := dst.Words()
	return a ^ bits.RotateLeft64(b, 17) ^ bits.RotateLeft64(c, 31) ^ bits.RotateLeft64(d, 47) | 1
}

// enterTunnel: what was seen bare so far was before or after the tunnel.
func (t *Tracker) enterTunnel(snap *topology.Snapshot) {
	t.Encap, t.Complete = true, false
	for i := range t.obs {
		if o := &t.obs[i]; o.In != 0 && snap.Peer(o.Switch, o.In) != 0 { // bare over a link: handed over behind a tunnel's end
			t.post, t.handed = o.Switch, true
			if t.pre == o.Switch {
				t.pre = 0
			}
		}
	}
	for i := range t.obs {
		t.obs[i].TTL = tunnelEntry
		if t.obs[i].Switch == t.post {
			t.obs[i].TTL = tunnelExit
		}
	}
}

// tunnelFlows is how many flows (buckets) tell where a tunnel ends whose host is not known.
const tunnelFlows = 10

// tunnelPlace: where the flow was seen bare it entered or left its tunnels; else
// the tunnel's end counts, if the host is not known to live elsewhere (then
// the tunnel is one of several in a row).
func tunnelPlace(snap *topology.Snapshot, vtep flow.Addr, bare topology.SwitchID, host flow.Addr) Place {
	if bare != 0 {
		return Place{Edges: []topology.SwitchID{bare}, Sure: true}
	}
	end, sure := snap.TunnelEnd(vtep)
	at := placeOf(snap, host)
	if len(at.Edges) == 0 {
		var p Place
		if !sure || snap.SharedEnds() || end.Flows < tunnelFlows { // a pair may share the end, and the other one hand over
			return p
		}
		for _, id := range end.Switches {
			if id != 0 && snap.Hosts(id) {
				p.Edges = append(p.Edges, id)
			}
		}
		p.Sure = sure && len(p.Edges) == 1
		return p
	}
	if end.Switches[0] == 0 {
		return at
	}
	p := Place{Sure: sure, Kept: at.Kept, Port: at.Port}
	for _, id := range at.Edges {
		if end.Has(id) {
			p.Edges = append(p.Edges, id)
		}
	}
	return p
}

// TunnelEnds gives tunnel ends that this flow newly speaks for: a switch that saw it bare, next to the address.
func (t *Tracker) TunnelEnds(tell func(vtep flow.Addr, at topology.SwitchID)) {
	if !t.Encap {
		return
	}
	if t.pre != 0 && t.toldPre != t.pre {
		t.toldPre = t.pre
		tell(t.outerSrc, t.pre)
	}
	if t.post != 0 && t.toldPost != t.post && !t.handed {
		t.toldPost = t.post
		tell(t.outerDst, t.post)
	}
}
