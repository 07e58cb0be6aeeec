package topology

// twinPorts: MACs that enter by one port here and by so many of another switch
// come over a link between the two. One host on two leaves, whatever runs on
// it, enters the other one by its own port, and by the peer link.
const (
	twinPorts = 3
	maxTwins  = 8 // that are remembered of a port
)

// meet notes where else a MAC enters that was seen fresh at a port.
func (l *Learner) meet(p *port, st *station) {
	if p.handsOver || p.peer != 0 {
		return
	}
	for _, k := range st.ports {
		if k.sw != p.key.sw && p.twin(k.portKey) {
			p.handsOver = true
			l.setEdge(p, false)
			l.touchPort(p)
			return
		}
	}
}

// twin notes a port of another switch where a MAC enters too, and reports whether that switch shows enough of them.
func (p *port) twin(k portKey) bool {
	same := 1
	for i := range p.twins {
		switch t := &p.twins[i]; {
		case *t == k:
			return false
		case t.sw == 0:
			*t = k
			return same >= twinPorts
		case t.sw == k.sw:
			same++
		}
	}
	return false
}

// mated reports whether a link joins a switch to another one with hosts.
func (s *Snapshot) mated(sw *Switch) bool {
	for id, e := range sw.peers { // order does not matter: one is enough
		if o := s.Switch(id); e.mate || o != nil && o.Hosts {
			return true
		}
	}
	return false
}
