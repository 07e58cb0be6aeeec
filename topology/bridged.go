package topology

import "slices"

// Bridged fabrics: frames cross switches untouched, so neither TTL nor MAC tells
// what comes first. What remains is which hosts are behind which port. On a
// flow's way every other host leaves the path at one switch: it is behind the
// out port before that switch, behind a third port at it, behind the in port
// after it. That orders the switches of a flow (bridgedview.go); flows so
// ordered speak for links between neighbours and for the switches where hosts live.

// How much speaks for something, in samples at the largest sampling rate of the
// fabric: one at a smaller rate stands for less, since others would have come.
const (
	entrySamples   = 7.0          // a host's frames: every switch on their way would have been seen
	transitSamples = 8 * 7.0      // at a switch that carries frames between links: a spine
	joinSamples    = 3 * 7.0      // of flows that have two ports next to each other
	flowsEnough    = 8            // of a host at a switch: parallel ports would have shown
	entryAfter     = int64(3e9)   // where a host has fewer flows
	transitAfter   = int64(10e9)  //
	disbelief      = int64(300e9) // how long a pair of ports that something spoke against is no link
	siteMemory     = int64(120e9) // what was not seen of a host for so long, while others were, is forgotten
	maxSites       = 1 << 6       // switches remembered of a MAC
	maxBehind      = 4            // ports of one switch that a MAC was behind
	minBridged     = 3            // hosts: fewer are behind no two ports in a telling way
)

// bridges is what the learner knows of bridged fabrics.
type bridges struct {
	hosts   map[uint64]*bridgedHost
	seen    []*bridgedHost // those that enter several switches, in the order found
	pairs   map[portPair]*neighbours
	sides   map[*port]*port                     // ports of a switch that share a host are one side: parallel links
	behind  map[*port]map[*bridgedHost]struct{} // a side, by the port that stands for it
	passing map[SwitchID]struct{}               // switches that carried frames from one link to another
	waiting []*bridgedHost                      // whose edge time alone may show
	rate    uint32                              // the largest sampling rate
	dirty   map[*bridgedHost]struct{}
	any     bool // there are or were bridged hosts
	sites   int  // of all hosts

	kept      map[uint64]*keptStation // what the last learner knew, unproven
	keptSites int
	fits      int  // sightings of MACs where they were
	contrary  int  // and elsewhere
	strange   bool // a switch is heard of which it knew nothing
}

// bridgedHost is what evidence says of a MAC in a bridged fabric.
type bridgedHost struct {
	mac     uint64
	sites   []site   // one a switch
	edge    SwitchID // where its frames enter the fabric, 0 unknown
	last    int64    // as a source
	seen    int64    // latest evidence
	entered bool     // enters several switches
	waits   bool
	due     int64 // when time alone may show its edge
}

// site is a switch at which a MAC was seen.
type site struct {
	sw      SwitchID
	port    uint32              // latest port behind which it was
	ports   []uint32            // all of them
	flows   [flowsEnough]uint32 // the low half of their ids
	known   int                 // flows
	samples float64             // of its own frames
	since   int64               // of its own frames
	last    int64
	later   int64 // when its frames were last known to have been at another switch before
}

// portPair names two ports that may be the ends of a link, the lower first.
type portPair struct{ a, b portKey }

func pairOf(p, q *port) portPair {
	if p.key.sw > q.key.sw {
		p, q = q, p
	}
	return portPair{p.key, q.key}
}

type neighbours struct {
	samples float64
	against int64 // when something last spoke against it, 0 never
	joined  bool  // believed
	again   bool  // as it was remembered, without samples enough
	last    int64 // when something last spoke for or against it
}

func newBridges() bridges {
	return bridges{
		hosts: map[uint64]*bridgedHost{}, pairs: map[portPair]*neighbours{}, sides: map[*port]*port{}, behind: map[*port]map[*bridgedHost]struct{}{},
		kept:    map[uint64]*keptStation{},
		passing: map[SwitchID]struct{}{}, dirty: map[*bridgedHost]struct{}{},
	}
}

// weigh gives what sightings at a sampling rate stand for.
func (b *bridges) weigh(e *Evidence) float64 {
	b.rate = max(b.rate, e.Rate, 1)
	return float64(e.Count) * float64(max(e.Rate, 1)) / float64(b.rate)
}

