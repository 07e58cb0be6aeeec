package topology

import "slices"

// Contradictions: so many frames in a row that do not fit what was learned of a
// port make it start anew; two such ports of a switch within bumpWindow, or an
// agent that restarted, make all ports of the switch do so: they may have other
// numbers now. What was seen there before is void.
const (
	contrary   = 3
	bumpWindow = int64(30e9)
)

// doubt counts ingress frames that do not fit what a port is taken for.
func (l *Learner) doubt(p *port, e *Evidence) {
	if p.peer == 0 || p.given || p.via == 0 || p.handsOver || e.Derived || !unicastMAC(e.Far) {
		return
	}
	if o, ok := l.owners[e.Far]; e.Far == p.via || ok && (o.shared || o.sw == p.peer) {
		p.against = 0
		return
	}
	if e.Fresh && !e.Encap && l.comesFrom(e.Far, p.peer) { // a pair bridges over the link between the two
		return
	}
	if p.against += min(e.Count, contrary); p.against >= contrary {
		l.renew(p)
		l.bumped = append(l.bumped, p)
	}
}

// leadsElsewhere: a port whose far MAC is another now led to a switch that nobody reports, inferred or not yet.
// Where none was inferred the new MAC must be a known switch's: other routers may share a wire.
func (l *Learner) leadsElsewhere(p *port, known bool) bool {
	if p.far == 0 || p.dark != 0 {
		return p.far != 0
	}
	_, owned := l.owners[p.far]
	return known && !owned && p.peer == 0 && !p.given && p.routed > 0
}

// agrees: of a port whose link votes proved the far MAC says the same. From now on another one speaks against it.
func (l *Learner) agrees(p *port) {
	if o, ok := l.owners[p.far]; p.via == 0 && ok && !o.shared && o.sw == p.peer {
		p.via = p.far
		l.touchPort(p)
	}
}

// comesFrom reports whether a host's MAC enters a switch too.
func (l *Learner) comesFrom(mac uint64, id SwitchID) bool {
	st := l.stations[mac]
	return st != nil && slices.ContainsFunc(st.ports, func(k stationPort) bool { return k.sw == id })
}

// bump takes ports that lead elsewhere than before.
func (l *Learner) bump() {
	for _, p := range l.bumped {
		n := l.nodes[p.key.sw]
		if n.bumped != 0 && n.bumped != p.key.idx && l.now-n.bumpedAt < bumpWindow {
			l.renewAll(n, l.now)
			continue
		}
		n.bumped, n.bumpedAt = p.key.idx, l.now
	}
	l.bumped = l.bumped[:0]
}

// renewAll forgets what was learned of the ports of a switch.
func (l *Learner) renewAll(n *node, at int64) {
	n.bumped, n.void = 0, max(n.void, at)
	for _, p := range n.ports { // order does not matter: each is on its own
		l.renew(p)
	}
	l.touch(n)
}

// renew forgets what was learned of a port: its neighbour, and who lives there.
// Its name, its speed and a given neighbour stay. The neighbour still knows that
// it leads to this switch, by the switch's MAC, but not to which port.
func (l *Learner) renew(p *port) {
	l.Renewed++
	l.linkAt = l.now
	if !p.voted || p.via != 0 && l.duals == 0 && !l.pairs { // a link of a pair, before it is known to be one, carries what speaks against it
		p.void = l.now
	}
	l.blank(p)
}

// blank makes a port one of which nothing was learned.
func (l *Learner) blank(p *port) {
	l.setEdge(p, false)
	l.touchPort(p)
	if q := l.otherEnd(p); q != nil && !p.given {
		q.peerPort = 0
		l.touchPort(q)
	}
	if !p.given {
		p.peer, p.peerPort = 0, 0
	}
	l.renewOpen(p)
	l.leaveFar(p)
	p.far, p.own, p.via, p.against = 0, 0, 0, 0
	p.failed, p.back, p.keptSide = 0, 0, 0
	l.noteLead(p, toSwitch)
	p.learned, p.voted, p.handsOver, p.relays, p.alone, p.twins = false, false, false, false, false, [maxTwins]portKey{}
	p.fresh, p.routed, p.tunnels, p.since, p.inferred, p.sunk = 0, 0, 0, 0, 0, 0
	p.gate, p.mac, p.several, p.lastFar, p.fars = 0, 0, false, 0, false
	l.young = slices.DeleteFunc(l.young, func(q *port) bool { return q == p })
	l.withdraw(p)
	l.vacate(p)
	l.renewBridged(p)
}

// withdraw forgets the votes that name a port.
func (l *Learner) withdraw(p *port) {
	for _, v := range p.votes {
		delete(l.votes, v.key)
		k := v.key.out
		if k == p.key {
			k = v.key.in
		}
		if q := l.at(k); q != nil {
			q.votes = slices.DeleteFunc(q.votes, func(o *vote) bool { return o == v })
		}
	}
	p.votes = nil
}

// vacate forgets the sightings of addresses and MACs at a port.
func (l *Learner) vacate(p *port) {
	here := func(s sighting) bool { return s.port == p }
	for h := range p.hosts { // order does not matter: each is on its own
		h.sources, h.sinks = slices.DeleteFunc(h.sources, here), slices.DeleteFunc(h.sinks, here)
		h.buckets = 0
		if h.station != nil {
			h.station.ports = slices.DeleteFunc(h.station.ports, func(k stationPort) bool { return k.portKey == p.key })
		}
		l.countOutside(h)
		l.dirtyHosts[h] = struct{}{}
	}
	clear(p.hosts)
}

// at gives a port that is known, nil if it is not.
func (l *Learner) at(k portKey) *port {
	if int(k.sw) >= len(l.nodes) || l.nodes[k.sw] == nil {
		return nil
	}
	return l.nodes[k.sw].ports[k.idx]
}

// renewBridged forgets which bridged hosts are behind a port, and its neighbours. What is left
// of the side that it belonged to is found anew, from the hosts that are not behind the port.
func (l *Learner) renewBridged(p *port) {
	b := &l.bridges
	root := b.side(p)
	hosts := b.behind[root]
	delete(b.behind, root)
	var fellows []*port
	for q := range b.sides { // order does not matter: a set
		if b.side(q) == root {
			fellows = append(fellows, q)
		}
	}
	for _, q := range fellows {
		delete(b.sides, q)
	}
	for h := range hosts { // order does not matter: the lowest port stands for a side
		at := slices.IndexFunc(h.sites, func(s site) bool { return s.sw == p.key.sw })
		if at >= 0 && !slices.Contains(h.sites[at].ports, p.key.idx) {
			l.behindSide(h, &h.sites[at])
			continue
		}
		if at >= 0 {
			h.sites = slices.Delete(h.sites, at, at+1)
			b.sites--
		}
		l.restate(h)
		l.reconsider(h)
	}
	for k := range b.pairs { // order does not matter: a set that goes
		if k.a == p.key || k.b == p.key {
			delete(b.pairs, k)
		}
	}
}

// behindSide notes that the ports behind which a host was seen at a switch are one side of it.
func (l *Learner) behindSide(h *bridgedHost, s *site) {
	ports := l.nodes[s.sw].ports
	for _, idx := range s.ports {
		l.oneSide(ports[s.ports[0]], ports[idx])
		l.bridges.put(ports[idx], h)
	}
}
