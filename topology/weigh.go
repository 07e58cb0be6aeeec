package topology

// weigh takes a piece of evidence that counts.
func (l *Learner) weigh(n *node, e *Evidence) {
	switch e.Kind {
	case SawIngress:
		if l.believes(n, e) {
			l.ingress(n, e)
		}
	case SawEgress:
		l.egress(n, e)
	case SawSource:
		if l.believes(n, e) {
			l.source(n, e)
		}
	case SawSink:
		l.sink(n, e)
	case SawVote:
		l.vote(n, e)
	case SawVTEP:
		if !n.mayBeHost() {
			l.place(e.Addr, n.id, e.Buckets, false)
		}
	case SawBridged, SawNext, SawApart, SawAgain:
		l.sawBridged(n, e)
	case SawBeyond:
		if l.believes(n, e) {
			l.sawBeyond(n, e)
		}
	case SawGap:
		l.sawGap(n, e)
	case SawOwnMAC:
		l.listed(n, e.Own)
	case SawLocal:
		l.local(n, e)
	case SawUnnamed:
		n.unnamed = max(n.unnamed, e.Last)
		l.unnamed(e.Far, e.Last)
		l.unnamed(e.Own, e.Last)
		l.alsoGateway(n, e)
	case SawTransit:
		l.forwards(n)
		l.between(n, e)
	case SawRestart:
		l.renewAll(n, e.Last)
	}
}

// sawBridged takes what flows of a bridged fabric tell.
func (l *Learner) sawBridged(n *node, e *Evidence) {
	switch e.Kind {
	case SawBridged:
		l.crossed(n, e)
	case SawNext:
		l.inRow(n, e)
	case SawAgain:
		l.rejoin(n, e)
	default:
		l.apart(n, e)
	}
}

// believes: what egress samples say of ports on ingress counts only for agents
// that do not sample there, and nowhere if there are tunnels: a frame that
// leaves one has another TTL than it entered with.
func (l *Learner) believes(n *node, e *Evidence) bool {
	l.inTunnels(e)
	n.direct = n.direct || !e.Derived
	l.ingressed = l.ingressed || n.direct
	return !e.Derived || !n.direct && !l.tunnelled
}

// inTunnels notes that frames are tunnelled.
func (l *Learner) inTunnels(e *Evidence) {
	if e.Encap && !l.tunnelled {
		l.tunnelled, l.changed = true, true
		l.unclaim()
	}
}
