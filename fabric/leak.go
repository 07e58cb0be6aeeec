package fabric

import "math"

// leak is a link of a route that loses packets, or damages them.
type leak struct {
	hop  int // index of the hop in front of it
	port *port
}

// leaked is what a lane lost on a link.
type leaked struct {
	stage int // from there on it is missing
	n     uint64
}

// A route has a stage at the entrance of hop i, 2i, and one behind its queue, 2i+1.
const arrived = math.MaxInt // the stage at the receiver

// stage gives the stage at which a tap sees packets.
func (t *tap) stage() int {
	n := 2 * max(t.hop, 0)
	if t.egress && t.hop >= 0 {
		n++
	}
	return n
}

// at gives what is left of a lane at a stage: packets and their bytes.
func (l *lane) at(stage int) (n, bytes uint64) {
	n = l.n
	if stage > 0 {
		n -= l.lost
	}
	for _, k := range l.leaked {
		if stage >= k.stage {
			n -= k.n
		}
	}
	if n == l.n {
		return n, l.bytes
	}
	return n, l.bytes * n / l.n
}

// leaksOf lists the links of a route that do not bring everything over.
func (r *route) leaksOf() (all []leak) {
	for i := range r.hops {
		if p := r.hops[i].out; p.grey+p.damage > 0 {
			all = append(all, leak{i, p})
		}
	}
	return all
}

// leak lets links lose a part of a lane. What is damaged the far end counts as errors.
func (f *Fabric) leak(l *lane, r *route) {
	for i := range r.leaks {
		k := &r.leaks[i]
		n, _ := l.at(2*k.hop + 1)
		gone := min(poisson(f.traffic, k.port.grey*float64(n)), n)
		bad := min(poisson(f.traffic, k.port.damage*float64(n)), n-gone)
		k.port.far.inErrors += uint32(bad)
		if gone+bad > 0 {
			l.leaked = append(l.leaked, leaked{2*k.hop + 2, gone + bad})
		}
	}
}

// between gives the ports of switch a that lead to switch b, nil if there are none.
func (n *network) between(a, b string) bundle {
	v := n.find(a)
	if v == nil {
		return nil
	}
	var all bundle
	for _, p := range v.ports {
		if p.far != nil && p.members == nil && p.far.node.name == b {
			all = append(all, p)
		}
	}
	return all
}

// spoil makes a link bad in one direction, or good again.
func (n *network) spoil(e *Event) {
	for _, p := range n.between(e.Target, e.To) {
		if e.Kind == EventGrey {
			p.grey = e.Value
		} else {
			p.damage = e.Value
		}
	}
}
