package topology

// downGrace: samples that were held back may be of before the link went down.
const downGrace = int64(2e9)

// carrier notes that a port's link went down or came up. Who lived behind one that
// is down does not live there now, and no path is inferred over it; what was seen
// to take it did.
func (l *Learner) carrier(p *port, i *PortInfo) {
	if i.Down == i.Up || i.Down == p.down {
		return
	}
	l.setDown(p, i.Down)
	if p.down && p.peer == 0 {
		l.vacate(p)
	}
}

func (l *Learner) setDown(p *port, down bool) {
	p.down, p.downAt = down, l.now
	l.touchPort(p)
	if n := l.nodeAt(p.peer); n != nil && !n.id.Inferred() {
		l.touch(n)
	}
}

// stale reports evidence of a time before the port's link went down; frames that
// enter by it later show that it is up.
func (l *Learner) stale(n *node, e *Evidence) bool {
	if e.Kind != SawIngress && e.Kind != SawSource {
		return false
	}
	p := n.ports[e.Port]
	switch {
	case p == nil || !p.down:
		return false
	case e.Last <= p.downAt+downGrace:
		return true
	}
	l.setDown(p, false)
	return false
}
