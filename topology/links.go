package topology

// What frames say of links: "MACs", "Votes" and "Which port is the other end" in docs/analytics.md, section 2.

// ingress: forwarded frames that enter a port are addressed to this switch's
// MAC and come from the neighbour's; fresh ones come from a host, unless a switch sent
// them to its neighbour (ofRouter): these would make an edge port of a link.
func (l *Learner) ingress(n *node, e *Evidence) {
	if e.Fresh && !e.Encap && l.ofRouter(n, e.Far) {
		return
	}
	p := l.port(n, e.Port)
	if p == nil {
		return
	}
	l.doubt(p, e)
	if p.kept != nil {
		l.recognise(p, e)
	}
	if p.since == 0 {
		p.since = e.First
	}
	switch {
	case e.Fresh && e.Encap: // of a switch or of a host: no sign of an edge
		if p.tunnels == 0 {
			l.touchPort(p)
		}
		p.tunnels = add(p.tunnels, e.Count)
		l.tunnelsEnter(p)
	case e.Fresh:
		l.freshFrames(p, e)
	default:
		if p.routed == 0 { // the first one: a router is behind the port
			l.setEdge(p, false)
			l.touchPort(p)
		}
		p.routed = add(p.routed, e.Count)
	}
	if e.Encap || !e.Fresh {
		l.entered(p, e)
		l.claim(p, e)
		if unicastMAC(e.Own) {
			p.own = e.Own
		}
		l.routes(n)
		l.far(p, e.Far)
	} else {
		l.sightMAC(p, e.Far, e.Last)
	}
}

// freshFrames counts frames that nobody has forwarded, and notes the gateway that they were addressed to.
func (l *Learner) freshFrames(p *port, e *Evidence) {
	was := p.fresh
	if p.fresh = add(p.fresh, e.Count); was < edgeFrames && p.fresh >= edgeFrames {
		l.young = append(l.young, p)
	}
	if unicastMAC(e.Own) && (p.gate == 0 || l.sends(p.gate)) && !l.sends(e.Own) {
		p.gate = e.Own
	}
}

// routes: the switch takes forwarded frames.
func (l *Learner) routes(n *node) {
	if n.router {
		return
	}
	n.router = true
	for _, q := range n.ports {
		l.touchPort(q)
	}
}

// egress: the reverse of ingress, weaker evidence of ownership.
func (l *Learner) egress(n *node, e *Evidence) {
	l.inTunnels(e)
	p := l.port(n, e.Port)
	if p == nil {
		return
	}
	if p.kept != nil {
		l.recognise(p, e)
	}
	if e.Encap || p.peer != 0 || !l.tunnelled { // else it may be bridged, and have its sender's MAC: see claim
		l.own(e.Own, n.id, true)
		if unicastMAC(e.Own) {
			p.own = e.Own
		}
	}
	l.far(p, e.Far)
	if e.Fresh && e.Encap && !e.Addr.IsZero() { // the tunnel begins here
		l.place(e.Addr, n.id, e.Buckets, true)
	}
}

// far notes the MAC at the far end of a port.
func (l *Learner) far(p *port, mac uint64) {
	if !unicastMAC(mac) {
		return
	}
	o, ok := l.owners[mac]
	known := ok && !o.shared && !o.host
	if p.far != mac {
		if l.leadsElsewhere(p, known && o.sw != p.key.sw) {
			p.void = l.now
			l.bumped = append(l.bumped, p)
			if p.dark != 0 {
				l.lead(p, 0)
			}
		}
		l.leaveFar(p)
		p.fars = p.fars || p.lastFar != 0 && p.lastFar != mac
		p.lastFar = mac
		p.far, p.farAt = mac, len(l.byFar[mac])
		l.byFar[mac] = append(l.byFar[mac], p)
	}
	switch {
	case known && o.sw == p.key.sw && l.comesTo(mac, o.sw): // no switch is its own neighbour
		l.disown(mac)
	case known:
		l.link(p, o.sw)
	}
}

// leaveFar takes a port off the list of its far MAC; the last one takes its place.
func (l *Learner) leaveFar(p *port) {
	list := l.byFar[p.far]
	switch n := len(list) - 1; {
	case n < 0:
	case n == 0:
		delete(l.byFar, p.far)
	default:
		list[p.farAt], list[n].farAt = list[n], p.farAt
		list[n] = nil
		l.byFar[p.far] = list[:n]
	}
}

