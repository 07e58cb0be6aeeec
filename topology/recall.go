package topology

import "slices"

// What a learner was given of the last one's memory is evidence, not truth. A
// kept port is unproven until a frame shows the same two MACs on it as before; until
// then no path may end there or go on from there, and what contradicts it
// makes it forgotten. A kept host is where it was as far as a flow that is seen
// to go there agrees; once its own frame enters the same port again it counts as before.

// keptPort is what was known of a port.
type keptPort struct {
	own, far uint64   // of forwarded frames; 0: they do not prove anything
	peer     SwitchID // 0: no link
	peerPort uint32
	since    int64 // of the link
	edge     bool
	bridged  bool    // bridged flows had proven the link
	samples  float64 // that fit it
	passed   float64 // of bridged flows, over the port
	name     string
	speed    float64
}

// keptHost is what was known of an address.
type keptHost struct {
	mac   uint64
	edges []SwitchID
	ports []portKey
	flows uint32
	since int64
	seen  int64

	bridged bool // see keptStation
}

// keptFor: what is not seen again for so long after its switch was heard is forgotten.
const keptFor = int64(60e9)

// Recall gives a learner that has seen nothing yet what another one knew.
func (l *Learner) Recall(m *Memory) {
	if !l.cfg.Learn {
		return
	}
	for i := range m.Switches {
		l.recallSwitch(&m.Switches[i])
	}
	for i := range m.Links {
		l.recallLink(&m.Links[i])
	}
	for i := range m.Hosts {
		l.recallHost(&m.Hosts[i])
	}
	for i := range m.Tunnels {
		l.recallTunnel(&m.Tunnels[i])
	}
	for i := range m.Stations {
		l.recallStation(&m.Stations[i])
	}
	l.bridges.rate = max(l.bridges.rate, m.Rate)
	l.wasSettled = m.Settled
	l.show()
}

func (l *Learner) recallSwitch(s *MemorySwitch) {
	n := l.node(s.Agent)
	if n == nil {
		l.Ignored++
		return
	}
	n.router = n.router || s.Router
	if s.Hostname != "" && n.hostname == "" {
		l.rename(n, s.Hostname)
	}
	for i := range s.Ports {
		k := &s.Ports[i]
		if p := l.port(n, k.IfIndex); p != nil && !p.given && k.IfIndex != 0 {
			p.heard = k.Seen
			p.kept = &keptPort{own: k.Own, far: k.Far, edge: k.Edge, name: k.Name, speed: k.Speed}
		}
	}
	l.recalled = append(l.recalled, n)
	l.touch(n)
}

func (l *Learner) recallLink(k *MemoryLink) {
	n, other := l.node(k.A.Agent), l.node(k.B.Agent)
	if k.Given || n == nil || other == nil || n == other || k.A.IfIndex == 0 {
		return
	}
	p := l.port(n, k.A.IfIndex)
	if p == nil || p.given {
		return
	}
	if p.kept == nil {
		p.kept = &keptPort{}
	}
	p.kept.peer, p.kept.peerPort, p.kept.since, p.kept.edge, p.kept.bridged = other.id, k.B.IfIndex, k.Since, false, k.Bridged
}

func (l *Learner) recallHost(k *MemoryHost) {
	if !locatable(k.Host) {
		return
	}
	h := l.host(k.Host)
	if h == nil {
		return
	}
	h.seen = k.Seen
	h.kept = &keptHost{mac: k.MAC, flows: k.Flows, since: k.Since, seen: k.Seen}
	for _, a := range k.Switches {
		if n := l.node(a); n != nil {
			h.kept.edges = addSwitch(h.kept.edges, n.id)
		}
	}
	for _, e := range k.Ports {
		if n := l.node(e.Agent); n != nil && len(h.kept.ports) < maxSightings {
			h.kept.ports = append(h.kept.ports, portKey{n.id, e.IfIndex})
		}
	}
	l.dirtyHosts[h] = struct{}{}
}

