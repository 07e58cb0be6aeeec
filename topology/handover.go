package topology

// twinPorts: MACs that enter by one port here and by so many of another switch
// come over a link between the two. One host on two leaves, whatever runs on
// it, enters the other one by its own port, and by the peer link.
const twinPorts = 3

// meet notes where else a MAC enters that was seen fresh at a port.
func (l *Learner) meet(p *port, st *station) {
	if p.handsOver || p.peer != 0 {
		return
	}
	for _, k := range st.ports {
		if k.sw == p.key.sw || p.twins[0].sw != 0 && k.sw != p.twins[0].sw {
			continue
		}
		for i := range p.twins {
			if p.twins[i] == k {
				break
			}
			if p.twins[i].sw != 0 {
				continue
			}
			if p.twins[i] = k; i == twinPorts-1 {
				p.handsOver = true
				l.setEdge(p, false)
				l.touchPort(p)
				return
			}
			break
		}
	}
}
