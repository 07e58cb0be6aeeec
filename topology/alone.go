package topology

// Two switches may have several links between them: members of a LAG, which may share
// their MACs, or parallel ones. While one port alone is known on each side, or with its MACs, the
// two are taken for one link's. That ends when another one turns up, or when a flow left by
// one of them and entered by another port.

// pairAlone joins the only ports that are known to fit, unless their agents told that there are more.
func (l *Learner) pairAlone(p, q *port) {
	if l.otherEnd(p) == q || l.fellows(p) > 1 || l.fellows(q) > 1 {
		return
	}
	l.pair(p, q)
	p.alone, q.alone = true, true
}

// part ends what rests only on no other port being known.
func (l *Learner) part(p *port) {
	if q := l.otherEnd(p); q != nil && p.alone && q.alone {
		l.unpair(p, q)
	}
	p.alone = false
}

// unpair ends that two ports are those of one link, not that they lead to each other's switches.
func (l *Learner) unpair(p, q *port) {
	if p.given || q.given {
		return
	}
	p.peerPort, q.peerPort, p.alone, q.alone = 0, 0, false, false
	l.touchPort(p)
	l.touchPort(q)
}

// parallel: a flow left port p and entered port q next.
func (l *Learner) parallel(p, q *port) {
	if l.stays(p, q) || l.stays(q, p) {
		return
	}
	if p.peer == q.key.sw && p.peerPort != q.key.idx {
		l.part(p)
	}
	if q.peer == p.key.sw && q.peerPort != p.key.idx {
		l.part(q)
	}
}

// only gives the one port of the list that names p's MACs as p names its own, nil
// if there are none or several, or if one of which a MAC is not known yet may be another.
func only(list []*port, p *port) *port {
	if p.far == 0 || p.own == 0 {
		return nil
	}
	var found *port
	for _, q := range list {
		if (q.own == 0 || p.far == q.own) && (q.far == 0 || q.far == p.own) {
			if found != nil {
				return nil
			}
			found = q
		}
	}
	if found != nil && (found.own == 0 || found.far == 0) {
		return nil
	}
	return found
}