func (l *Learner) recallTunnel(k *MemoryTunnel) {
	if len(k.Switches) == 0 || len(k.Switches) > 2 || len(l.tunnels) >= l.max.addresses || l.tunnels[k.Address] != nil {
		return
	}
	t := &tunnelEnd{addr: k.Address, kept: k.Flows, seen: [2]int64{k.Seen, k.Seen}}
	for _, a := range k.Switches {
		if n := l.node(a); n != nil {
			t.keptAt = addSwitch(t.keptAt, n.id)
		}
	}
	l.tunnels[k.Address] = t
}

// recognise compares a frame with what was kept of its port. A frame on egress
// may be addressed to a MAC that a group of routers shares: it refutes nothing.
func (l *Learner) recognise(p *port, e *Evidence) {
	k := p.kept
	forwarded, ingress := e.Encap || !e.Fresh, e.Kind == SawIngress
	switch {
	case e.Derived:
	case k.peer == 0:
		if forwarded && ingress {
			l.forgetKept(p)
		}
	case forwarded && k.far != 0 && k.far == e.Far && k.own == e.Own:
		if o, ok := l.owners[k.far]; !ok || o.sw == k.peer && !o.shared {
			l.link(p, k.peer)
		}
	case ingress && k.far != 0 && unicastMAC(e.Far) && e.Far != k.far:
		l.forgetKept(p)
	}
}

// confirm takes that a port leads where it led before: its name and speed are what they were.
func (l *Learner) confirm(p *port) {
	k := p.kept
	p.kept = nil
	if p.name == "" {
		p.name = k.name
	}
	if p.speed == 0 {
		p.speed = k.speed
	}
	if k.edge && p.routed == 0 && p.peer == 0 {
		l.setEdge(p, true)
	}
	l.touchPort(p)
}

// forgetKept: the port is another one now, or leads elsewhere.
func (l *Learner) forgetKept(p *port) {
	if p.kept == nil {
		return
	}
	was := p.kept.peer != 0
	p.kept = nil
	if was {
		l.linkAt = l.now
		l.touchPort(p)
	}
}

// unproven reports a port that led to a switch when we last knew.
func (p *port) unproven() bool { return p.kept != nil && p.kept.peer != 0 && p.peer == 0 }

// was reports whether an address was known at a port.
func (k *keptHost) was(at portKey) bool { return slices.Contains(k.ports, at) }

// returned: a host's own frame entered a port.
func (l *Learner) returned(h *host, p *port) {
	if p.peer != 0 || p.unproven() || !h.kept.was(p.key) {
		return
	}
	if p.kept != nil {
		l.confirm(p)
	}
	l.grow(h, h.kept.flows)
}

// keptPlace completes a place by what was kept of the address: all of it if
// nothing was seen yet, its other leaves if it was seen at one of them, else nothing.
func (l *Learner) keptPlace(h *host, place *Place) {
	k := h.kept
	if len(place.Edges) == 0 && !place.Doubt {
		place.Edges, place.Kept = slices.Clone(k.edges), true
		if len(k.ports) == 1 {
			place.Switch, place.Port = k.ports[0].sw, k.ports[0].idx
		}
		return
	}
	if !slices.ContainsFunc(place.Edges, func(id SwitchID) bool { return slices.Contains(k.edges, id) }) {
		h.kept = nil
		return
	}
	place.Edges = slices.Clone(place.Edges)
	for _, id := range k.edges {
		place.Edges = addSwitch(place.Edges, id)
	}
}

// ageKept forgets what was not seen again although its switch is heard.
func (l *Learner) ageKept() {
	l.recalled = slices.DeleteFunc(l.recalled, func(n *node) bool {
		if n.heard == 0 || l.now-n.heard < keptFor {
			return false
		}
		for _, p := range n.ports { // order does not matter: each is on its own
			if p.kept != nil || p.keptSide != 0 {
				p.kept, p.keptSide = nil, 0
				l.touchPort(p)
			}
		}
		return true
	})
}
