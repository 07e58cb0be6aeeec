package topology

import (
	"cmp"
	"math/bits"
	"slices"

	"spoor/flow"
)

// Switches that no agent reports, inferred from what enters open ports. A port
// leads to one if nobody claims its far MAC and no flow was ever seen one hop
// away from it, although enough frames came for that.
const (
	darkPace    = int64(5e8)  // ns between two looks at all open ports
	darkWeight  = 20.0        // frames, at the largest sampling rate: a neighbour that reports would have been sampled too
	darkAfter   = int64(3e9)  // and agents hold samples back for less than that
	darkSlow    = int64(15e9) // where some agent has not shown yet what it is: as long as settling takes
	darkFrames  = 5           // from one far MAC in a row, so that no port is judged that just led elsewhere
	darkAliens  = 3           // frames from addresses that live at other switches that report: it lies between these
	darkGaps    = 2           // flows that another open port had sent two hops before: so does it
	darkEncap   = 5           // frames in tunnels that others began: the same
	darkEncaps  = 10          // next to leaves, where tunnels may begin at either side
	darkMixed   = 20          // next to leaves, frames from hosts that live at leaves that report
	sharedHosts = 3           // behind two ports: these lead to one leaf, unless a host or two are on two
	unclear     = 5           // pairs of ports prove nothing if more than a sixth of them are unclear
)

// darkKind says what an open port leads to.
type darkKind uint8

const (
	notDark darkKind = iota
	darkTransit
	darkLeaf
)

// ageDark looks at open ports once in a while.
func (l *Learner) ageDark() {
	if len(l.dark.open) == 0 && len(l.dark.ports) == 0 && len(l.dark.rivals) == 0 || l.now-l.dark.at < darkPace {
		return
	}
	l.dark.at = l.now
	l.prune()
	g := darkGroups{l: l, tiers: map[*node]int{}, kinds: map[*port]darkKind{}, root: map[*port]*port{}}
	g.find()
	l.assign(g.groups())
	l.ageRivals()
}

// darkGroups sorts open ports by the switch to which they lead.
type darkGroups struct {
	l      *Learner
	tiers  map[*node]int
	kinds  map[*port]darkKind
	dark   []*port // of a kind, in the order of their keys
	root   map[*port]*port
	twice  map[uint64]bool    // far MACs that one switch shows at several ports
	paired map[flow.Addr]bool // tunnel ends that one switch shows at several ports
	shared map[uint64][]*node // who owns a MAC that several switches share, nil while nobody asked
}

// tier is 0 for a switch with hosts, 1 for one next to such, else 2.
func (g *darkGroups) tier(n *node) int {
	if t, ok := g.tiers[n]; ok {
		return t
	}
	t := 2
	if n.edges > 0 {
		t = 0
	} else {
		for _, p := range n.ports {
			if o := g.l.nodeAt(p.peer); o != nil && o.edges > 0 {
				t = 1
				break
			}
		}
	}
	g.tiers[n] = t
	return t
}

func (g *darkGroups) find() {
	quick := g.l.allPlaced()
	for _, p := range g.l.dark.open {
		switch {
		case p.peer != 0 || p.beyond == nil:
		case !p.edge:
			g.l.noteLead(p, g.leads(p))
		case p.home() && g.l.elsewhere(p) && !g.l.hostBehind(p), p.leads == toOddHost && len(p.hosts) > oddAddrs, p.leads == toOutside && p.bridgesIn():
			g.l.noteLead(p, toSwitch)
		}
		if k := g.kind(p, quick); k != notDark {
			g.kinds[p] = k
			g.dark = append(g.dark, p)
		}
	}
	slices.SortFunc(g.dark, comparePorts)
	g.byMAC()
	g.byGaps()
	g.byHosts()
	g.byTunnels()
}

func comparePorts(a, b *port) int {
	return cmp.Or(cmp.Compare(a.key.sw, b.key.sw), cmp.Compare(a.key.idx, b.key.idx))
}

