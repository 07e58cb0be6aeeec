package topology

import (
	"slices"
	"time"

	"spoor/flow"
)

// What no evidence spoke for in Config.Expire is forgotten, so that tables do not
// fill with what is long gone. It is looked for once a minute, and no more than
// so much of each table then: the rest has its turn next (sweep). Nothing that is
// forgotten unsettles the fabric or voids a sample: nothing was seen there.
const (
	expirePace   = int64(time.Minute)
	expireLook   = 1 << 14 // entries of one table
	expireForget = 1 << 13 // of them forgotten
)

// hear notes the time of evidence that names ports.
func (l *Learner) hear(n *node, e *Evidence) {
	l.hearPort(n.ports[e.Port], e.Last)
	if e.Port2 == 0 {
		return
	}
	if !e.Agent2.IsZero() {
		n = l.node(e.Agent2)
	}
	if n == nil {
		return
	}
	l.hearPort(n.ports[e.Port2], e.Last)
}

func (l *Learner) hearPort(p *port, at int64) {
	if p == nil {
		return
	}
	if p.heard = max(p.heard, at); p.stale {
		l.setStale(p, false)
	}
}

// quietSince is when a link was seen last that is stale now: half of Config.Expire ago.
func (l *Learner) quietSince() int64 { return l.now - int64(l.cfg.Expire)/2 }

// setStale notes whether the link of a port was seen of late.
func (l *Learner) setStale(p *port, stale bool) {
	for _, x := range [2]*port{p, l.otherEnd(p)} {
		if x != nil && x.stale != stale {
			x.stale = stale
			l.touch(l.nodes[x.key.sw])
		}
	}
}

// expire forgets what has not been seen for long, if it is time to look for it.
func (l *Learner) expire() {
	if l.cfg.Expire <= 0 || l.now-l.expiredAt < expirePace {
		return
	}
	first := l.expiredAt == 0
	if l.expiredAt = l.now; first { // the clock has just begun
		return
	}
	before := l.now - int64(l.cfg.Expire)
	l.sweeps.hosts.look(l.hosts, func(_ flow.Addr, h *host) bool { return l.expireHost(h, before) })
	l.expirePorts(before)
	l.sweeps.votes.look(l.votes, func(_ voteKey, v *vote) bool { return l.expireVote(v, before) })
	l.sweeps.tunnels.look(l.tunnels, func(_ flow.Addr, t *tunnelEnd) bool { return l.expireEnd(t, before) })
	l.sweeps.stations.look(l.stations, func(mac uint64, s *station) bool { return l.expireStation(mac, s, before) })
	l.sweeps.owners.look(l.owners, func(mac uint64, o owner) bool { return l.expireOwner(mac, o, before) })
	l.sweeps.listed.look(l.listedBy, func(mac uint64, _ SwitchID) bool {
		_, owned := l.owners[mac]
		if !owned {
			delete(l.listedBy, mac)
		}
		return !owned
	})
	l.expireBridged(before)
	l.expireKept(before)
	l.expireUnnamed()
}

// dateSeen lets what was seen nobody knows when age from now on. So is what was seen in the future: who remembered it had a clock that was ahead.
func (l *Learner) dateSeen(seen *int64) {
	if *seen == 0 || *seen > l.now {
		*seen = l.now
	}
}

// expireHost forgets the sightings of an address that are too old, and it itself if no evidence is younger.
func (l *Learner) expireHost(h *host, before int64) bool {
	l.dateSeen(&h.seen)
	if h.seen < before {
		l.forgetHost(h)
		return true
	}
	if h.kept != nil {
		if l.dateSeen(&h.kept.seen); h.kept.seen < before {
			h.kept = nil
			l.dirtyHosts[h] = struct{}{}
		}
	}
	old := func(s sighting) bool { return s.last < before }
	if slices.ContainsFunc(h.sources, old) || slices.ContainsFunc(h.sinks, old) {
		was := h.ports()
		h.sources, h.sinks = slices.DeleteFunc(h.sources, old), slices.DeleteFunc(h.sinks, old)
		now := h.ports()
		for _, p := range was {
			if !slices.Contains(now, p) {
				delete(p.hosts, h)
			}
		}
		l.countOutside(h)
		l.dirtyHosts[h] = struct{}{}
	}
	return false
}

// ports gives the ports where an address was sighted.
func (h *host) ports() []*port {
	var ports []*port
	for _, list := range [2][]sighting{h.sources, h.sinks} {
		for i := range list {
			if !slices.Contains(ports, list[i].port) {
				ports = append(ports, list[i].port)
			}
		}
	}
	return ports
}

// forgetHost forgets an address, and tells that it is gone if it was told where it is.
func (l *Learner) forgetHost(h *host) {
	for _, p := range h.ports() {
		delete(p.hosts, h)
	}
	h.sources, h.sinks, h.kept = nil, nil, nil
	l.countOutside(h)
	l.account(h, &Place{})
	h.place = Place{}
	l.hostRecord(h)
	l.setMAC(h, 0)
	delete(l.hosts, h.addr)
	delete(l.dirtyHosts, h)
	if _, shown := l.next.places.get(h.addr); shown {
		l.next.places.delete(h.addr)
		l.resettled.add(h.addr, l.nextVersion())
		l.changed = true
	}
}

