package topology

import (
	"math/bits"
	"slices"

	"spoor/flow"
)

// Where addresses live: "Places" in docs/analytics.md, section 2, and what builds on it there.
// Sightings are gathered as they come (source, sight); a place is worked out of all of them
// (locate) at the tick after one changed: a later sighting, or what became known of a port, may mean another place.

// host is what evidence says of one address.
type host struct {
	addr     flow.Addr
	mac      uint64 // with which it sent fresh frames
	mixed    bool   // and before with another
	station  *station
	at       int // where the host stands in station.hosts
	sources  []sighting
	sinks    []sighting
	buckets  uint32 // of its flows, as seen at its edge
	seen     int64  // latest evidence
	outside  bool   // sighted only at ports that lead out of the fabric
	credit   credit
	kept     *keptHost // what the last learner knew
	parted   []parting // links of it that are down
	cut      bool      // a link by which it only receives went down since its place was shown
	leftFrom int64     // since when it may have left the switch that it left last
	place    Place
}

// sighting: frames of an address at a port, hops routers from where they began
// (sources) or with a TTL left (sinks).
type sighting struct {
	port *port
	hops uint8 // or TTL

	inside  bool   // of a sink: only seen as it came in a tunnel
	buckets uint32 // of its flows there
	first   int64
	last    int64
}

// station is what evidence says of one MAC that hosts send with.
type station struct {
	ports []stationPort // where it entered, one a switch
	hosts []*host
}

// stationPort is where a MAC entered, and when it last did.
type stationPort struct {
	portKey
	last int64
}

func (l *Learner) host(a flow.Addr) *host {
	h := l.hosts[a]
	if h == nil {
		if len(l.hosts) >= l.max.addresses {
			l.Ignored++
			return nil
		}
		h = &host{addr: a}
		l.hosts[a] = h
	}
	h.seen = l.now
	return h
}

// hostAt gives an address sighted at a port, nil if it is new and the port has
// shown so many already that somebody invents them, or if it is one too many outside.
func (l *Learner) hostAt(p *port, a flow.Addr) *host {
	if (len(p.hosts) >= l.max.portAddresses || p.leads == toOutside && l.outside >= l.max.outside) && l.hosts[a] == nil {
		l.Ignored++
		return nil
	}
	return l.host(a)
}

// sight notes a sighting, forgetting the oldest when there are too many.
func (l *Learner) sight(h *host, list []sighting, p *port, hops uint8, e *Evidence) []sighting {
	for i := range list {
		if s := &list[i]; s.port == p && s.hops == hops {
			s.last = max(s.last, e.Last)
			if e.Buckets&^s.buckets != 0 && (len(h.place.Edges) > 1 || h.place.Unsure) { // by which port it enters most may be another now
				l.dirtyHosts[h] = struct{}{}
			}
			s.buckets |= e.Buckets
			return list
		}
	}
	l.dirtyHosts[h] = struct{}{}
	p.hosts[h] = struct{}{}
	if len(list) == maxSightings {
		list = l.crowdOut(h, list, p)
	}
	return append(list, sighting{port: p, hops: hops, buckets: e.Buckets, first: e.First, last: e.Last})
}

// source: a fresh frame entered a port, or one that a single router had forwarded.
func (l *Learner) source(n *node, e *Evidence) {
	if e.Encap {
		l.tunnelSource(n, e)
		return
	}
	p := l.port(n, e.Port)
	if p == nil || e.Hops == 0 && l.ofRouter(n, e.Far) {
		return
	}
	if e.Hops == insideHops {
		l.inside(p, e)
		return
	}
	h := l.hostAt(p, e.Addr)
	if h == nil {
		return
	}
	if e.Hops == 0 && !e.Derived && h.mac != e.Far { // after a router the MAC is that of the router; evidence from egress has none
		mixed := h.mixed || h.mac != 0
		l.setMAC(h, e.Far)
		h.mixed = mixed
	}
	switch {
	case p.leads == toOddHost && e.Hops != 1: // another TTL: it was no host with a TTL of its own
		l.noteLead(p, toSwitch)
	case p.leads == toOddHost:
		l.stray(p, e)
	}
	h.sources = l.sight(h, h.sources, p, e.Hops, e)
	if e.Derived && e.Hops == 0 {
		l.meetAddress(p, h)
	}
	l.countOutside(h)
	l.wentTo(h, (&sighting{port: p, hops: e.Hops}).at())
	if e.Hops == 0 && h.kept != nil {
		l.returned(h, p)
	}
	l.grow(h, e.Buckets)
}