// allPlaced: every agent has shown what it is, so that none may be the neighbour of an open port.
func (l *Learner) allPlaced() bool {
	for _, n := range l.nodes {
		if n != nil && n.router && n.edges == 0 && !n.linked() {
			return false
		}
	}
	return true
}

// linked reports whether a switch has a link to one that reports.
func (n *node) linked() bool {
	for _, p := range n.ports {
		if p.peer != 0 {
			return true
		}
	}
	return false
}

// kind tells what an open port leads to.
func (g *darkGroups) kind(p *port, quick bool) darkKind {
	l, b := g.l, p.beyond
	if b == nil || p.given || p.edge || p.far == 0 || b.steady < darkFrames {
		return notDark
	}
	if p.dark == 0 && (!l.darkLongEnough(b, quick) || l.anyNameless()) || l.turnedUp(p) || l.owned(p) && g.sharerMayBe(p) {
		return notDark
	}
	return g.among(p, b)
}

// among tells what an open port leads to by the frames that enter it.
func (g *darkGroups) among(p *port, b *beyond) darkKind {
	least := bits.TrailingZeros32(b.hops)
	transit := b.alien >= darkAliens || b.mostGaps() >= darkGaps
	switch g.tier(g.l.nodes[p.key.sw]) {
	case 0:
		if b.own == 0 && b.near*strayOf <= b.n && (transit || b.encap >= darkEncap) {
			return darkTransit
		}
	case 1:
		if b.ofLeaf(p) {
			return darkLeaf
		}
		if b.encap == 0 && least > 2 && transit {
			return darkTransit
		}
	default:
		if b.encap == 0 && least > 1 && transit {
			return darkTransit
		}
	}
	return notDark
}

// ofLeaf reports whether what enters a spine's port is what a leaf sends up: frames forwarded once by it, of its own
// hosts and perhaps of addresses outside, or tunnels that begin there.
func (b *beyond) ofLeaf(p *port) bool {
	if b.darkTunnels() {
		return true
	}
	if b.encap > 0 || bits.TrailingZeros32(b.hops) != 1 {
		return false
	}
	if _, most := b.values(); most > nearHops {
		return b.n >= darkMixed && b.nearAndFar(p)
	}
	return b.alien == 0 || b.n >= darkMixed
}

// darkLongEnough reports whether enough was seen of what lies behind a port.
func (l *Learner) darkLongEnough(b *beyond, quick bool) bool {
	age := l.now - b.since
	return quick && age >= darkAfter && b.weight >= darkWeight || age >= darkSlow && l.settled()
}

func (g *darkGroups) top(p *port) *port {
	for g.root[p] != nil {
		p = g.root[p]
	}
	return p
}

func (g *darkGroups) union(p, q *port) {
	p, q = g.top(p), g.top(q)
	if p == q {
		return
	}
	if comparePorts(p, q) > 0 {
		p, q = q, p
	}
	g.root[q] = p
}

// byMAC joins ports with one far MAC, unless a switch shows it twice, or several that we hear have it.
func (g *darkGroups) byMAC() {
	type at struct {
		mac uint64
		sw  SwitchID
	}
	seen := map[at]bool{}
	g.twice = map[uint64]bool{}
	for _, p := range g.l.dark.open {
		k := at{p.far, p.key.sw}
		g.twice[p.far] = g.twice[p.far] || seen[k]
		seen[k] = true
	}
	first := map[uint64]*port{}
	for _, p := range g.dark {
		if g.twice[p.far] || g.l.owners[p.far].shared {
			continue
		}
		if q := first[p.far]; q != nil {
			g.union(q, p)
		} else {
			first[p.far] = p
		}
	}
}

