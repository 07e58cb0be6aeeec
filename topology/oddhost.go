package topology

import (
	"math/bits"
	"slices"

	"spoor/flow"
)

// Some hosts send TTLs of 63, 127 or 254, or forward for a guest of their own:
// at their port frames look as if a router had forwarded them once. A silent
// switch looks the same but for what its place and its many addresses tell: such
// a host is behind a port of a switch with other hosts, or one all of whose open
// ports look like this; its frames all passed one router, come from one MAC that is
// nobody's elsewhere, from few addresses, which enter nowhere else so, and to few.
const (
	oddAddrs  = 4
	oddFrames = 10
	oddFlows  = 5 // a host of a silent mate of the leaf would not send all of them this way
	oddAfter  = int64(3e9)
	oddSlow   = settleAfter // where no fresh frames tell which switches have hosts
)

// What else may be behind an open port that is none of a switch: a host that
// routes for its guests, and the outside.
const (
	guestFresh  = 50 // of so many frames at least one is the host's own
	guestFrames = 50 // or so many came from who sends nowhere else
	ownNAT      = 2  // frames of its own: one may have an odd TTL by chance
	outsideFrom = 20 // frames
	outsideSets = 7  // buckets of addresses
	outsideAll  = 4  // the same, if all came from far away
	outsideHops = 3  // distances, of which one is
	outsideFar  = 5  // at least
)

// leads tells what an open port leads to, if it is no switch.
func (g *darkGroups) leads(p *port) lead {
	l, b := g.l, p.beyond
	n := l.nodes[p.key.sw]
	age := l.now - b.since
	switch {
	case p.given || p.handsOver || l.claimed(p):
		return toSwitch
	case l.hostBehind(p):
		return toGuests
	case p.far == 0 || b.encap > 0 || b.mostGaps() > 0: // in a tunnel, or of a flow that went on two hops later
		return toSwitch
	}
	tier := g.tier(n)
	switch {
	case b.alien == 0 && l.ownFrames(p, tier):
		return toGuests
	case age < oddAfter || b.n < oddFrames || !mayHaveHosts(n, tier, age):
		return toSwitch
	case l.looksOutside(p):
		return toOutside
	case b.alien > 0:
	case l.hasGuests(p):
		return toGuests
	case l.looksOdd(p) && l.flowsBehind(p) >= oddFlows && (tier == 0 || l.allOdd(n)):
		return toOddHost
	}
	return toSwitch
}

// mayHaveHosts: a switch next to one with hosts has none; where no fresh frames tell which have, time and a link do.
func mayHaveHosts(n *node, tier int, age int64) bool {
	return tier == 0 || tier == 2 && age >= oddSlow && n.linked()
}

// lead is what an open port leads to.
type lead uint8

const (
	toSwitch  lead = iota
	toOddHost      // all of whose frames look as if forwarded once
	toGuests       // a host, and guests for which it routes
	toOutside      // routers that are none of the fabric
)

// flowsBehind gives the buckets of flows of the first that sent by an open port.
func (l *Learner) flowsBehind(p *port) (n int) {
	for _, a := range p.beyond.who {
		if h := l.hosts[a]; h != nil {
			n += bits.OnesCount32(h.buckets)
		}
	}
	return n
}

// allOdd: all open ports of a switch look like that of one host.
func (l *Learner) allOdd(n *node) bool {
	for _, q := range n.ports { // order does not matter: it is about all of them
		if q.peer == 0 && q.routed > 0 && !q.home() && (q.beyond == nil || !l.looksOdd(q)) {
			return false
		}
	}
	return true
}

// home: a host is behind the port, though frames look as if forwarded.
func (p *port) home() bool { return p.leads == toOddHost || p.leads == toGuests }

// hasGuests: who forwarded once what enters a port sends frames of its own as
// well, a part of all that no switch has, or at least some among many, and nobody of them enters elsewhere so.
func (l *Learner) hasGuests(p *port) bool {
	return l.sendsToo(p) && (p.fresh >= edgeFrames && p.ownPart() || p.beyond.n >= guestFrames)
}

// sendsToo: all that entered a port came from one MAC that is at no other one, fresh or forwarded once.
func (l *Learner) sendsToo(p *port) bool {
	st := l.stations[p.far]
	return st != nil && !p.several && !p.fars && slices.ContainsFunc(st.ports, func(k stationPort) bool { return k.portKey == p.key }) && p.beyond.hops == 1<<1 && l.oneHost(p) && !l.elsewhere(p)
}

// ownPart: the part of fresh frames among all that entered a port is one that no switch's own have.
func (p *port) ownPart() bool { return p.fresh >= p.routed/guestFresh }

