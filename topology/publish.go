package topology

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/flow"
)

// show makes the next snapshot out of what changed, if anything of it did.
func (l *Learner) show() {
	slices.SortFunc(l.dirtyNodes, func(a, b *node) int { return cmp.Compare(a.id, b.id) })
	for _, n := range slices.Clip(l.dirtyNodes) { // match may add some
		l.match(n)
	}
	had := l.bonds > 0
	for h := range l.dirtyHosts { // order does not matter: a place depends on no other
		l.resettle(h)
	}
	if had != (l.bonds > 0) { // what came out where counts from now on, or no longer
		for _, h := range l.hosts { // order does not matter, as above
			l.resettle(h)
		}
	}
	if !l.changed && l.snap != nil {
		return
	}
	l.changed = false
	next := &Snapshot{Version: l.nextVersion(), Settled: l.settled() && l.linkAt != 0, Dual: l.duals > 0, Bonds: l.bonds > 0, anyHosts: l.edges > 0, anyIngress: l.ingressed, sharedEnds: l.sharedEnds >= sharedUsual, endsAlone: l.alone(), tunnelled: l.tunnelled, borders: l.borders, registry: l.registry, switches: make([]*Switch, len(l.nodes))}
	if l.snap != nil {
		copy(next.switches, l.snap.switches)
		next.inferred = l.snap.inferred
	}
	if len(l.dark.nodes) > 0 {
		next.inferred = append(make([]*Switch, 0, len(l.dark.nodes)), next.inferred...)[:len(l.dark.nodes)]
	}
	for _, n := range l.dirtyNodes {
		at, view := &next.switches, l.view
		i := n.id
		if n.id.Inferred() {
			at, view, i = &next.inferred, viewInferred, n.id-firstInferred
		}
		if v := view(n); !v.same((*at)[i]) {
			v.since, l.switched = next.Version, next.Version
			(*at)[i] = v
		}
	}
	next.switched, next.resettled = l.switched, l.resettled
	next.whole = next.Version
	if old := l.snap; old != nil && !l.next.owners.written && !l.next.vteps.written && !l.next.places.dropped && !l.bridges.any && next.sameWhole(old) {
		next.whole = old.whole
	}
	next.witnesses = l.showBridged()
	next.bridged, next.anyBridged = l.next.bridged.share(), l.bridges.any
	next.places, next.owners, next.vteps = l.next.places.share(), l.next.owners.share(), l.next.vteps.share()
	l.snap = next
}

// resettle works out anew where an address lives.
func (l *Learner) resettle(h *host) {
	place := l.locate(h)
	l.account(h, &place)
	if place.Left, place.Leaving = h.place.Left, h.place.Leaving; h.cut || h.place.left(&place) {
		place.Left, place.Leaving, h.cut = l.now, cmp.Or(h.leftFrom, l.now), false
	}
	if !place.equal(&h.place) {
		place.since = l.nextVersion()
		h.place = place
		l.resettled.add(h.addr, place.since)
		l.next.places.set(h.addr, &place)
		l.changed = true
	}
}

// nextVersion gives the number of the snapshot that show makes.
func (l *Learner) nextVersion() uint64 {
	if l.snap == nil {
		return 1
	}
	return l.snap.Version + 1
}