// link notes that a port leads to a switch.
func (l *Learner) link(p *port, to SwitchID) {
	if to == p.key.sw {
		return
	}
	known := p.kept != nil && p.kept.peer == to // then it is nothing new: the fabric stays settled
	if p.peer == to {
		l.agrees(p)
		if p.given && !p.learned {
			p.learned = true
			l.touchPort(p)
		}
		return
	}
	if p.given { // what is given overrides what is learned
		return
	}
	l.setEdge(p, false)
	if p.dark != 0 {
		l.lead(p, 0)
	}
	if q := l.otherEnd(p); q != nil { // the port that it led to so far leads to another one, if to any
		q.peerPort = 0
		l.touch(l.nodes[q.key.sw])
	}
	if p.peer != 0 {
		l.bumped = append(l.bumped, p)
		if p.via != 0 && p.via != p.far { // not its neighbour became known better, but there is another one
			p.void = l.now
		}
	}
	p.peer, p.peerPort, p.learned, p.voted = to, 0, true, false
	p.via, p.against = p.far, 0
	if known {
		l.confirm(p)
	} else {
		p.kept = nil
		l.linkAt = l.now
		l.touchPort(p)
	}
	if int(to) < len(l.nodes) && l.nodes[to] != nil {
		l.touch(l.nodes[to])
	}
}

// voteKey: a flow left port out and entered port in one hop later.
type voteKey struct{ out, in portKey }

// vote counts the flows and sightings that speak for a link.
type vote struct {
	key   voteKey
	n     uint32
	first int64
	last  int64
}

// Votes make a link if nothing else is voted for at either port; else it takes more.
const (
	votesAlone    = 2
	votesContrary = 3 // at least, and so many times the second
	maxPortVotes  = 16
)

// votesLong: at a port behind which a silent switch was inferred, because nobody voted for it so long, votes count
// if they came over more than that. While flows take another way what was seen of one before may vote with what is seen of it now.
const votesLong = int64(5e9)

// vote counts a co-flow vote. Votes name both ends of a link at once, which
// MACs do only where each port has its own. Encap says of a vote that a tunnel's end handed the flow to its mate.
func (l *Learner) vote(n *node, e *Evidence) {
	other := l.node(e.Agent2)
	if other == nil || other == n {
		return
	}
	p, q := l.port(n, e.Port), l.port(other, e.Port2)
	if p == nil || q == nil {
		return
	}
	if p.peer == other.id && p.peerPort == q.key.idx && q.peer == n.id && q.peerPort == p.key.idx {
		if e.Encap {
			l.handOver(p, q)
		}
		return
	}
	if e.First < max(other.void, p.void, q.void) { // one of the two sightings was by what had that number before
		return
	}
	l.parallel(p, q)
	v := l.ballot(p, q)
	if v == nil {
		l.Ignored++
		return
	}
	v.add(e)
	if (p.dark != 0 || q.dark != 0) && !v.settled() {
		return
	}
	if !elected(v, p.votes) || !elected(v, q.votes) || !l.mayJoin(p, q, e.Encap) || !l.mayJoin(q, p, e.Encap) {
		return
	}
	l.link(p, other.id)
	l.link(q, n.id)
	l.pair(p, q)
	if e.Encap {
		l.handOver(p, q)
	}
	p.voted, q.voted = p.peer == other.id, q.peer == n.id
}

// add counts a co-flow vote.
func (v *vote) add(e *Evidence) {
	if v.n == 0 {
		v.first = e.First
	}
	v.n, v.last = add(v.n, e.Count), max(v.last, e.Last)
}

// settled: so many votes, over so long, that they count at the port to an inferred switch.
func (v *vote) settled() bool { return v.n >= votesContrary && v.last-v.first >= votesLong }

// ballot gives the votes for a pair of ports, nil once there are too many pairs.
func (l *Learner) ballot(p, q *port) *vote {
	k := voteKey{p.key, q.key}
	if v := l.votes[k]; v != nil {
		return v
	}
	if len(l.votes) >= l.max.votes || len(p.votes) >= maxPortVotes || len(q.votes) >= maxPortVotes {
		return nil
	}
	v := &vote{key: k}
	l.votes[k] = v
	p.votes, q.votes = append(p.votes, v), append(q.votes, v)
	return v
}

