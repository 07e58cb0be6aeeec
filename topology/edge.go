package topology

// edgeNow: frames that nobody has forwarded over at least a second, and none that
// somebody has. Where a pair of switches may bridge between them, the link of
// the pair looks just so; but to a router's MAC only hosts send, and nobody
// else than one host behind a port for long.
func (l *Learner) edgeNow(p *port) bool {
	if p.peer != 0 || p.routed != 0 || p.handsOver || p.fresh < edgeFrames || l.now-p.since <= edgeAfter || p.tunnels > 0 && !l.hostTunnels(p) {
		return false
	}
	return !l.pairs || p.gate != 0 && !l.sends(p.gate) || !p.several && l.now-p.since > settleAfter
}

// sends reports whether a MAC was seen as the source of fresh frames: it is a host's.
func (l *Learner) sends(mac uint64) bool {
	st := l.stations[mac]
	return st != nil && len(st.ports) > 0
}

// agePairs notes whether pairs are to be expected: where there are tunnels, until flows enough tell otherwise.
func (l *Learner) agePairs() {
	pairs := l.tunnelled && !l.alone()
	if pairs == l.pairs {
		return
	}
	l.pairs, l.changed = pairs, true
	for _, n := range l.nodes {
		if n == nil {
			continue
		}
		for _, p := range n.ports { // order does not matter: each is on its own
			if p.fresh == 0 || p.routed > 0 {
				continue
			}
			if p.edge && pairs && !l.edgeNow(p) {
				l.setEdge(p, false)
				l.young = append(l.young, p)
			}
			l.touchPort(p)
		}
	}
}

// alone: no tunnel end is on several switches, as far as flows enough tell.
func (l *Learner) alone() bool { return l.endsAlone >= flowsOfAll && l.sharedEnds == 0 }