// tell gives the records of what changed since it was last called.
func (l *Learner) tell() []Record {
	for _, n := range l.dirtyNodes {
		n.dirty = false
		if n.id.Inferred() {
			l.inferredRecord(n)
		} else {
			l.linkRecords(n)
		}
	}
	for h := range l.dirtyHosts {
		l.hostRecord(h)
	}
	clear(l.dirtyHosts)
	l.dirtyNodes = l.dirtyNodes[:0]
	records := l.records
	l.records = nil
	slices.SortFunc(records, func(a, b Record) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return records
}

// Known gives the number of links whose ends are both known, and that of addresses with a proven port.
func (l *Learner) Known() (links, hosts int) { return len(l.links) - len(l.dark.ports), len(l.placed) }

// view gives a switch as the snapshot shows it.
func (l *Learner) view(n *node) *Switch {
	s := &Switch{ID: n.id, Agent: n.agent, Name: l.name(n), Alone: n.alone >= flowsOfAll, Hosts: n.edges > 0, Host: n.host, Doubt: l.doubtful(n), Void: n.void, Dual: n.duals > 0, sharesEnd: n.shares > 0, rival: n.rivals > 0, Ports: make(map[uint32]*Port, len(n.ports)), peers: map[SwitchID]peering{}}
	members := l.members(n)
	for idx, p := range n.ports {
		v := &Port{IfIndex: idx, Name: p.called(), Alias: p.alias, Aggregate: p.aggregate, Peer: p.peer, PeerPort: p.peerPort, Edge: p.edge, Dark: p.peer == 0 && p.forwards() && p.leads == toSwitch, Outside: p.peer == 0 && p.leads == toOutside, Kept: p.unproven(), Home: p.home(), Down: p.downSince(), Failed: p.failed, Back: p.back, Void: p.void, via: p.proof(), side: l.bridges.side(p).key.idx, wasSide: p.keptSide}
		v.Speed, v.SpeedInferred = l.speed(p)
		v.SpeedSure, v.Disproved = l.sure(p), l.disproved(p)
		s.PortVoid, s.PortFailed = max(s.PortVoid, p.void), max(s.PortFailed, p.failed)
		s.delivers = s.delivers || p.peer == 0 && p.sunk >= sinkFrames
		if v.Dark && p.dark != 0 {
			v.Peer = p.dark
		} else if v.Dark {
			s.Dark++
		}
		if v.Kept {
			s.Kept++
			v.Was = p.was()
		}
		if q := l.otherEnd(p); v.Peer != 0 && !p.down && (q == nil || !q.down) {
			e := s.peers[v.Peer]
			if e.ports++; e.ports == 1 {
				e.port = idx
			} else {
				e.port = 0
			}
			e.mate = e.mate || p.handsOver
			s.peers[v.Peer] = e
		}
		if q := l.otherEnd(p); q != nil {
			v.Stale = p.stale && q.stale
			a, b := ordered(l, p, q)
			v.LinkID, v.LinkName = linkID(l, a, b), l.portName(a)+"--"+l.portName(b)
		}
		l.judge(n, v, members)
		s.Ports[idx] = v
	}
	return s
}

// viewInferred gives a switch that nobody reports as the snapshot shows it.
func viewInferred(n *node) *Switch {
	s := &Switch{ID: n.id, Name: n.given, Alone: n.alone >= flowsOfAll, Hosts: n.leaf, Dual: n.duals > 0, peers: map[SwitchID]peering{}}
	for _, p := range n.members {
		if p.down {
			continue
		}
		e := s.peers[p.key.sw]
		e.ports++
		s.peers[p.key.sw] = e
	}
	n.adjoined(s.peers)
	return s
}

// otherEnd gives the port at the far end of a port, nil unless both ends are known.
func (l *Learner) otherEnd(p *port) *port {
	if p.peer == 0 || p.peerPort == 0 || l.nodes[p.peer] == nil {
		return nil
	}
	q := l.nodes[p.peer].ports[p.peerPort]
	if q == nil || q.peer != p.key.sw || q.peerPort != p.key.idx {
		return nil
	}
	return q
}

func ordered(l *Learner, p, q *port) (a, b *port) {
	if c := l.nodes[p.key.sw].agent.Compare(l.nodes[q.key.sw].agent); c < 0 || c == 0 && p.key.idx < q.key.idx {
		return p, q
	}
	return q, p
}

func linkID(l *Learner, a, b *port) string {
	return fmt.Sprintf("%s/%d--%s/%d", l.nodes[a.key.sw].agent, a.key.idx, l.nodes[b.key.sw].agent, b.key.idx)
}

// called gives a port's best name, "" if there is none.
func (p *port) called() string { return cmp.Or(p.label, p.name) }

// portName gives "leaf1:swp5", with numbers where names are unknown.
func (l *Learner) portName(p *port) string {
	name := p.called()
	if name == "" {
		name = fmt.Sprint(p.key.idx)
	}
	return l.name(l.nodes[p.key.sw]) + ":" + name
}

func (l *Learner) name(n *node) string {
	switch {
	case n.given != "":
		return n.given
	case n.hostname != "" && len(l.names[n.hostname]) == 1:
		return n.hostname
	}
	return n.agent.String()
}

// speed gives a port's speed: configured, as the agent reports it, the link's
// other end's, or inferred from the highest rate counted.
func (l *Learner) speed(p *port) (bps float64, inferred bool) {
	if v := l.configured(p); v > 0 {
		return v, false
	}
	q := l.otherEnd(p)
	if v := p.stated(); v > 0 {
		return v, q != nil && q.stated() > 0 && q.stated() != v && l.configured(q) != v
	}
	if q != nil {
		if v := l.configured(q); v > 0 {
			return v, true
		}
		if v := q.stated(); v > 0 {
			return v, true
		}
		bps = q.inferred
	}
	bps = max(bps, p.inferred)
	return bps, bps > 0
}

// linkRecords tells of a switch's links that are new, changed or gone.
func (l *Learner) linkRecords(n *node) {
	present := map[string]struct{}{}
	for _, p := range n.ports {
		q := l.otherEnd(p)
		var r Record
		switch {
		case q != nil:
			r = l.linkRecord(p, q)
		case p.dark != 0:
			r = l.darkLinkRecord(p)
		default:
			continue
		}
		present[r.ID] = struct{}{}
		old, ok := l.links[r.ID]
		r.Since = l.now
		if ok {
			r.Since = old.Since
		}
		if ok && old.Link == r.Link && old.Speed == r.Speed && old.State == r.State && old.Source == r.Source && old.AliasA == r.AliasA && old.AliasB == r.AliasB {
			continue
		}
		l.links[r.ID] = r
		l.records = append(l.records, r)
		n.links[r.ID] = struct{}{}
		if q != nil {
			l.nodes[q.key.sw].links[r.ID] = struct{}{}
		}
	}
	for id := range n.links {
		if _, ok := present[id]; ok {
			continue
		}
		delete(n.links, id)
		if r, ok := l.links[id]; ok {
			delete(l.links, id)
			r.State, r.Time = Gone, l.now
			l.records = append(l.records, r)
		}
	}
}

// linkRecord describes a link of which both ends are known.
func (l *Learner) linkRecord(p, q *port) Record {
	a, b := ordered(l, p, q)
	r := Record{Kind: LinkRecord, ID: linkID(l, a, b), Time: l.now, Source: Learned, State: Up, Seen: l.now, A: l.flowPort(a), B: l.flowPort(b)}
	if p.stale && q.stale {
		r.State, r.Seen = Stale, max(p.heard, q.heard)
	}
	switch {
	case p.given && (p.learned || q.learned):
		r.Source = Both
	case p.given:
		r.Source = Given
	}
	r.Link = l.portName(a) + "--" + l.portName(b)
	r.AliasA, r.AliasB = a.alias, b.alias
	r.Speed, r.SpeedInferred = l.speed(a)
	return r
}

func (l *Learner) flowPort(p *port) flow.Port {
	n := l.nodes[p.key.sw]
	return flow.Port{Switch: l.name(n), Agent: n.agent, IfIndex: p.key.idx, Name: p.called()}
}

// hostRecord tells of an address whose place is new, changed or no longer believed.
func (l *Learner) hostRecord(h *host) {
	ports := l.hostPorts(h)
	old, ok := l.placed[h.addr]
	if slices.Equal(old.ports, ports) && (len(ports) == 0 || old.mac == h.mac) {
		return
	}
	r := Record{Kind: HostRecord, ID: "host/" + h.addr.String(), Time: l.now, Since: l.now, Seen: l.now, Host: h.addr, MAC: h.mac, Ports: ports}
	if ok {
		r.Since = old.since
	}
	if len(ports) == 0 {
		r.State, r.Ports = Gone, old.ports
		delete(l.placed, h.addr)
	} else {
		l.placed[h.addr] = placement{since: r.Since, mac: h.mac, ports: ports}
	}
	l.records = append(l.records, r)
}

// placement is what was told of an address.
type placement struct {
	since int64
	mac   uint64
	ports []flow.Port
}

// hostPorts gives the proven edge ports of an address.
func (l *Learner) hostPorts(h *host) []flow.Port {
	keys := l.hostKeys(h)
	ports := make([]flow.Port, 0, len(keys))
	for _, k := range keys {
		ports = append(ports, l.flowPort(l.nodes[k.sw].ports[k.idx]))
	}
	slices.SortFunc(ports, func(a, b flow.Port) int { return cmp.Or(a.Agent.Compare(b.Agent), cmp.Compare(a.IfIndex, b.IfIndex)) })
	return ports
}

func (l *Learner) hostKeys(h *host) []portKey {
	var keys []portKey
	if h.place.Switch != 0 && !h.place.Kept {
		keys = append(keys, portKey{h.place.Switch, h.place.Port})
	}
	for i := range h.sources {
		s := &h.sources[i]
		if s.hops == 0 && s.port.peer == 0 && slices.Contains(h.place.Edges, s.port.key.sw) && !slices.Contains(keys, s.port.key) {
			keys = append(keys, s.port.key)
		}
	}
	return keys
}
