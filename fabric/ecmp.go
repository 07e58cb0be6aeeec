package fabric

import "math"

// alive tells whether links of a bundle are up, and in calm times their far end is not drained.
func (b bundle) alive(calm bool) bool {
	return len(b.up()) > 0 && (!calm || !b[0].far.node.drained)
}

// up gives the links that are up.
func (b bundle) up() bundle {
	for i, p := range b {
		if !p.down {
			continue
		}
		some := append(bundle(nil), b[:i]...)
		for _, q := range b[i+1:] {
			if !q.down {
				some = append(some, q)
			}
		}
		return some
	}
	return b
}

// peered tells whether frames may take a leaf's peer link.
func (n *network) peered(leaf *node) bool {
	return (n.cfg.VXLAN || n.cfg.PeerLinks) && leaf.mate != nil && !leaf.peer.down
}

// beside tells whether the receiver is attached to a leaf's mate and the peer link leads there.
func (t *tracer) beside(leaf *node) bool {
	return t.n.peered(leaf) && t.dst.at(leaf.mate) != nil
}

// detour routes a packet to the mate of a leaf that has no way up of its own.
func (t *tracer) detour(in *port, w wire, c choice) bool {
	leaf := in.node
	if !t.n.peered(leaf) || len(t.r.hops) > 0 {
		return false
	}
	t.step(in, w, leaf.peer)
	next := wire{smac: leaf.peer.mac, dmac: leaf.peer.far.mac, ttl: w.ttl - 1}
	if t.bridged {
		next = w
		next.vlan = in.vlan
	}
	return t.climb(leaf.peer.far, next, c)
}

// lastLeaf chooses among the leaves that own the way to the receiver: those of
// its ports, or those that share its VTEP; else a mate of theirs. It is nil if
// none can be reached.
func (t *tracer) lastLeaf(leaf *node) *node {
	var mates []*node
	owners := make([]*node, 0, len(t.dst.ports))
	for _, p := range t.dst.ports {
		owners = append(owners, p.node)
		if p.node.mate != nil {
			mates = append(mates, p.node.mate)
		}
	}
	if t.n.cfg.VXLAN && len(owners) > 0 && owners[0].mate != nil {
		owners, mates = []*node{owners[0], owners[0].mate}, nil
	}
	for _, candidates := range [][]*node{owners, mates} {
		var good []*node
		for _, v := range candidates {
			if v != leaf && (t.dst.at(v) != nil || t.beside(v)) && t.reaches(leaf, v) {
				good = append(good, v)
			}
		}
		if len(good) > 0 {
			return good[t.weigh(t.hash, 77, len(good))]
		}
	}
	return nil
}

// member chooses a link of a bundle.
func (t *tracer) member(b bundle) *port {
	links := b.up()
	return links[t.weigh(t.hash, 3+b[0].mac, len(links))]
}

// spine chooses the uplink (index of a spine) of a leaf, -1 if none leads to the last leaf.
func (t *tracer) spine(leaf, last *node, forced int) int {
	if forced >= 0 {
		return forced
	}
	for _, calm := range []bool{true, false} {
		usable := func(i int) bool { return over(leaf, last, i, calm) }
		var i int
		switch w := t.n.cfg.Weights; {
		case t.every != nil:
			i = t.every.chooseOf(len(leaf.up), usable)
		case w != nil:
			i = heaviest(t.hash, leaf.mac, len(leaf.up), w, usable)
		default:
			i = highest(t.hash, leaf.mac, len(leaf.up), usable)
		}
		if i >= 0 {
			return i
		}
	}
	return -1
}

// reaches tells whether some spine leads from a leaf to another.
func (t *tracer) reaches(leaf, last *node) bool {
	for i := range leaf.up {
		if over(leaf, last, i, false) {
			return true
		}
	}
	return false
}

// over tells whether a way leads from a leaf over its i-th spine to another leaf.
func over(leaf, last *node, i int, calm bool) bool {
	if !leaf.up[i].alive(calm) || !last.up[i].alive(calm) {
		return false
	}
	if leaf.pod == last.pod {
		return true
	}
	spine := leaf.up[i][0].far.node
	for s := range spine.up {
		if across(spine, last, s, calm) {
			return true
		}
	}
	return false
}

// across tells whether a way leads from a spine over its s-th super-spine into the pod of a leaf.
func across(spine, last *node, s int, calm bool) bool {
	b := spine.up[s]
	return b.alive(calm) && b[0].far.node.down[last.pod].alive(calm)
}

func (t *tracer) super(spine, last *node, forced int) *node {
	if forced >= 0 {
		return spine.up[forced][0].far.node
	}
	i := -1
	for _, calm := range []bool{true, false} {
		usable := func(i int) bool { return across(spine, last, i, calm) }
		switch {
		case i >= 0:
		case t.every != nil:
			i = t.every.chooseOf(len(spine.up), usable)
		default:
			i = highest(t.hash, spine.mac, len(spine.up), usable)
		}
	}
	return spine.up[i][0].far.node
}

// heaviest is highest where one choice is to be made more often than another.
func heaviest(hash, salt uint64, n int, weights []float64, usable func(int) bool) int {
	best, top := -1, math.Inf(1)
	for i := range n {
		if !usable(i) {
			continue
		}
		u := (float64(mix(hash^mix(salt<<8+uint64(i)))>>11) + 0.5) / (1 << 53)
		if x := -math.Log(u) / weights[i%len(weights)]; x < top {
			best, top = i, x
		}
	}
	return best
}

// highest chooses by rendezvous hashing: when one of n goes away only its flows
// move. It gives -1 if none is usable.
func highest(hash, salt uint64, n int, usable func(int) bool) int {
	best, top := -1, uint64(0)
	for i := range n {
		if !usable(i) {
			continue
		}
		if w := mix(hash ^ mix(salt<<8+uint64(i))); best < 0 || w > top {
			best, top = i, w
		}
	}
	return best
}
