package path

import (
	"math/bits"
	"slices"

	"spoor/flow"
	"spoor/topology"
)

// TunnelOf gives a mark of a tunnel by its ends, never 0.
func TunnelOf(src, dst flow.Addr) uint64 {
	a, b := src.Words()
	c, d := dst.Words()
	return a ^ bits.RotateLeft64(b, 17) ^ bits.RotateLeft64(c, 31) ^ bits.RotateLeft64(d, 47) | 1
}

// beginning notes the switches at which tunnels from an outer address begin.
func (o *Obs) beginning(snap *topology.Snapshot, vtep flow.Addr) {
	end, _ := snap.TunnelEnd(vtep)
	o.begins, o.mate = end.Switches[0], end.Switches[1]
}

// enteredAt: the tunnel in which o saw a packet is the one that it entered at a, where it was seen bare. If nobody knows where
// the tunnel begins the packet's own TTL tells it, unless it is bridged: then a gateway may be between.
func (o *Obs) enteredAt(a *Obs) bool {
	if o.begins != 0 {
		return o.begins == a.Switch || o.mate == a.Switch
	}
	return a.inner == o.inner+1
}

// follows: the tunnel begins neither at the switch before the first, nor where the sender lives: another one was before it.
func (o *Obs) follows(pre topology.SwitchID, homes []topology.SwitchID) bool {
	if o.begins == 0 || pre == 0 && len(homes) == 0 {
		return false
	}
	return !slices.ContainsFunc([]topology.SwitchID{o.begins, o.mate}, func(id topology.SwitchID) bool {
		return id != 0 && (id == pre || slices.Contains(homes, id))
	})
}

// before: o saw the flow before the tunnel in which b saw it.
func (o *Obs) before(b *Obs) bool { return o.TTL == tunnelEntry && o.tunnel == 0 && b.tunnel != 0 }

// bareBetween: if two switches saw a packet bare, in travel order, it was so between them as well. One
// that was seen as it entered the first and as it left the second may have been in a tunnel on the way,
// of which no router's TTL tells, unless there are none.
func bareBetween(snap *topology.Snapshot, a, b *Obs) bool {
	return a.tunnel != 0 || b.tunnel != 0 || a.left || b.came || snap.Settled && !snap.Tunnels()
}

// passed gives the number of routers that a packet passed inside its tunnel: a switch that begins one does not count itself.
func (o *Obs) passed() int {
	ttl := uint8(min(max(o.TTL, 0), 255))
	return int(topology.InitialTTL(ttl)) - int(ttl)
}

// sides of a tunnel on which a flow is seen bare.
type side uint8

const (
	anySide side = iota
	beforeTunnel
	afterTunnel
)

// side tells on which side of the tunnel a bare sighting with a named input was:
// before it with a TTL above that inside, after it below (the tunnel's end handed
// over to its mate); so was what came over a link, or what entered where the
// tunnel ends but does not begin.
func (t *Tracker) side(snap *topology.Snapshot, o *Obs) side {
	switch {
	case !t.Encap || o.In == 0 || o.tunnel != 0 || o.egress:
		return anySide
	case t.most != 0 && o.inner > t.least:
		return beforeTunnel
	case t.most != 0 && o.inner < t.most, snap.Peer(o.Switch, o.In) != 0:
		return afterTunnel
	}
	first, _ := snap.TunnelEnd(t.outerSrc)
	last, _ := snap.TunnelEnd(t.outerDst)
	if first.Switches[0] != 0 && !first.Has(o.Switch) && last.Has(o.Switch) {
		return afterTunnel
	}
	return anySide
}

// take notes the switch to which the tunnel's end handed over.
func (t *Tracker) take(sw topology.SwitchID) {
	if t.pre == sw {
		t.pre, t.Complete = 0, false
	}
	if !t.handed {
		t.post, t.handed = sw, true
		if i := find(t.obs, sw); i >= 0 {
			t.obs[i].TTL = tunnelExit
		}
	}
}

// enterTunnel: what was seen bare so far was before or after the tunnel.
func (t *Tracker) enterTunnel(snap *topology.Snapshot) {
	if !t.Encap {
		t.Encap, t.Complete = true, false
		for i := range t.obs {
			t.obs[i].TTL = tunnelEntry
			if t.obs[i].Switch == t.post {
				t.obs[i].TTL = tunnelExit
			}
		}
	}
	for i := 0; i < len(t.obs) && !t.handed; i++ {
		if o := &t.obs[i]; t.side(snap, o) == afterTunnel {
			t.take(o.Switch)
		}
	}
}