// byGaps joins ports between which flows were seen two hops apart. Where flows
// are sprayed these pairs prove nothing.
func (g *darkGroups) byGaps() {
	far := map[uint64]int{}
	for _, p := range g.dark {
		far[p.far]++
	}
	var pairs [][2]*port
	bad, good := 0, 0
	for _, p := range g.dark {
		if g.kinds[p] != darkTransit {
			continue
		}
		var last SwitchID
		for _, gp := range p.beyond.gaps {
			sw := gp.other(p).key.sw
			if sw == last {
				continue
			}
			last = sw
			q, n, second := p.beyond.bestGap(p, sw)
			sure := n >= votesContrary*second
			if n+second >= 3 {
				if sure {
					good++
				} else {
					bad++
				}
			}
			systems := far[p.far] > 1 && far[q.far] > 1 && p.far != q.far // each switch has one MAC, and these are two
			if n >= darkGaps && sure && g.kinds[q] == darkTransit && !systems {
				pairs = append(pairs, [2]*port{p, q})
			}
		}
	}
	if bad*unclear > good {
		return
	}
	for _, p := range pairs {
		g.union(p[0], p[1])
	}
}

// byHosts joins ports to leaves by the hosts behind them.
func (g *darkGroups) byHosts() {
	for _, p := range g.dark {
		if g.kinds[p] != darkLeaf {
			continue
		}
		own, common := 0, map[*port]int{}
		for h := range p.hosts { // order does not matter: it counts
			if !h.cameOver(p, nearHops) {
				continue
			}
			own++
			for i := range h.sources {
				if s := &h.sources[i]; s.port.key.sw != p.key.sw && g.kinds[s.port] == darkLeaf && h.cameAfter(p, s.hops) {
					common[s.port]++
				}
			}
		}
		for q, n := range common { // order does not matter: union gives the same groups
			if n >= sharedHosts && 2*n >= min(own, q.cameOver(nearHops)) && !rivalled(common, q, n) {
				g.union(p, q)
			}
		}
	}
}

// rivalled: another port of the same switch shares nearly as many hosts.
func rivalled(common map[*port]int, q *port, n int) bool {
	for o, m := range common {
		if o != q && o.key.sw == q.key.sw && n < votesContrary*m {
			return true
		}
	}
	return false
}

// cameAfter: frames of the host entered a port after so many routers, of a leaf or of a host that routes too.
func (h *host) cameAfter(p *port, hops uint8) bool {
	return hops >= 1 && hops <= nearHops && slices.ContainsFunc(h.sources, func(s sighting) bool { return s.port == p && s.hops == hops })
}

// cameOver: frames of the host entered a port after one router, or several.
func (h *host) cameOver(p *port, most uint8) bool {
	return slices.ContainsFunc(h.sources, func(s sighting) bool { return s.port == p && s.hops >= 1 && s.hops <= most })
}

// cameOver gives the number of hosts whose frames entered after one router, or so many.
func (p *port) cameOver(most uint8) (n int) {
	for h := range p.hosts {
		if h.cameOver(p, most) {
			n++
		}
	}
	return n
}

// groups gives the ports of each inferred switch, in order. Two ports at one
// switch void a group; one between leaves or above them needs two switches.
func (g *darkGroups) groups() []darkGroup {
	byTop := map[*port][]*port{}
	var tops []*port
	for _, p := range g.dark {
		t := g.top(p)
		if byTop[t] == nil {
			tops = append(tops, t)
		}
		byTop[t] = append(byTop[t], p)
	}
	var all []darkGroup
	for _, t := range tops {
		list := byTop[t]
		sound := g.kinds[list[0]] == darkLeaf || len(list) > 1
		for i, p := range list {
			sound = sound && g.kinds[p] == g.kinds[list[0]] && (i == 0 || list[i-1].key.sw != p.key.sw)
		}
		if sound {
			all = append(all, darkGroup{list, g.kinds[list[0]] == darkLeaf, g.startsOf(list)})
		}
	}
	return all
}
