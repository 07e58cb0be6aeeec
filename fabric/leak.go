package fabric

import (
	"math"
	"strconv"
	"strings"
)

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

// between gives the ports of switch a that lead to b: a switch, a host, "*" for
// all higher switches, and with /N the Nth of them. Nil if there are none.
func (n *network) between(a, b string) bundle {
	v := n.find(a)
	if v == nil {
		return nil
	}
	b, nth, one := strings.Cut(b, "/")
	var all bundle
	for _, p := range v.ports {
		switch {
		case p.members != nil:
		case p.host != nil && p.host.name == b, p.far != nil && (p.far.node.name == b || b == "*" && p.far.node.tier > v.tier):
			all = append(all, p)
		}
	}
	if one {
		i, err := strconv.Atoi(nth)
		if err != nil || i < 1 || i > len(all) {
			return nil
		}
		return all[i-1 : i]
	}
	return all
}

// cut takes links down, or up again.
func (n *network) cut(e *Event) {
	for _, p := range n.between(e.Target, e.To) {
		p.down = e.Kind == EventLinkDown
		if p.far != nil {
			p.far.down = p.down
		}
	}
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