// expirePorts forgets what was learned of ports by which nothing went for long,
// nor by the other end of a link: that there is one, or that hosts live there.
func (l *Learner) expirePorts(before int64) {
	for looked, nodes := 0, 0; looked < expireLook && nodes < len(l.nodes); nodes++ {
		l.expireAt = (l.expireAt + 1) % len(l.nodes)
		n := l.nodes[l.expireAt]
		if n == nil {
			continue
		}
		looked += len(n.ports)
		live, lately := l.liveSides(n, before), l.liveSides(n, l.quietSince())
		for _, p := range n.ports { // order does not matter: the ends of a link are kept or forgotten together
			if p.heard != 0 || p.kept != nil {
				l.dateSeen(&p.heard)
			}
			if _, side := lately[l.bridges.side(p)]; !side && p.heard != 0 && p.heard < l.quietSince() {
				if q := l.otherEnd(p); q != nil && q.heard < l.quietSince() {
					l.setStale(p, true)
				}
			}
			if _, side := live[l.bridges.side(p)]; side || p.heard == 0 || p.heard >= before || len(p.hosts) > 0 {
				continue
			}
			if q := l.otherEnd(p); q != nil {
				if q.heard >= before {
					continue
				}
				l.expirePort(q)
			}
			l.expirePort(p)
		}
	}
}

// liveSides gives the sides of a bridge, by the port that stands for each, of which some port was seen.
func (l *Learner) liveSides(n *node, before int64) map[*port]struct{} {
	if len(l.bridges.sides) == 0 {
		return nil
	}
	live := map[*port]struct{}{}
	for _, p := range n.ports { // order does not matter: a set
		if p.heard >= before {
			live[l.bridges.side(p)] = struct{}{}
		}
	}
	return live
}

func (l *Learner) expirePort(p *port) {
	p.heard, p.kept, p.stale = 0, nil, p.stale && p.given
	l.blank(p)
}

// expireVote forgets old votes, but not those that a link rests on: they weigh against contrary ones.
func (l *Learner) expireVote(v *vote, before int64) bool {
	p, q := l.at(v.key.out), l.at(v.key.in)
	if v.last >= before || p != nil && p.voted && p.peer == v.key.in.sw && p.peerPort == v.key.in.idx {
		return false
	}
	delete(l.votes, v.key)
	for _, x := range [2]*port{p, q} {
		if x != nil {
			x.votes = slices.DeleteFunc(x.votes, func(o *vote) bool { return o == v })
		}
	}
	return true
}

// expireEnd forgets a tunnel end, or that the one of its two switches has it that was not seen to.
func (l *Learner) expireEnd(t *tunnelEnd, before int64) bool {
	if _, inferred := l.dark.starts[t.addr]; inferred {
		return false
	}
	for i := range t.seen {
		l.dateSeen(&t.seen[i])
	}
	first, second := t.seen[0] < before, t.at[1] == 0 || t.seen[1] < before
	switch {
	case first && second:
		delete(l.tunnels, t.addr)
		l.next.vteps.delete(t.addr)
		l.changed = true
		l.unshare(t)
		t.at, t.buckets = [2]SwitchID{}, 0
		l.creditEnd(t)
		return true
	case t.at[1] == 0 || !first && !second:
		return false
	}
	l.unshare(t)
	if first { // what is known of the flows is of the first
		t.at[0], t.seen[0], t.buckets = t.at[1], t.seen[1], 0
	}
	t.at[1], t.seen[1] = 0, 0
	l.creditEnd(t)
	l.next.vteps.delete(t.addr)
	l.changed = true
	l.showEnd(t)
	return false
}

// expireStation forgets where a MAC entered long ago, and the MAC itself once it is nobody's.
func (l *Learner) expireStation(mac uint64, s *station, before int64) bool {
	was := len(s.ports)
	s.ports = slices.DeleteFunc(s.ports, func(k stationPort) bool { return k.last < before })
	if len(s.ports) < was {
		for _, h := range s.hosts {
			l.dirtyHosts[h] = struct{}{}
		}
	}
	if len(s.ports) > 0 || len(s.hosts) > 0 {
		return false
	}
	delete(l.stations, mac)
	return true
}

// expireOwner forgets whose a MAC is, unless some port still leads to it.
func (l *Learner) expireOwner(mac uint64, o owner, before int64) bool {
	if o.last >= before || len(l.byFar[mac]) > 0 {
		return false
	}
	delete(l.owners, mac)
	delete(l.listedBy, mac)
	if _, shown := l.next.owners.get(mac); shown {
		l.next.owners.delete(mac)
		l.changed = true
	}
	return true
}

// expireBridged forgets MACs of bridged fabrics that were not seen for long, and what once spoke for links.
func (l *Learner) expireBridged(before int64) {
	b := &l.bridges
	gone := map[*bridgedHost]struct{}{}
	l.sweeps.bridged.look(b.hosts, func(mac uint64, h *bridgedHost) bool {
		if s := l.stations[mac]; h.seen >= before || s != nil && len(s.ports) > 0 { // one that is known is told of by its station alone
			return false
		}
		for i := range h.sites {
			for _, idx := range h.sites[i].ports {
				delete(b.hostsBehind(l.nodes[h.sites[i].sw].ports[idx]), h)
			}
		}
		b.sites -= len(h.sites)
		delete(b.hosts, mac)
		delete(b.dirty, h)
		l.next.bridged.delete(mac)
		l.changed = true
		gone[h] = struct{}{}
		return true
	})
	if len(gone) > 0 {
		left := func(h *bridgedHost) bool { _, ok := gone[h]; return ok }
		b.seen, b.waiting = slices.DeleteFunc(b.seen, left), slices.DeleteFunc(b.waiting, left)
	}
	l.sweeps.pairs.look(b.pairs, func(k portPair, v *neighbours) bool {
		if v.joined || v.last >= before {
			return false
		}
		delete(b.pairs, k)
		return true
	})
}