// crossed: frames of a bridged flow entered a switch by one port and left it by another.
func (l *Learner) crossed(n *node, e *Evidence) {
	b := &l.bridges
	in, out := l.portOrNil(n, e.Port), l.portOrNil(n, e.Port2)
	src, dst := l.bridgedHost(e.Far), l.bridgedHost(e.Own)
	if len(b.kept) > 0 {
		in.pass(b.weigh(e))
		out.pass(b.weigh(e))
	}
	if in != nil && out != nil && in.peer != 0 && out.peer != 0 {
		if _, known := b.passing[n.id]; !known {
			b.passing[n.id] = struct{}{}
			for _, h := range b.seen {
				l.reconsider(h)
			}
		}
	}
	if src != nil {
		if s := l.put(src, n, in, e); s != nil {
			if s.since == 0 {
				s.since = e.First
			}
			s.samples += b.weigh(e)
			s.last, src.last = max(s.last, e.Last), max(src.last, e.Last)
			l.reconsider(src)
		}
	}
	if dst != nil {
		l.put(dst, n, out, e)
	}
}

func (l *Learner) portOrNil(n *node, idx uint32) *port {
	if idx == 0 {
		return nil
	}
	return l.port(n, idx)
}

// bridgedHost gives what is known of a MAC, nil if there are too many or it can be no host's.
func (l *Learner) bridgedHost(mac uint64) *bridgedHost {
	if !unicastMAC(mac) {
		return nil
	}
	b := &l.bridges
	h := b.hosts[mac]
	if h == nil {
		if len(b.hosts) >= l.max.macs {
			l.Ignored++
			return nil
		}
		h = &bridgedHost{mac: mac}
		b.hosts[mac] = h
		if st := l.stations[mac]; st != nil { // what was seen before it was known to be bridged
			for _, k := range st.ports {
				l.behindPort(h, l.nodes[k.sw], l.nodes[k.sw].ports[k.idx])
			}
		}
	}
	h.seen = l.now
	if st := l.stations[mac]; !h.entered && st != nil && l.bridgedStation(st) {
		h.entered = true
		b.seen = append(b.seen, h)
		l.restate(h)
	}
	return h
}

// put notes the port behind which a host is, and its flow.
func (l *Learner) put(h *bridgedHost, n *node, p *port, e *Evidence) *site {
	s := l.behindPort(h, n, p)
	if s == nil {
		return nil
	}
	if id := uint32(e.Flow); s.known < flowsEnough && !slices.Contains(s.flows[:s.known], id) {
		s.flows[s.known] = id
		if s.known++; s.known == flowsEnough {
			l.restate(h)
			l.reconsider(h)
		}
	}
	return s
}

// behindPort notes that a host is behind a port; nil only says that it is seen at the switch.
func (l *Learner) behindPort(h *bridgedHost, n *node, p *port) *site {
	s := h.at(n.id)
	if s == nil {
		if len(h.sites) >= maxSites || l.bridges.sites >= l.max.sites {
			l.Ignored++
			return nil
		}
		at, _ := slices.BinarySearchFunc(h.sites, n.id, func(s site, id SwitchID) int { return int(s.sw) - int(id) })
		h.sites = slices.Insert(h.sites, at, site{sw: n.id})
		l.bridges.sites++
		s = &h.sites[at]
	}
	if p == nil || s.port == p.key.idx {
		return s
	}
	l.checkKept(h, p)
	s.port = p.key.idx
	l.restate(h)
	if slices.Contains(s.ports, p.key.idx) || len(s.ports) == maxBehind {
		return s
	}
	for _, idx := range s.ports {
		l.oneSide(n.ports[idx], p)
	}
	s.ports = append(s.ports, p.key.idx)
	l.bridges.put(p, h)
	if q := l.otherEnd(p); q != nil && !p.given { // a host is behind one end of a link only
		if _, both := l.bridges.hostsBehind(q)[h]; both {
			l.disbelieve(p, q)
		}
	}
	return s
}

// hostsBehind gives the hosts on a port's side of its switch.
func (b *bridges) hostsBehind(p *port) map[*bridgedHost]struct{} { return b.behind[b.side(p)] }

func (b *bridges) put(p *port, h *bridgedHost) {
	p = b.side(p)
	m := b.behind[p]
	if m == nil {
		m = map[*bridgedHost]struct{}{}
		b.behind[p] = m
	}
	m[h] = struct{}{}
}

func (h *bridgedHost) at(sw SwitchID) *site {
	if i, ok := slices.BinarySearchFunc(h.sites, sw, func(s site, id SwitchID) int { return int(s.sw) - int(id) }); ok {
		return &h.sites[i]
	}
	return nil
}

// side gives the port that stands for all of one side of a switch.
func (b *bridges) side(p *port) *port {
	for b.sides[p] != nil {
		p = b.sides[p]
	}
	return p
}

// oneSide joins two ports of a switch.
func (l *Learner) oneSide(p, q *port) {
	x, y := l.bridges.side(p), l.bridges.side(q)
	if x == y {
		return
	}
	if x.key.idx > y.key.idx {
		x, y = y, x
	}
	l.bridges.sides[y] = x
	for h := range l.bridges.behind[y] { // order does not matter: a set
		l.bridges.put(x, h)
	}
	delete(l.bridges.behind, y)
	l.touch(l.nodes[x.key.sw])
}
