package fabric

// taps gives the places of a route where packets are sampled.
func (n *network) taps(r *route, src, dst *host) []tap {
	var all []tap
	if a := src.agent; a != nil {
		eth := a.node.ports[0]
		all = append(all, tap{agent: a, source: eth, out: eth, hop: -1, egress: true, wire: &r.wires[0]})
	}
	for i := range r.hops {
		h := &r.hops[i]
		if h.node.agent == nil {
			continue
		}
		t := tap{agent: h.node.agent, in: h.in, out: h.out, hop: i}
		if h.out.far != nil {
			t.next = h.out.far.node
		}
		rx, tx := &r.wires[i], &r.wires[i+1]
		if rx.tunnelled() != tx.tunnelled() {
			t.vniIn, t.vniOut = rx.tunnel.vni, tx.tunnel.vni
			if !rx.tunnelled() {
				t.vniIn = l2VNI(src, uint32(h.node.pod))
			} else if h.out.host != nil {
				t.vniOut = l2VNI(dst, uint32(h.node.pod))
			}
		}
		if n.cfg.Direction != Egress {
			t.source, t.wire, t.egress = h.in, rx, false
			all = append(all, t)
		}
		if n.cfg.Direction != Ingress {
			t.source, t.wire, t.egress = h.out, tx, true
			all = append(all, t)
		}
	}
	if a := dst.agent; a != nil {
		eth := a.node.ports[0]
		all = append(all, tap{agent: a, source: eth, in: eth, hop: len(r.hops), wire: &r.wires[len(r.hops)]})
	}
	return all
}

// routes gives the paths that packets of a flow take in turn: one, or all equal ones where they are sprayed.
func (n *network) routes(src, dst *host, bond, hash uint64) []*route {
	first := n.trace(src, dst, bond, hash, byHash)
	if !n.cfg.Spray || len(first.hops) < 3 {
		return []*route{first}
	}
	leaf, last := first.hops[0].node, first.hops[len(first.hops)-1].node
	var all []*route
	for s, b := range leaf.up {
		spine := b[0].far.node
		if spine.drained || last.up[s][0].far.node.drained {
			continue
		}
		if leaf.pod == last.pod {
			all = append(all, n.trace(src, dst, bond, hash, choice{s, -1}))
			continue
		}
		for i, up := range spine.up {
			if !up[0].far.node.drained {
				all = append(all, n.trace(src, dst, bond, hash, choice{s, i}))
			}
		}
	}
	if len(all) == 0 {
		return []*route{first}
	}
	return all
}
