package topology

import (
	"slices"

	"spoor/flow"
)

// Some hosts send TTLs of 63, 127 or 254, or forward for a guest of their own:
// at their port frames look as if a router had forwarded them once. A silent
// switch looks the same but for what its place and its many addresses tell: such
// a host is behind a port of a switch with other hosts, or one all of whose open
// ports look like this; its frames all passed one router, come from one MAC that is
// nobody's elsewhere, and from few addresses, which enter nowhere else so.
const (
	oddAddrs  = 4
	oddFrames = 10
	oddAfter  = int64(3e9)
	oddSlow   = settleAfter // where no fresh frames tell which switches have hosts
)

// odd reports whether an open port leads to such a host.
func (g *darkGroups) odd(p *port) bool {
	l, b := g.l, p.beyond
	n := l.nodes[p.key.sw]
	age := l.now - b.since
	if p.given || p.far == 0 || b.n < oddFrames || age < oddAfter || b.mostGaps() > 0 || b.alien > 0 || l.claimed(p) || !l.looksOdd(p) {
		return false
	}
	switch g.tier(n) {
	case 0:
		return true
	case 1:
		return false
	}
	if age < oddSlow || !n.linked() {
		return false
	}
	for _, q := range n.ports { // order does not matter: it is about all of them
		if q.peer == 0 && q.routed > 0 && (q.beyond == nil || !l.looksOdd(q)) {
			return false
		}
	}
	return true
}

// looksOdd: all that entered an open port passed one router and came from one host.
func (l *Learner) looksOdd(p *port) bool {
	b := p.beyond
	if p.fresh > 0 || b.hops != 1<<1 || b.encap > 0 || len(b.who) == 0 || len(b.who) > oddAddrs || len(l.byFar[p.far]) != 1 {
		return false
	}
	return !slices.ContainsFunc(b.who, func(a flow.Addr) bool {
		h := l.hosts[a]
		return h == nil || slices.ContainsFunc(h.sources, func(s sighting) bool { return s.port != p && s.hops <= 1 })
	})
}

// turnOdd makes an open port that of a host.
func (l *Learner) turnOdd(p *port) {
	p.odd = true
	l.setEdge(p, true)
	l.touchPort(p)
}

// stray takes an address that entered a port: of too many it leads to no host.
func (l *Learner) stray(p *port, e *Evidence) {
	b := p.beyond
	if b == nil || len(b.who) > oddAddrs || slices.Contains(b.who, e.Addr) {
		return
	}
	b.who = append(b.who, e.Addr)
	l.straight(p, len(b.who) > oddAddrs)
}

// straight: what was taken for the port of a host is none.
func (l *Learner) straight(p *port, so bool) {
	if so && p.odd {
		p.odd = false
		l.setEdge(p, false)
		l.touchPort(p)
	}
}