// setMAC notes the MAC of a host, and the host among those with that MAC.
func (l *Learner) setMAC(h *host, mac uint64) {
	if s := h.station; s != nil {
		n := len(s.hosts) - 1
		l.dirtyHosts[s.hosts[n]] = struct{}{} // it may be the first now
		l.tellFellows(h)
		s.hosts[h.at], s.hosts[n].at, s.hosts[n] = s.hosts[n], h.at, nil
		if s.hosts = s.hosts[:n]; n == 0 && len(s.ports) == 0 {
			delete(l.stations, h.mac)
		}
	}
	h.mac, h.station = mac, l.stationOf(mac)
	if s := h.station; s != nil {
		h.at = len(s.hosts)
		s.hosts = append(s.hosts, h)
	}
	l.dirtyHosts[h] = struct{}{}
	l.tellFellows(h)
}

// stationOf gives what is known of a MAC, nil if it can be no single host's or there are too many.
func (l *Learner) stationOf(mac uint64) *station {
	if !unicastMAC(mac) {
		return nil
	}
	s := l.stations[mac]
	if s == nil {
		if len(l.stations) >= l.max.macs {
			l.Ignored++
			return nil
		}
		s = &station{}
		l.stations[mac] = s
	}
	return s
}

// sightMAC notes where a host's MAC enters: several switches that do not route
// make it a bridged one.
func (l *Learner) sightMAC(p *port, mac uint64, at int64) {
	st := l.stationOf(mac)
	if st == nil {
		return
	}
	p.several = p.several || p.mac != 0 && p.mac != mac
	if p.mac == 0 { // a host sends into it: its switch is in doubt no longer
		l.touch(l.nodes[p.key.sw])
	}
	p.mac = mac
	l.meet(p, st)
	for i, k := range st.ports {
		if k.sw == p.key.sw { // it may have been plugged in elsewhere: the latest port counts
			st.ports[i] = stationPort{p.key, max(k.last, at)}
			return
		}
	}
	if len(st.ports) >= maxSightings {
		return
	}
	st.ports = append(st.ports, stationPort{p.key, at})
	for _, h := range st.hosts {
		l.dirtyHosts[h] = struct{}{}
	}
}

// bridged: the host's frames enter several switches untouched, one of which never routed anything.
func (l *Learner) bridged(h *host) bool {
	return h.station != nil && l.bridgedStation(h.station)
}

// locate works out a host's place from its sightings. Edges is where it may live, and Switch and Port where
// exactly, if that is known; the other fields tell how sure that is: "Certainty" decides by them whether a
// path may end there. A host in a bridged fabric has a place by other rules, for there its frames enter many switches untouched.
func (l *Learner) locate(h *host) Place {
	place := Place{Flows: flowsStep(bits.OnesCount32(h.buckets)), Both: h.both(), Parted: h.isParted(), Unsure: h.mayBeParted()}
	if place.Kept = !l.bridged(h); !place.Kept || l.keptBridged(h) {
		l.bridgedPlace(h, &place)
		return place
	}
	place.Kept = false
	latest := l.edgesOf(h, &place)
	if latest != nil && latest.port.edge {
		place.Switch, place.Port = latest.port.key.sw, latest.port.key.idx
	} else if p := l.sinkPort(h); p != nil { // only where it never was seen to send by an edge: receiving says less
		place.Switch, place.Port = p.key.sw, p.key.idx
	}
	if len(place.Edges) == 0 && place.Switch != 0 {
		place.Edges = []SwitchID{place.Switch}
	}
	if h.kept != nil {
		l.keptPlace(h, &place)
	}
	if len(place.Edges) == 1 {
		passed := h.passed(place.Edges[0])
		place.Flows = flowsStep(passed.flows())
		if l.bonds > 0 { // else where it sends is where it receives ("Bonds that hash MACs")
			place.Got = flowsStep(passed.reached())
		}
	}
	place.Mute = len(place.Edges) > 0 && len(h.sources) == 0
	l.receives(h, &place)
	return place
}

