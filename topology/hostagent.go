package topology

import (
	"maps"
	"net/netip"
	"slices"

	"spoor/flow"
)

// Hosts may run an agent too. What it samples begins or ends at itself, at an
// interface that it calls internal, as switches that sample with the same agent
// do; but frames that it sends are fresh, and they come from and go to few
// addresses, none of which ever enters by a port. An agent is a host once three of
// its own frames over a second were seen and nothing spoke against it, and a switch
// for good once something does. A host gives no evidence and is no hop.
//
// A host that only receives shows no frame of its own: twenty that end there over 10 s,
// by one port, do as well.
const (
	deadEndFrames = 20
	deadEndAfter  = int64(10e9)

	maxLocal  = 4 // addresses of a host
	ownFrames = edgeFrames
	ownAfter  = edgeAfter // over more than that
)

// locals is what is known of an agent that names an internal interface.
type locals struct {
	addrs []flow.Addr // its own, as far as was seen
	sent  uint32      // own frames
	since int64       // of them
	got   uint32      // frames that ended there
	begun int64       // of them
	port  uint32      // by which they came
	ports bool        // they came by several
}

// local: frames of an address left an agent that had not entered it (Fresh), or ended there.
func (l *Learner) local(n *node, e *Evidence) {
	if !n.internal {
		n.internal = true
		l.touch(n)
	}
	if n.transit || n.named || n.given != "" {
		return
	}
	k := &n.local
	k.note(e)
	ends := k.sent == 0 && !k.ports && k.got >= deadEndFrames && e.Last-k.begun > deadEndAfter
	switch {
	case len(k.addrs) > maxLocal || l.enters(n):
		l.forwards(n)
	case !n.host && (ends || k.sent >= ownFrames && e.Last-k.since > ownAfter):
		l.turnHost(n)
	}
}

// mayBeHost: an agent that named an internal interface, and was not seen to forward: what is seen there in no tunnel is not next to one.
func (n *node) mayBeHost() bool { return n.internal && !n.transit }

// note counts frames that an agent sent itself, or that ended at it.
func (k *locals) note(e *Evidence) {
	if locatable(e.Addr) && !slices.Contains(k.addrs, e.Addr) {
		k.addrs = append(k.addrs, e.Addr)
	}
	if e.Fresh {
		if k.since == 0 {
			k.since = e.First
		}
		k.sent = add(k.sent, e.Count)
		return
	}
	if k.begun == 0 {
		k.begun, k.port = e.First, e.Port
	}
	k.got, k.ports = add(k.got, e.Count), k.ports || e.Port != k.port
}

// between takes that an agent forwarded a frame.
func (l *Learner) between(n *node, e *Evidence) {
	if e.Fresh && !n.joins {
		n.joins = true
		l.touch(n)
	}
}

// doubtful: an agent forwards, but no host was seen to send into it, it is linked
// to one switch at most, and it forwarded nothing from one to another: a leaf, or
// a host that routes for guests. One with frames of its own is doubted at once, others
// once the topology has settled. Only who knows can tell (topology.hosts, or a name).
func (l *Learner) doubtful(n *node) bool {
	if !n.router || n.joins || n.host || n.given != "" || !l.settled() && (!n.internal || !n.transit) {
		return false
	}
	var peer SwitchID
	for _, p := range n.ports {
		if p.mac != 0 && p.peer == 0 && p.routed == 0 || p.edge && !n.direct { // frames of a host entered: where agents sample what enters no others tell
			return false
		}
		to := p.peer
		if to == 0 && p.kept != nil { // that it joined others once tells enough of what it is
			to = p.kept.peer
		}
		if to != 0 && to != peer {
			if peer != 0 {
				return false
			}
			peer = to
		}
	}
	return peer != 0
}

// doubts looks again at switches that may turn doubtful because the topology settled, or cease to be.
func (l *Learner) doubts() {
	for _, n := range l.nodes {
		if n != nil && n.router && !n.joins {
			l.touch(n)
		}
	}
}

// enters reports whether an address that seemed to be the agent's own was seen entering it.
func (l *Learner) enters(n *node) bool {
	return slices.ContainsFunc(n.local.addrs, func(a flow.Addr) bool {
		h := l.hosts[a]
		return h != nil && slices.ContainsFunc(h.sources, func(s sighting) bool { return s.hops == 0 && s.port.key.sw == n.id })
	})
}

// namesHost reports whether an agent is configured to run on a host.
func (c *Config) namesHost(agent flow.Addr) bool {
	ip := agent.Netip()
	return slices.ContainsFunc(c.Hosts, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// nameHosts takes over which agents are configured to run on hosts; one that is
// so no longer has to show anew what it is.
func (l *Learner) nameHosts() {
	for _, n := range l.nodes {
		if n == nil || n.id.Inferred() {
			continue
		}
		switch named := l.cfg.namesHost(n.agent); {
		case named == n.named:
		case named:
			n.named = true
			l.turnHost(n)
		default:
			n.named, n.host, n.transit, n.local = false, false, false, locals{}
			maps.DeleteFunc(l.hostMACs, func(_ uint64, id SwitchID) bool { return id == n.id })
			l.renewAll(n, l.now)
		}
	}
}

// maxHostMACs bounds the MACs of hosts that are configured as such.
const maxHostMACs = 1 << 16

// ownsAsHost: an agent that is configured to run on a host sends from a MAC, or is sent to it.
func (l *Learner) ownsAsHost(n *node, mac uint64) {
	if len(l.hostMACs) < maxHostMACs || l.hostMACs[mac] != 0 {
		l.hostMACs[mac] = n.id
	}
}

// hostBehind: all that was forwarded into a port came from a host that is configured as such.
func (l *Learner) hostBehind(p *port) bool { return !p.fars && l.hostMACs[p.far] != 0 }

// forwards: the agent is a switch, unless it is configured to run on a host.
func (l *Learner) forwards(n *node) {
	if n.named {
		return
	}
	if !n.transit {
		n.transit, n.local = true, locals{}
		l.touch(n)
	}
	if n.host { // what it told meanwhile was left aside
		n.host = false
		l.renewAll(n, l.now)
	}
}

// turnHost: the agent is a host, and all that it was taken for is void.
func (l *Learner) turnHost(n *node) {
	n.host, n.router = true, false
	l.renewAll(n, l.now)
	for mac, o := range l.owners { // order does not matter: each is on its own
		if o.sw == n.id {
			delete(l.owners, mac)
			l.next.owners.delete(mac)
		}
	}
	l.endNone(n.id)
	for _, other := range l.nodes {
		if other == nil || other == n {
			continue
		}
		for _, p := range other.ports { // order does not matter: each is on its own
			if p.peer == n.id && !p.given {
				l.renew(p)
			}
			if p.kept != nil && p.kept.peer == n.id {
				l.forgetKept(p)
			}
		}
	}
}

// ofHost reports evidence that is left aside because a host's agent gave it.
func (l *Learner) ofHost(n *node, e *Evidence) bool {
	switch e.Kind {
	case SawLocal, SawTransit:
		return false
	case SawSource:
		if n.host && e.Hops == 0 && slices.Contains(n.local.addrs, e.Addr) {
			l.forwards(n)
		}
	case SawIngress, SawEgress:
		if n.named && !e.Encap && unicastMAC(e.Own) {
			l.ownsAsHost(n, e.Own)
		}
	case SawVote, SawNext, SawApart, SawGap:
		if other := l.node(e.Agent2); other != nil && other.host {
			return true
		}
	default:
	}
	return n.host
}
