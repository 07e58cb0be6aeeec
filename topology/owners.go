package topology

import "slices"

// owner is the switch whose MAC one is.
type owner struct {
	sw     SwitchID
	weak   bool // claimed by egress samples only
	shared bool // several switches claim it: it proves nothing
	host   bool // it enters the switch that seemed to own it: a host's, to which frames that looked as if forwarded were bridged
	bare   bool // claimed while no tunnel was seen yet
	last   int64
}

// own notes that a switch owns a MAC; ports whose far end it is lead to the
// switch. A MAC that several claim (one router MAC on all leaves) proves nothing;
// weak claims do not dispute a strong one. Nor is one a switch's that enters that switch: hosts with odd TTLs, and
// those that route, send frames to other hosts of their leaf that look as if they were for the leaf.
func (l *Learner) own(mac uint64, sw SwitchID, weak bool) {
	if !unicastMAC(mac) {
		return
	}
	o, ok := l.owners[mac]
	switch {
	case !ok && len(l.owners) >= l.max.macs:
		l.Ignored++
		return
	case !ok, o.weak && !weak:
		l.owners[mac] = owner{sw: sw, weak: weak, bare: !l.tunnelled, host: o.host && o.sw == sw, last: l.now}
		if ok && o.sw == sw && !o.shared {
			return
		}
	case o.sw == sw, o.shared:
		if l.now-o.last >= expirePace {
			o.last = l.now
			l.owners[mac] = o
		}
		return
	case weak && !o.weak, o.host && l.comesTo(mac, sw):
		return
	default:
		l.dispute(mac, weak)
		return
	}
	if l.comesTo(mac, sw) {
		l.disown(mac)
		return
	}
	l.next.owners.set(mac, sw)
	l.changed = true
	for _, p := range l.byFar[mac] {
		l.link(p, sw)
	}
}

// comesTo reports whether forwarded frames with a MAC as their source enter a switch, which does not list it as its own.
func (l *Learner) comesTo(mac uint64, sw SwitchID) bool {
	return l.listedBy[mac] != sw && slices.ContainsFunc(l.byFar[mac], func(p *port) bool { return p.key.sw == sw })
}

// disown: a MAC that enters the switch that seemed to own it is a host's there.
func (l *Learner) disown(mac uint64) {
	o := l.owners[mac]
	o.host = true
	l.owners[mac] = o
	l.next.owners.delete(mac)
	l.changed = true
	l.unlink(mac)
}

// dispute: links that rest on a shared MAC alone are links no more.
func (l *Learner) dispute(mac uint64, weak bool) {
	l.owners[mac] = owner{weak: weak, shared: true, last: l.now}
	l.next.owners.delete(mac)
	l.changed = true
	l.unlink(mac)
}

// unlink: the ports whose far MAC it is lead nowhere known, unless more than that says where.
func (l *Learner) unlink(mac uint64) {
	for _, p := range l.byFar[mac] {
		if p.peer == 0 || p.given || p.voted {
			continue
		}
		if q := l.otherEnd(p); q != nil {
			q.peerPort = 0
			l.touchPort(q)
		}
		p.peer, p.peerPort, p.learned = 0, 0, false
		l.linkAt = l.now
		l.touchPort(p)
	}
}

// listed: a MAC that an agent lists is its own; one that two agents list proves nothing.
func (l *Learner) listed(n *node, mac uint64) {
	by, known := l.listedBy[mac]
	switch {
	case !known && len(l.listedBy) < l.max.macs:
		l.listedBy[mac] = n.id
		l.own(mac, n.id, false)
	case known && by != n.id:
		l.listedBy[mac] = 0
	case known:
		l.own(mac, n.id, false)
	}
}

// claim: forwarded frames that enter a port are addressed to its switch. Where there are
// tunnels these say so of links between switches; a bare one may come from a host that
// routes, or sends such a TTL, and be bridged into a tunnel: it is addressed to another host.
func (l *Learner) claim(p *port, e *Evidence) {
	if e.Encap || p.peer != 0 || !l.tunnelled {
		l.own(e.Own, p.key.sw, false)
	}
}

// bareClaims is how long claims may have been made by mistake before the first tunnel is seen.
const bareClaims = int64(1e9)

// unclaim: there are tunnels, of which nobody knew. What bare frames claimed in the first moments is open again.
func (l *Learner) unclaim() {
	if l.now-l.began > bareClaims {
		return
	}
	for mac, o := range l.owners { // order does not matter: each is on its own
		if !o.bare {
			continue
		}
		delete(l.owners, mac)
		l.next.owners.delete(mac)
		l.unlink(mac)
	}
}
