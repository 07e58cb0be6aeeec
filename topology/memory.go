package topology

import (
	"cmp"
	"slices"

	"spoor/flow"
)

// Memory is what a learner knows, to be kept and given to the next one, for
// which it is evidence, not truth: a port is believed once a frame shows the
// same neighbour or the same host there. It is a value; nobody else refers to it.
type Memory struct {
	Time     int64 // when it was so
	Settled  bool
	Switches []MemorySwitch
	Links    []MemoryLink
	Hosts    []MemoryHost
	Tunnels  []MemoryTunnel
	Stations []MemoryStation // of bridged fabrics
	Rate     uint32          // the largest sampling rate there, 0 unknown
}

// MemorySwitch is a switch and its ports.
type MemorySwitch struct {
	Agent    flow.Addr
	Hostname string
	Name     string // by which people know it, "" none
	Router   bool
	Ports    []MemoryPort
}

// MemoryPort is a port: names and speeds as counters gave them, 0 or "" unknown.
type MemoryPort struct {
	IfIndex  uint32
	Name     string
	Speed    float64
	Own, Far uint64 // MACs that prove it to lead where it does, 0 unknown
	Edge     bool
	Seen     int64 // latest evidence, 0 unknown
}

// MemoryEnd names a port.
type MemoryEnd struct {
	Agent   flow.Addr
	IfIndex uint32 // 0 unknown
}

// MemoryLink is a link that was learned.
type MemoryLink struct {
	A, B  MemoryEnd
	Since int64
	Given bool // by configuration alone: no evidence

	Bridged bool // proven by flows that were bridged
}

// MemoryHost is an address and where it was.
type MemoryHost struct {
	Host     flow.Addr
	MAC      uint64
	Ports    []MemoryEnd
	Switches []flow.Addr
	Flows    uint32 // buckets
	Since    int64
	Seen     int64 // latest evidence, 0 unknown
}

// MemoryTunnel is a tunnel's end.
type MemoryTunnel struct {
	Address  flow.Addr
	Switches []flow.Addr // one or two
	Flows    uint32      // buckets
	Seen     int64       // latest evidence, 0 unknown
}

// maxMemoryHosts bounds the addresses of a memory, and so the time that making one takes.
const maxMemoryHosts = 1 << 17

// Remember gives what the learner knows.
func (l *Learner) Remember() *Memory {
	m := &Memory{Time: l.now, Settled: l.snap.Settled}
	for _, n := range l.nodes {
		if n != nil {
			m.Switches = append(m.Switches, l.rememberSwitch(n, m))
		}
	}
	slices.SortFunc(m.Links, func(a, b MemoryLink) int { return cmp.Or(a.A.compare(b.A), a.B.compare(b.B)) })
	for _, h := range l.hosts { // sorted below; of too many any will do
		if len(m.Hosts) == maxMemoryHosts {
			break
		}
		if r, ok := l.rememberHost(h); ok {
			m.Hosts = append(m.Hosts, r)
		}
	}
	slices.SortFunc(m.Hosts, func(a, b MemoryHost) int { return a.Host.Compare(b.Host) })
	for _, t := range l.tunnels { // sorted below
		r := MemoryTunnel{Address: t.addr, Flows: t.buckets | t.kept, Seen: max(t.seen[0], t.seen[1])}
		ids := t.keptAt
		if t.at[0] != 0 {
			ids = t.at[:]
		}
		for _, id := range ids {
			if id != 0 && !id.Inferred() {
				r.Switches = append(r.Switches, l.registry.Addr(id))
			}
		}
		if len(r.Switches) > 0 {
			m.Tunnels = append(m.Tunnels, r)
		}
	}
	l.rememberBridged(m)
	slices.SortFunc(m.Tunnels, func(a, b MemoryTunnel) int { return a.Address.Compare(b.Address) })
	return m
}

func (l *Learner) rememberSwitch(n *node, m *Memory) MemorySwitch {
	s := MemorySwitch{Agent: n.agent, Hostname: n.hostname, Router: n.router}
	if name := l.name(n); name != n.agent.String() {
		s.Name = name
	}
	for _, p := range n.ports { // sorted below
		r := MemoryPort{IfIndex: p.key.idx, Name: p.called(), Speed: p.speed, Edge: p.edge, Seen: p.heard}
		link := MemoryLink{A: l.end(p), Since: l.now}
		switch {
		case p.kept != nil && p.peer == 0:
			k := p.kept
			r.Own, r.Far, r.Edge = k.own, k.far, r.Edge || k.edge
			r.Name, r.Speed = cmp.Or(r.Name, k.name), cmp.Or(r.Speed, k.speed)
			link.B, link.Since = MemoryEnd{l.registry.Addr(k.peer), k.peerPort}, k.since
			link.Bridged = k.bridged
		case p.peer != 0:
			link.Given = p.given && !p.learned
			link.B = MemoryEnd{l.registry.Addr(p.peer), p.peerPort}
			if o, ok := l.owners[p.far]; ok && !o.shared && o.sw == p.peer {
				r.Own, r.Far = p.own, p.far
			}
			if q := l.otherEnd(p); q != nil {
				a, b := ordered(l, p, q)
				link.Since = l.links[linkID(l, a, b)].Since
				v := l.bridges.pairs[pairOf(p, q)]
				link.Bridged = v != nil && v.joined
			}
		}
		s.Ports = append(s.Ports, r)
		if !link.B.Agent.IsZero() {
			m.Links = append(m.Links, link)
		}
	}
	slices.SortFunc(s.Ports, func(a, b MemoryPort) int { return cmp.Compare(a.IfIndex, b.IfIndex) })
	return s
}

func (l *Learner) end(p *port) MemoryEnd { return MemoryEnd{l.registry.Addr(p.key.sw), p.key.idx} }

func (e MemoryEnd) compare(o MemoryEnd) int {
	return cmp.Or(e.Agent.Compare(o.Agent), cmp.Compare(e.IfIndex, o.IfIndex))
}

func (l *Learner) rememberHost(h *host) (MemoryHost, bool) {
	if len(h.place.Edges) == 0 || h.place.Bridged {
		return MemoryHost{}, false
	}
	r := MemoryHost{Host: h.addr, MAC: h.mac, Flows: h.buckets, Since: l.placed[h.addr].since, Seen: h.seen}
	for _, id := range h.place.Edges {
		if !id.Inferred() {
			r.Switches = append(r.Switches, l.registry.Addr(id))
		}
	}
	if len(r.Switches) == 0 {
		return MemoryHost{}, false
	}
	for _, k := range l.hostKeys(h) {
		r.Ports = append(r.Ports, MemoryEnd{l.registry.Addr(k.sw), k.idx})
	}
	if k := h.kept; k != nil {
		r.Flows |= k.flows
		if h.place.Kept {
			r.Since, r.MAC = k.since, k.mac
			for _, p := range k.ports {
				r.Ports = append(r.Ports, MemoryEnd{l.registry.Addr(p.sw), p.idx})
			}
		}
	}
	slices.SortFunc(r.Ports, MemoryEnd.compare)
	r.Ports = slices.Compact(r.Ports)
	return r, true
}
