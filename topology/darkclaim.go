package topology

import "slices"

// claimed reports whether some switch that we hear may be what a port leads to.
func (l *Learner) claimed(p *port) bool { return l.owned(p) || l.turnedUp(p) }

// owned: a switch that we hear, or several, have the far MAC of a port.
func (l *Learner) owned(p *port) bool {
	o, ok := l.owners[p.far]
	return ok && !o.host && (o.shared || o.sw != p.key.sw) // frames between two hosts of a switch seem to be for the switch itself
}

// turnedUp: a switch that we hear names no port where the far MAC of a port is, or flows were seen one hop away.
func (l *Learner) turnedUp(p *port) bool {
	return l.isUnnamed(p) || slices.ContainsFunc(p.votes, func(v *vote) bool { return v.n >= votesAlone && (p.dark == 0 || v.last-v.first >= votesLong) })
}

// sharerMayBe: the switch that has the far MAC of a port, or one of those that share it, may be behind it. None of several may be behind a spine's port if each has a
// link to that spine already, by another port, and hardly anything comes from hosts that live where somebody reports: a parallel link would bring these.
func (g *darkGroups) sharerMayBe(p *port) bool {
	n := g.l.nodes[p.key.sw]
	if !g.l.owners[p.far].shared || g.tier(n) != 1 || p.beyond.encap > 0 || p.beyond.alien*strayOf > p.beyond.n || n.fellowLinked(p) {
		return true
	}
	return slices.ContainsFunc(g.sharers(p.far), func(o *node) bool { return o != n && !n.leadsTo(o.id) })
}

// strayOf: of so many frames one may come from elsewhere.
const strayOf = 100

// leadsTo reports whether a port of a switch leads to another one.
func (n *node) leadsTo(id SwitchID) bool {
	for _, p := range n.ports { // order does not matter: one is enough
		if p.peer == id {
			return true
		}
	}
	return false
}

// fellowLinked: another member of a port's aggregate leads to a switch that we hear, and so does this one.
func (n *node) fellowLinked(p *port) bool {
	if p.aggregate == 0 {
		return false
	}
	for _, q := range n.ports { // order does not matter: one is enough
		if q != p && q.aggregate == p.aggregate && q.peer != 0 {
			return true
		}
	}
	return false
}

// sharers gives the switches that have a shared MAC on some port.
func (g *darkGroups) sharers(mac uint64) []*node {
	if g.shared == nil {
		g.shared = map[uint64][]*node{}
		for _, n := range g.l.nodes {
			if n == nil {
				continue
			}
			for _, p := range n.ports { // order does not matter: it makes a set
				if list := g.shared[p.own]; g.l.owners[p.own].shared && !slices.Contains(list, n) {
					g.shared[p.own] = append(list, n)
				}
			}
		}
	}
	return g.shared[mac]
}