// edgesOf adds the switches behind which an address was seen to send, and gives
// its latest sighting that nobody had forwarded, nil if there is none.
func (l *Learner) edgesOf(h *host, place *Place) (latest *sighting) {
	for i := range h.sources {
		s := &h.sources[i]
		switch p := s.port; {
		case h.tellsNothing(s):
		case s.hops == 0 && p.peer == 0 && !p.handsOver:
			if l.isEdge(p) {
				place.Edges = addSwitch(place.Edges, p.key.sw)
			}
			latest = later(latest, s)
		case s.hops == 1 && p.home(): // a host that routes, or begins with such TTLs
			place.Edges = addSwitch(place.Edges, p.key.sw)
			latest = later(latest, s)
		case s.hops == 1 && !p.handsOver: // whatever comes over a pair's link may come from anywhere
			l.forwardedOnce(p, place)
		}
	}
	if h.station != nil && latest != nil {
		l.edgesOfStation(h, place)
	}
	if len(place.Edges) == 0 && !place.Doubt && latest == nil { // nowhere nearer: perhaps behind a silent leaf
		l.guestOf(h, place)
	}
	if len(place.Edges) > 1 || place.Doubt {
		place.Beside = h.besides()
	}
	if len(place.Edges) > 1 {
		place.Doors = h.doors(place)
	}
	return latest
}

// forwardedOnce notes what an address says of its place that entered a port after one router: that router is
// the leaf where it lives, be it one that reports or one that was inferred.
func (l *Learner) forwardedOnce(p *port, place *Place) {
	switch {
	case p.peer != 0:
		place.Edges = addSwitch(place.Edges, p.peer)
	case p.dark != 0 && l.nodeAt(p.dark).leaf:
		place.Edges = addSwitch(place.Edges, p.dark)
	case p.routed > 0: // by a switch that we do not hear
		place.Doubt = true
	}
}

// isEdge reports whether an address that was seen to send into a port lives at its switch. Where a switch
// never routed, or others' frames enter the port too, fresh frames may have been bridged from elsewhere.
func (l *Learner) isEdge(p *port) bool {
	return l.nodes[p.key.sw].router && (p.routed == 0 || p.home()) &&
		(!l.pairs || p.edge) // pairs that share tunnel ends bridge over their peer link
}

// later gives the later of two sightings.
func later(a, b *sighting) *sighting {
	if a == nil || b.last >= a.last {
		return b
	}
	return a
}

// edgesOfStation adds the switches where an interface is seen: it has several
// addresses, all of which are where its MAC is.
func (l *Learner) edgesOfStation(h *host, place *Place) {
	for _, k := range h.station.ports {
		if p := l.at(k.portKey); p != nil && p.edge && p.peer == 0 && !p.handsOver && (len(h.parted) == 0 || !h.overMateAt(k.portKey)) {
			place.Edges = addSwitch(place.Edges, k.sw)
		}
	}
}

// addSwitch keeps the set in order: places are compared, and two replays must give the same bytes.
func addSwitch(set []SwitchID, id SwitchID) []SwitchID {
	if i, ok := slices.BinarySearch(set, id); !ok {
		return slices.Insert(set, i, id)
	}
	return set
}

// tunnelSource: a fresh outer header that enters over a link was sent by the neighbour itself.
func (l *Learner) tunnelSource(n *node, e *Evidence) {
	if t := l.tunnels[e.Addr]; t != nil && t.at[1] == 0 { // wherever its frames are seen, it is there
		t.seen[0] = max(t.seen[0], e.Last)
	}
	if e.Hops != 0 {
		return
	}
	if p := l.port(n, e.Port); p != nil {
		l.begins(p, e)
	}
	if o, ok := l.owners[e.Far]; ok && !o.shared && o.sw != n.id { // a shared MAC does not tell which switch sent it
		l.place(e.Addr, o.sw, e.Buckets, true)
	}
}