// last gives the switch at which the flow was seen bare after the tunnel and that
// did not hand it over to its mate, 0 if there is none: where pairs are to be
// expected that takes an edge port, or a host that lives there.
func (t *Tracker) last(snap *topology.Snapshot) topology.SwitchID {
	if t.post == 0 || t.handed || snap.EndsAlone() {
		return t.post
	}
	if i := find(t.obs, t.post); i >= 0 && t.obs[i].Out != 0 {
		switch p := snap.Port(t.post, t.obs[i].Out); {
		case p != nil && p.Edge:
			return t.post
		case p != nil && p.Peer != 0:
			return 0
		}
	}
	if slices.Contains(snap.Edges(t.Dst), t.post) {
		return t.post
	}
	return 0
}

// handOver votes for the link over which a tunnel's end handed the flow to its mate.
func (t *Tracker) handOver(snap *topology.Snapshot, votes []Vote) []Vote {
	if !t.handed {
		return votes
	}
	i := find(t.obs, t.post)
	if i < 0 || t.obs[i].In == 0 {
		return votes
	}
	to := &t.obs[i]
	end, _ := snap.TunnelEnd(t.outerDst)
	for j := range t.obs {
		from := &t.obs[j]
		if from.tunnel != TunnelOf(t.outerSrc, t.outerDst) || from.Out == 0 || !end.Has(from.Switch) || from.Switch == to.Switch || from.n <= from.told || to.n <= to.told {
			continue
		}
		if p := snap.Port(from.Switch, from.Out); p != nil && p.Peer == to.Switch && p.PeerPort == to.In {
			continue
		}
		from.told, to.told = from.n, to.n
		votes = append(votes, Vote{From: *from, To: *to, HandOver: true})
	}
	return votes
}

// tunnelFlows is how many flows (buckets) tell where a tunnel ends whose host is not known.
const tunnelFlows = 10

// tunnelPlace: where the flow was seen bare it entered or left its tunnels; else
// the tunnel's end counts, if the host is not known to live elsewhere (then
// the tunnel is one of several in a row). at is the host's.
func tunnelPlace(snap *topology.Snapshot, vtep flow.Addr, bare topology.SwitchID, at Place) Place {
	if bare != 0 {
		return Place{Edges: []topology.SwitchID{bare}, Sure: true}
	}
	end, sure := snap.TunnelEnd(vtep)
	if at.Outside {
		at = Place{}
	}
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
	if at.Sure && len(at.Edges) == 1 {
		p.Home = at.Edges[0]
	}
	for _, id := range at.Edges {
		if end.Has(id) {
			p.Edges = append(p.Edges, id)
		}
	}
	return p
}

// TunnelEnds gives tunnel ends that this flow newly speaks for: a switch that saw it bare, next to the address.
func (t *Tracker) TunnelEnds(snap *topology.Snapshot, tell func(vtep flow.Addr, at topology.SwitchID)) {
	if !t.Encap || t.pre == t.toldPre && t.post == t.toldPost || tunnels(t.obs) != 1 {
		return
	}
	if t.pre != t.toldPre && t.nextTo(t.pre, t.most) && t.enters(snap) {
		t.toldPre = t.pre
		tell(t.outerSrc, t.pre)
	}
	if t.post != t.toldPost && !t.handed && t.nextTo(t.post, t.least) {
		t.toldPost = t.post
		tell(t.outerDst, t.post)
	}
}

// enters: the tunnel begins where the flow was seen before it. Inside it a packet that is routed there has a TTL one lower;
// of one that is bridged ports must tell that no gateway is between.
func (t *Tracker) enters(snap *topology.Snapshot) bool {
	i := find(t.obs, t.pre)
	if i < 0 || t.most == 0 || t.obs[i].inner != t.most {
		return true
	}
	out := snap.Peer(t.pre, t.obs[i].Out)
	return slices.ContainsFunc(t.obs, func(o Obs) bool {
		in := snap.Peer(o.Switch, o.In)
		return o.tunnel != 0 && (out == o.Switch || in != 0 && (in == t.pre || in == out))
	})
}

// nextTo: no other tunnel can be between the switch that saw the flow bare and
// the one inside which it had this TTL, for its end would have routed.
func (t *Tracker) nextTo(sw topology.SwitchID, inside uint8) bool {
	i := find(t.obs, sw)
	if i < 0 || inside == 0 {
		return sw != 0
	}
	d := int(t.obs[i].inner) - int(inside)
	return -1 <= d && d <= 1
}