// elected: the best by far of all that is voted for at a port.
func elected(v *vote, all []*vote) bool {
	second := uint32(0)
	for _, o := range all {
		if o != v && (o.key.out != v.key.in || o.key.in != v.key.out) { // the other direction of the same link is no rival
			second = max(second, o.n)
		}
	}
	if second == 0 {
		return v.n >= votesAlone
	}
	return v.n >= votesContrary && v.n/votesContrary >= second
}

// mayJoin: a port that a MAC proves to lead elsewhere is not moved by votes, and
// one that only hosts sent to is none of theirs (a failure can fake such votes),
// unless a tunnel's end handed over by it. A pair may have one MAC. Ports that name each other's MACs stay together.
func (l *Learner) mayJoin(p, q *port, mate bool) bool {
	to := q.key.sw
	if p.fresh > 0 && p.routed == 0 && !mate {
		return false
	}
	if l.stays(p, q) {
		return false
	}
	if p.far == 0 {
		return p.peer == 0 || p.peer == to
	}
	o, ok := l.owners[p.far]
	return !ok || o.shared || o.host || o.sw == to || o.sw == p.key.sw
}

// handOver takes ports for ends of a pair's link: nobody lives there.
func (l *Learner) handOver(ports ...*port) {
	for _, x := range ports {
		if !x.handsOver {
			x.handsOver = true
			l.setEdge(x, false)
			l.touchPort(x)
		}
	}
}

// pair notes which port of the neighbour a port is joined to.
func (l *Learner) pair(p, q *port) {
	if p.peerPort == q.key.idx && q.peerPort == p.key.idx || p.given || q.given || p.peer != q.key.sw || q.peer != p.key.sw || l.unlike(p, q) {
		return
	}
	p.peerPort, q.peerPort = q.key.idx, p.key.idx
	l.touchPort(p)
	l.touchPort(q)
}

// maxParallel bounds the links between two switches that MACs are compared for.
const maxParallel = 256

// match pairs the ports of a switch with those of the neighbours to which they
// lead: because there is only one on each side, or by the MACs of the ports themselves.
func (l *Learner) match(n *node) {
	toward := map[SwitchID][]*port{}
	open := map[SwitchID]bool{}
	for _, p := range n.ports {
		if p.peer != 0 {
			toward[p.peer] = append(toward[p.peer], p)
			open[p.peer] = open[p.peer] || p.peerPort == 0
		}
	}
	for to, unpaired := range open { // order does not matter: neighbours have no port in common
		if !unpaired || l.nodes[to] == nil {
			continue
		}
		var back []*port
		for _, q := range l.nodes[to].ports {
			if q.peer == n.id {
				back = append(back, q)
			}
		}
		if !l.matchWhole(toward[to], back) {
			l.matchPorts(toward[to], back)
		}
	}
}

// matchPorts ends the guesses that no longer are the only ones, then makes those that are: in
// this order, for a port that gets free may be what another one was waiting for.
func (l *Learner) matchPorts(ours, theirs []*port) {
	if len(ours) == 1 && len(theirs) == 1 {
		l.pairAlone(ours[0], theirs[0])
		return
	}
	for _, p := range ours {
		if q := l.otherEnd(p); q != nil && (only(theirs, p) != q || only(ours, q) != p) {
			l.part(p)
		}
	}
	if len(ours) > maxParallel || len(theirs) > maxParallel {
		return
	}
	for _, p := range ours {
		if q := only(theirs, p); q != nil && p.peerPort == 0 && only(ours, q) == p {
			l.pairAlone(p, q)
		}
	}
}

// names: two ports name each other's MACs as their far ends'.
func (p *port) names(q *port) bool {
	return p.far != 0 && p.far == q.own && q.far != 0 && q.far == p.own
}

// stays: a port and the other end of its link name each other's MACs, and q's is another one.
func (l *Learner) stays(p, q *port) bool {
	o := l.otherEnd(p)
	return o != nil && o != q && p.names(o) && q.own != 0 && p.far != q.own
}
