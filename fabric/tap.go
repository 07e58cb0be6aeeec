package fabric

// taps gives the places of a route where packets are sampled.
func (n *network) taps(r *route, src, dst *host) []tap {
	var all []tap
	if a := src.box().agent; a != nil {
		eth := a.node.ports[0]
		all = append(all, tap{agent: a, source: eth, in: src.inside, out: eth, hop: -1, egress: true, wire: &r.wires[0]})
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
			} else if h.out.far == nil {
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
	if a := dst.box().agent; a != nil {
		eth := a.node.ports[0]
		all = append(all, tap{agent: a, source: eth, in: eth, out: dst.inside, hop: len(r.hops), wire: &r.wires[len(r.hops)]})
	}
	return all
}

// routes gives the paths that packets of a flow take in turn: one, or all equal
// ones where they are sprayed; none where no link leads there.
func (n *network) routes(src, dst *host, bond, hash uint64) []*route {
	first := n.trace(src, dst, bond, hash, byHash)
	if first == nil {
		return nil
	}
	if !n.cfg.Spray || first.from == nil {
		return []*route{first}
	}
	leaf, last := first.from, first.to
	var all []*route
	for s, b := range leaf.up {
		spine := b[0].far.node
		if !over(leaf, last, s, true) {
			continue
		}
		if leaf.pod == last.pod {
			all = append(all, n.trace(src, dst, bond, hash, choice{s, -1}))
			continue
		}
		for i := range spine.up {
			if across(spine, last, i, true) {
				all = append(all, n.trace(src, dst, bond, hash, choice{s, i}))
			}
		}
	}
	if len(all) == 0 {
		return []*route{first}
	}
	return all
}
