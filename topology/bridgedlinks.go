package topology

import "slices"

// inRow: frames of a flow whose switches could be ordered left (Agent, Port) for
// (Agent2, Port2) next, as far as was seen.
func (l *Learner) inRow(n *node, e *Evidence) {
	other := l.node(e.Agent2)
	if other == nil || other == n {
		return
	}
	if h := l.bridgedHost(e.Far); h != nil {
		if s := l.behindPort(h, other, nil); s != nil {
			if s.later == 0 {
				l.restate(h)
			}
			s.later = max(s.later, e.Last)
			l.reconsider(h)
		}
	}
	p, q := l.portOrNil(n, e.Port), l.portOrNil(other, e.Port2)
	if p == nil || q == nil || p.given || q.given {
		return
	}
	v := l.neighbours(p, q)
	if v == nil || v.against != 0 && l.now-v.against < disbelief {
		return
	}
	v.against, v.last = 0, l.now
	if v.samples += l.bridges.weigh(e); v.samples < joinSamples {
		return
	}
	if v.again = false; !v.joined {
		l.join(p, q, v)
	}
}

// apart: a third switch was between the two ports.
func (l *Learner) apart(n *node, e *Evidence) {
	other := l.node(e.Agent2)
	if other == nil || other == n {
		return
	}
	if p, q := l.portOrNil(n, e.Port), l.portOrNil(other, e.Port2); p != nil && q != nil {
		l.disbelieve(p, q)
	}
}

func (l *Learner) neighbours(p, q *port) *neighbours {
	b := &l.bridges
	k := pairOf(p, q)
	v := b.pairs[k]
	if v == nil {
		if len(b.pairs) >= l.max.votes {
			l.Ignored++
			return nil
		}
		v = &neighbours{}
		b.pairs[k] = v
	}
	return v
}

// join makes a link of two ports: no host is behind both, together they have
// half of the hosts, and neither leads elsewhere.
func (l *Learner) join(p, q *port, v *neighbours) {
	b := &l.bridges
	x, y := b.hostsBehind(p), b.hostsBehind(q)
	if len(b.seen) < minBridged || 2*(len(x)+len(y)) < len(b.seen) {
		return
	}
	for h := range x { // order does not matter: is there any?
		if _, both := y[h]; both {
			l.disbelieve(p, q)
			return
		}
	}
	if p.peer != 0 || q.peer != 0 { // two partners for one port: none is believed
		for _, r := range []*port{p, q} {
			if s := l.otherEnd(r); s != nil {
				l.disbelieve(r, s)
			}
		}
		l.disbelieve(p, q)
		return
	}
	v.joined = true
	l.link(p, q.key.sw)
	l.link(q, p.key.sw)
	l.pair(p, q)
}

// disbelieve: something speaks against a link between two ports. A link that
// bridged flows had proven is none any more.
func (l *Learner) disbelieve(p, q *port) {
	v := l.neighbours(p, q)
	if v == nil {
		return
	}
	v.against, v.last, v.samples = l.now, l.now, 0
	if !v.joined {
		return
	}
	v.joined, v.again = false, false
	if p.given || q.given || l.otherEnd(p) != q {
		return
	}
	for _, r := range []*port{p, q} {
		r.peer, r.peerPort, r.learned = 0, 0, false
		l.touchPort(r)
	}
}

// reconsider works out anew where a host's frames enter the fabric.
func (l *Learner) reconsider(h *bridgedHost) {
	b := &l.bridges
	sw, due := l.entryOf(h)
	if h.due = due; due > 0 && !h.waits {
		h.waits = true
		b.waiting = append(b.waiting, h)
	}
	if sw == h.edge {
		return
	}
	h.edge = sw
	l.restate(h)
	if st := l.stations[h.mac]; st != nil {
		for _, a := range st.hosts {
			l.dirtyHosts[a] = struct{}{}
		}
	}
}

// entryOf gives the only switch that a host's frames reach before all others,
// once every switch would have been sampled; else when time alone may tell.
func (l *Learner) entryOf(h *bridgedHost) (sw SwitchID, due int64) {
	if sw := l.keptEntry(h); sw != 0 {
		return sw, 0
	}
	var first *site
	for i := range h.sites {
		s := &h.sites[i]
		if s.since == 0 || h.last-s.last > siteMemory || s.later != 0 && h.last-s.later < siteMemory {
			continue
		}
		if first != nil {
			return 0, 0
		}
		first = s
	}
	if first == nil || first.samples < entrySamples {
		return 0, 0
	}
	if first.known < flowsEnough {
		due = first.since + entryAfter
	}
	if _, spine := l.bridges.passing[first.sw]; spine { // the host may be behind a switch that we do not hear
		if first.samples < transitSamples || l.crowded(first) {
			return 0, 0
		}
		due = max(due, first.since+transitAfter)
	}
	if due >= l.now {
		return 0, due + 1
	}
	return first.sw, 0
}

// crowded: more hosts are behind the port than live at one.
func (l *Learner) crowded(s *site) bool {
	for _, idx := range s.ports {
		if len(l.bridges.hostsBehind(l.nodes[s.sw].ports[idx])) > maxSinks {
			return true
		}
	}
	return false
}

// ageBridged: hosts whose edge only time had to show.
func (l *Learner) ageBridged() {
	b := &l.bridges
	all := b.waiting
	b.waiting = b.waiting[:0]
	for _, h := range all {
		switch {
		case h.due == 0:
			h.waits = false
		case h.due > l.now:
			b.waiting = append(b.waiting, h)
		default:
			h.waits = false
			l.reconsider(h) // it may wait again
		}
	}
	clear(all[min(len(b.waiting), len(all)):])
}

// bridgedStation: a MAC enters several switches untouched, one of which never routed anything.
func (l *Learner) bridgedStation(st *station) bool {
	return len(st.ports) >= 2 && slices.ContainsFunc(st.ports, func(k stationPort) bool { return !l.nodes[k.sw].router })
}
