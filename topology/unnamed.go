package topology

// unnamedFor is how long a MAC counts as one that an agent saw which names no ports.
const unnamedFor = int64(300e9)

// unnamed notes a MAC on a wire of a switch whose samples name no ports: behind an
// open port with that far MAC is, perhaps, this very switch, so that no switch
// which nobody reports is inferred there.
func (l *Learner) unnamed(mac uint64, now int64) {
	if !unicastMAC(mac) {
		return
	}
	if _, known := l.nameless[mac]; !known && len(l.nameless) >= l.max.macs {
		l.Ignored++
		return
	}
	l.nameless[mac] = now
}

// isUnnamed reports whether such a switch may be behind a port.
func (l *Learner) isUnnamed(p *port) bool {
	at, known := l.nameless[p.far]
	return known && l.now-at < unnamedFor
}

func (l *Learner) expireUnnamed() {
	l.sweeps.nameless.look(l.nameless, func(mac uint64, at int64) bool {
		if l.now-at < unnamedFor {
			return false
		}
		delete(l.nameless, mac)
		return true
	})
}

// anyNameless: a switch is heard whose samples name no ports, or none that tells where it is: it may be behind any port of
// which only absence says what is there.
func (l *Learner) anyNameless() bool {
	for _, n := range l.nodes {
		if n != nil && n.unnamed != 0 && l.now-n.unnamed < unnamedFor && n.edges == 0 && !n.host && !n.linked() {
			return true
		}
	}
	return false
}

// mayBeUnnamed: what frames leave for by a port may be such a switch.
func (l *Learner) mayBeUnnamed(p *port) bool { return l.isUnnamed(p) || p.far == 0 && l.anyNameless() }

// alsoGateway: a host's frames are for a MAC at a switch that names no ports, and another switch owns it: the two share it.
func (l *Learner) alsoGateway(n *node, e *Evidence) {
	if o, ok := l.owners[e.Own]; ok && e.Fresh && !o.shared && o.sw != n.id && n.edges == 0 && !n.linked() {
		l.dispute(e.Own, false)
	}
}
