package topology

import "slices"

// Aggregates (LAGs), as far as agents tell of them (record 7): samples of some agents
// name members, those of others the aggregate, each as it likes. Where the two ends
// of a LAG are named differently no port of one end is joined to one of the other:
// the link is that of the aggregates.

// bundle notes of which aggregate a port is member, and parts what was joined before that was known.
func (l *Learner) bundle(n *node, p *port, aggregate uint32) {
	if p.aggregate == aggregate {
		return
	}
	if n.bundles == nil {
		n.bundles = map[uint32]int{}
	}
	if old := p.aggregate; old != 0 && old != p.key.idx {
		n.bundles[old]--
	}
	if p.aggregate = aggregate; aggregate != p.key.idx {
		n.bundles[aggregate]++
	}
	for _, x := range n.ports { // order does not matter: each is on its own
		if x.aggregate != aggregate && x.key.idx != aggregate {
			continue
		}
		q := l.otherEnd(x)
		switch {
		case q == nil:
		case l.unlike(x, q):
			l.unpair(x, q)
		case l.fellows(x) > 1:
			l.part(x)
		}
	}
	l.touchPort(p)
}

// width gives the number of members that a port is known to have.
func (l *Learner) width(p *port) int { return l.nodes[p.key.sw].bundles[p.key.idx] }

// fellows gives the number of members of the aggregate that a port is member of.
func (l *Learner) fellows(p *port) int {
	if p.aggregate == 0 {
		return 0
	}
	return l.nodes[p.key.sw].bundles[p.aggregate]
}

// unlike reports whether one of two ports has members and the other has none.
func (l *Learner) unlike(p, q *port) bool { return (l.width(p) > 1) != (l.width(q) > 1) }

// whole gives the aggregate that some ports of a switch belong to or are, nil if they
// have none in common or if members of it lead elsewhere.
func (l *Learner) whole(ports []*port) *port {
	var all *port
	for _, p := range ports {
		a := p
		if l.width(p) < 2 {
			a = l.nodes[p.key.sw].ports[p.aggregate]
		}
		if a == nil || all != nil && all != a || l.width(a) < 2 {
			return nil
		}
		all = a
	}
	for _, p := range l.nodes[all.key.sw].ports { // order does not matter: it is about all of them
		if p.aggregate == all.key.idx && p.peer != 0 && p.peer != ports[0].peer {
			return nil
		}
	}
	return all
}

// matchWhole joins the two aggregates between two switches if samples name at
// least one of them itself, and tells whether it did.
func (l *Learner) matchWhole(ours, theirs []*port) bool {
	if len(ours) == 0 || len(theirs) == 0 {
		return false
	}
	p, q := l.whole(ours), l.whole(theirs)
	if p == nil || q == nil || p.given || q.given || !slices.Contains(ours, p) && !slices.Contains(theirs, q) {
		return false
	}
	l.joinWhole(p, q)
	l.joinWhole(q, p)
	l.pair(p, q)
	return true
}

// joinWhole makes an aggregate lead to where its members do, though no sample may ever name it.
func (l *Learner) joinWhole(p, q *port) {
	if p.peer == q.key.sw {
		return
	}
	if old := l.otherEnd(p); old != nil {
		l.unpair(p, old)
	}
	p.peer, p.peerPort, p.learned, p.kept = q.key.sw, 0, true, nil
	l.touchPort(p)
}
