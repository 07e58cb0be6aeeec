package topology

import (
	"slices"

	"spoor/flow"
)

// host is what evidence says of one address.
type host struct {
	addr    flow.Addr
	mac     uint64 // with which it sent fresh frames
	sources []sighting
	sinks   []sighting
	place   Place
}

// sighting: frames of an address at a port, hops routers from where they began
// (sources) or with a TTL left (sinks).
type sighting struct {
	port *port
	hops uint8 // or TTL
	n    uint32
	last int64
}

func (l *Learner) host(a flow.Addr) *host {
	h := l.hosts[a]
	if h == nil {
		if len(l.hosts) >= maxAddresses {
			l.Ignored++
			return nil
		}
		h = &host{addr: a}
		l.hosts[a] = h
	}
	return h
}

// sight notes a sighting, forgetting the oldest when there are too many.
func (l *Learner) sight(h *host, list []sighting, p *port, hops uint8, e *Evidence) []sighting {
	for i := range list {
		if s := &list[i]; s.port == p && s.hops == hops {
			s.n += e.Count
			s.last = max(s.last, e.Last)
			return list
		}
	}
	l.dirtyHosts[h] = struct{}{}
	l.changed = true
	if !slices.Contains(p.hosts, h) {
		p.hosts = append(p.hosts, h)
	}
	if len(list) == maxSightings {
		oldest := 0
		for i := range list {
			if list[i].last < list[oldest].last {
				oldest = i
			}
		}
		list = slices.Delete(list, oldest, oldest+1)
	}
	return append(list, sighting{port: p, hops: hops, n: e.Count, last: e.Last})
}

// source: a fresh frame entered a port, or one that a single router had forwarded.
func (l *Learner) source(n *node, e *Evidence) {
	p := n.port(e.Port)
	if e.Encap {
		l.tunnelSource(p, e)
		return
	}
	h := l.host(e.Addr)
	if h == nil {
		return
	}
	if e.Hops == 0 && h.mac != e.Far {
		h.mac = e.Far
		l.byMAC[e.Far] = append(l.byMAC[e.Far], h)
		l.dirtyHosts[h] = struct{}{}
		l.changed = true
	}
	h.sources = l.sight(h, h.sources, p, e.Hops, e)
}

// sink: frames to an address left a port; the lowest TTL is the nearest to it.
func (l *Learner) sink(n *node, e *Evidence) {
	if e.Encap {
		return
	}
	p := n.port(e.Port)
	if p.peer != 0 {
		return
	}
	h := l.host(e.Addr)
	if h == nil {
		return
	}
	for i := range h.sinks {
		if s := &h.sinks[i]; s.port == p {
			s.last = max(s.last, e.Last)
			if e.TTL < s.hops {
				s.hops = e.TTL
				l.dirtyHosts[h] = struct{}{}
				l.changed = true
			}
			return
		}
	}
	h.sinks = l.sight(h, h.sinks, p, e.TTL, e)
}

// sightMAC notes where a host's MAC enters: several switches that do not route
// make it a bridged one.
func (l *Learner) sightMAC(p *port, mac uint64) {
	if !unicastMAC(mac) {
		return
	}
	at := l.macAt[mac]
	for i, k := range at {
		if k.sw == p.key.sw {
			at[i] = p.key
			return
		}
	}
	if len(at) >= maxSightings || len(l.macAt) >= maxAddresses {
		return
	}
	l.macAt[mac] = append(at, p.key)
	for _, h := range l.byMAC[mac] {
		l.dirtyHosts[h] = struct{}{}
	}
	l.changed = true
}

// bridged: the host's frames enter several switches untouched, one of which never routed anything.
func (l *Learner) bridged(h *host) bool {
	at := l.macAt[h.mac]
	if h.mac == 0 || len(at) < 2 {
		return false
	}
	return slices.ContainsFunc(at, func(k portKey) bool { return !l.nodes[k.sw].router })
}