// ownFrames: what is behind an open port is proven to be a host by frames of its own, without a wait. At a switch with other
// hosts so many do as prove an edge port. Anywhere a host shows itself that sends as one address what is
// its own and what it forwards: it hides guests behind it (NAT), which no switch does.
func (l *Learner) ownFrames(p *port, tier int) bool {
	if p.fresh < ownNAT || !p.ownPart() || !l.sendsToo(p) {
		return false
	}
	return tier == 0 && p.fresh >= edgeFrames && l.now-p.since > edgeAfter || l.hides(p)
}

// hides: an address sends by a port what nobody had forwarded, and what somebody had once.
func (l *Learner) hides(p *port) bool {
	return slices.ContainsFunc(l.stations[p.far].hosts, func(h *host) bool { return h.cameAs(p, 0) && h.cameAs(p, 1) })
}

// cameAs: frames of the host entered a port after so many routers.
func (h *host) cameAs(p *port, hops uint8) bool {
	return slices.ContainsFunc(h.sources, func(s sighting) bool { return s.port == p && s.hops == hops })
}

// elsewhere: some of the first that sent by an open port enter another one so too.
func (l *Learner) elsewhere(p *port) bool {
	return slices.ContainsFunc(p.beyond.who, func(a flow.Addr) bool {
		h := l.hosts[a]
		return h == nil || slices.ContainsFunc(h.sources, func(s sighting) bool { return s.hops <= 1 && !l.sameWay(p, s.port) })
	})
}

// sameWay: what enters q came from the host behind p, from one of its ports or over a link from there.
func (l *Learner) sameWay(p, q *port) bool {
	return slices.ContainsFunc(l.byFar[p.far], func(o *port) bool { return o == q || o.key.sw == q.peer })
}

// oneHost: the far MAC of a port is at no other one, or at one of another switch: a host on two.
func (l *Learner) oneHost(p *port) bool {
	all := l.byFar[p.far]
	return len(all) == 1 || len(all) == 2 && all[0].key.sw != all[1].key.sw
}

// looksOutside: many addresses, none of the fabric's, at many distances, some far away, whose frames a router sends to this switch, not to
// its hosts: that would be a mate, and the outside behind the mate.
func (l *Learner) looksOutside(p *port) bool {
	b := p.beyond
	values, most := b.values()
	sets := outsideSets
	if bits.TrailingZeros32(b.hops) >= outsideFar { // all of them: nothing near sends so
		sets = outsideAll
	}
	return b.n >= outsideFrom && bits.OnesCount32(b.addrs) >= sets && values >= outsideHops && most >= outsideFar && b.alien <= b.n/100 && !p.bridgesIn()
}

// looksOdd: all that entered an open port passed one router and came from one host, to which all went that left.
func (l *Learner) looksOdd(p *port) bool {
	b := p.beyond
	if p.fresh > 0 || p.fars || b.hops != 1<<1 || b.encap > 0 || len(b.who) == 0 || len(b.who) > oddAddrs || len(p.hosts) > oddAddrs || !l.oneHost(p) {
		return false
	}
	return !l.elsewhere(p)
}

// noteLead notes what an open port leads to, if it is no switch: it is an edge.
func (l *Learner) noteLead(p *port, to lead) {
	if p.leads == to {
		return
	}
	if p.leads == toOutside {
		l.border(l.nodes[p.key.sw], -1)
	}
	if to == toOutside {
		l.border(l.nodes[p.key.sw], 1)
	}
	p.leads = to
	l.recountOutside(p)
	l.setEdge(p, to != toSwitch)
	l.touchPort(p)
}

// stray takes an address that entered a port: of too many it leads to no host.
func (l *Learner) stray(p *port, e *Evidence) {
	b := p.beyond
	if b == nil || len(b.who) > oddAddrs || slices.Contains(b.who, e.Addr) {
		return
	}
	if b.who = append(b.who, e.Addr); len(b.who) > oddAddrs && p.leads == toOddHost {
		l.noteLead(p, toSwitch)
	}
}

// border counts a switch's ports to the outside.
func (l *Learner) border(n *node, by int) {
	n.outside += by
	i, known := slices.BinarySearch(l.borders, n.id)
	switch {
	case n.outside > 0 && !known: // a new list: snapshots keep the old one
		l.borders = slices.Insert(slices.Clone(l.borders), i, n.id)
	case n.outside == 0 && known:
		l.borders = slices.Delete(slices.Clone(l.borders), i, i+1)
	}
	l.changed = true
}
