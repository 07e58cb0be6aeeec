package topology

// Addresses outside the fabric are as many as there are in the world; they have no
// place, and must leave room for those that have.

// countOutside keeps the number of addresses that were sighted only at ports that lead out of the fabric.
func (l *Learner) countOutside(h *host) {
	outside := len(h.sources)+len(h.sinks) > 0 && h.onlyOutside()
	if outside == h.outside {
		return
	}
	h.outside = outside
	l.outside--
	if outside {
		l.outside += 2
	}
}

func (h *host) onlyOutside() bool {
	for _, list := range [2][]sighting{h.sources, h.sinks} {
		for i := range list {
			if list[i].port.leads != toOutside {
				return false
			}
		}
	}
	return true
}

// recountOutside takes that a port leads out of the fabric, or does so no more; of
// addresses that are too many then, it forgets some.
func (l *Learner) recountOutside(p *port) {
	for h := range p.hosts { // order does not matter: those outside have no place
		l.countOutside(h)
		if h.outside && l.outside > l.max.outside {
			l.forgetHost(h)
			l.Ignored++
		}
	}
}