// locate works out a host's place from its sightings.
func (l *Learner) locate(h *host) Place {
	place := Place{Bridged: l.bridged(h)}
	var latest *sighting
	for i := range h.sources {
		s := &h.sources[i]
		p := s.port
		switch {
		case s.hops == 0 && p.peer == 0:
			if l.nodes[p.key.sw].router && p.routed == 0 {
				place.Edges = addSwitch(place.Edges, p.key.sw)
			}
			if latest == nil || s.last >= latest.last {
				latest = s
			}
		case s.hops == 1 && p.peer != 0:
			place.Edges = addSwitch(place.Edges, p.peer)
		}
	}
	switch {
	case latest != nil && latest.port.edge:
		place.Switch, place.Port = latest.port.key.sw, latest.port.key.idx
	default:
		if p := l.sinkPort(h); p != nil {
			place.Switch, place.Port = p.key.sw, p.key.idx
		}
	}
	if len(place.Edges) == 0 && place.Switch != 0 {
		place.Edges = []SwitchID{place.Switch}
	}
	return place
}

// A port without any ingress that leads to more addresses may lead to a silent switch.
const maxSinks = 2

// sinkPort places a receiver that never sends: the port that the lowest TTL
// left, if hosts live at that switch and nothing speaks for another one behind it.
func (l *Learner) sinkPort(h *host) *port {
	var best *sighting
	for i := range h.sinks {
		if s := &h.sinks[i]; s.port.peer == 0 && (best == nil || s.hops < best.hops || s.hops == best.hops && s.last > best.last) {
			best = s
		}
	}
	switch {
	case best == nil:
		return nil
	case best.port.edge:
		return best.port
	case l.settled() && best.port.routed == 0 && best.port.fresh == 0 && l.nodes[best.port.key.sw].edges > 0 && len(best.port.hosts) <= maxSinks:
		return best.port
	}
	return nil
}

func addSwitch(set []SwitchID, id SwitchID) []SwitchID {
	if i, ok := slices.BinarySearch(set, id); !ok {
		return slices.Insert(set, i, id)
	}
	return set
}

// tunnelEnd is what evidence says of an outer address.
type tunnelEnd struct {
	flows map[SwitchID][2]uint64 // up to two flows seen bare there
	sw    SwitchID
}

// tunnelSource: a fresh outer header that enters over a link was sent by the neighbour itself.
func (l *Learner) tunnelSource(p *port, e *Evidence) {
	if e.Hops != 0 {
		return
	}
	if o, ok := l.owners[e.Far]; ok && o.sw != p.key.sw {
		l.setVTEP(e.Addr, o.sw)
	}
}

// vtep: two flows that agree, and none that does not, make a switch the owner of a tunnel end.
func (l *Learner) vtep(n *node, e *Evidence) {
	t := l.tunnelEnd(e.Addr)
	if t == nil {
		return
	}
	f := t.flows[n.id]
	switch {
	case f[0] == 0:
		f[0] = e.Flow
	case f[1] == 0 && f[0] != e.Flow:
		f[1] = e.Flow
	}
	t.flows[n.id] = f
	if t.sw == 0 && len(t.flows) == 1 && f[1] != 0 {
		l.setVTEP(e.Addr, n.id)
	}
}

func (l *Learner) tunnelEnd(a flow.Addr) *tunnelEnd {
	t := l.tunnels[a]
	if t == nil {
		if len(l.tunnels) >= maxAddresses {
			l.Ignored++
			return nil
		}
		t = &tunnelEnd{flows: map[SwitchID][2]uint64{}}
		l.tunnels[a] = t
	}
	return t
}

func (l *Learner) setVTEP(a flow.Addr, sw SwitchID) {
	t := l.tunnelEnd(a)
	if t == nil || t.sw == sw {
		return
	}
	t.sw = sw
	l.next.vteps.set(a, sw)
	l.changed = true
}
