package topology

import (
	"slices"

	"spoor/flow"
)

// What was remembered of a bridged fabric is evidence too. Where a MAC was is believed
// of each switch once a frame shows it there, behind the same port; its
// entry once its own frames enter there; a link once frames of MACs that are where
// they were left one end of it and entered the other. A MAC behind another port, that
// is no link's, is forgotten whole, and learned anew like all others.

// keptStation is what was known of a MAC.
type keptStation struct {
	entry SwitchID // 0 unknown
	sites []keptSite
	hosts []flow.Addr
	seen  int64
}

type keptSite struct {
	sw    SwitchID
	ports []uint32
	only  bool
}

// What was remembered of a bridged fabric is believed at the first frame while of sightings of MACs, of which so many were needed, all
// but one in contraryPart are where they were. Else more frames are needed: nearly all would have shown another switch between.
const (
	keptFits     = 8
	contraryPart = 16
	keptSamples  = 3.0
)

// asBefore reports whether what was seen of a bridged fabric so far is as it was remembered, as good as all of it.
func (b *bridges) asBefore() bool { return b.fits >= max(keptFits, contraryPart*b.contrary) }

// enough reports whether so many frames tell that something is as it was, passed of all that went over the ports in question.
func (b *bridges) enough(samples, passed float64) bool {
	return samples >= keptSamples || samples > 0 && passed >= entrySamples && b.asBefore()
}

// pass counts a frame that was bridged over a port.
func (p *port) pass(samples float64) {
	if p != nil && p.kept != nil {
		p.kept.passed += samples
	}
}

func (k *keptStation) at(sw SwitchID) *keptSite {
	if k != nil {
		for i := range k.sites {
			if k.sites[i].sw == sw {
				return &k.sites[i]
			}
		}
	}
	return nil
}

// only gives the only port of a switch behind which the MAC was, 0 if there were several or flows were too few to tell.
func (k *keptStation) only(sw SwitchID) uint32 {
	if s := k.at(sw); s != nil && s.only {
		return s.ports[0]
	}
	return 0
}

// behind reports whether the MAC was behind a port, or may have been: of parallel links some are remembered.
func (k *keptStation) behind(p *port) bool {
	s := k.at(p.key.sw)
	return s != nil && (slices.Contains(s.ports, p.key.idx) || len(s.ports) == maxBehind && p.joined())
}

// joined reports whether a port leads to a switch, or did when we last knew.
func (p *port) joined() bool { return p.peer != 0 || p.kept != nil && p.kept.peer != 0 }

func (l *Learner) recallStation(m *MemoryStation) {
	b := &l.bridges
	if !unicastMAC(m.MAC) || len(b.kept) >= l.max.macs || b.kept[m.MAC] != nil {
		return
	}
	k := &keptStation{seen: m.Seen}
	for i := range m.Sites {
		s := &m.Sites[i]
		n := l.node(s.Agent)
		if n == nil || len(s.Ports) == 0 || len(s.Ports) > maxBehind || len(k.sites) == maxSites || b.keptSites >= l.max.sites || k.at(n.id) != nil {
			continue
		}
		k.sites = append(k.sites, keptSite{n.id, s.Ports, s.Only && len(s.Ports) == 1})
		b.keptSites++
		l.recallSide(n, s.Ports)
		if s.Agent == m.Entry {
			k.entry = n.id
		}
	}
	if len(k.sites) == 0 {
		return
	}
	b.kept[m.MAC] = k
	for _, a := range m.Hosts[:min(len(m.Hosts), maxStationHosts)] {
		if !locatable(a) {
			continue
		}
		if h := l.host(a); h != nil && h.kept == nil {
			h.seen, h.kept = m.Seen, &keptHost{mac: m.MAC, seen: m.Seen, bridged: true}
			k.hosts = append(k.hosts, a)
			l.dirtyHosts[h] = struct{}{}
		}
	}
}

// recallSide: ports that shared a host were one side of their switch.
func (l *Learner) recallSide(n *node, ports []uint32) {
	if len(ports) < 2 {
		return
	}
	first := slices.Min(ports)
	for _, idx := range ports {
		if p := n.ports[idx]; p != nil && p.keptSide != 0 {
			first = min(first, p.keptSide)
		}
	}
	for _, idx := range ports {
		if p := n.ports[idx]; p != nil {
			p.keptSide = first
		}
	}
}

// keptBridged reports whether an address is to be taken for one of a bridged fabric, as it was.
func (l *Learner) keptBridged(h *host) bool {
	if h.kept == nil || !h.kept.bridged {
		return false
	}
	k := l.bridges.kept[h.kept.mac]
	untouched := func(s keptSite) bool { return !l.nodes[s.sw].router }
	if k == nil || h.mac != 0 && h.mac != h.kept.mac || !slices.ContainsFunc(k.sites, untouched) {
		h.kept = nil
		return false
	}
	return true
}

// checkKept compares the port behind which a MAC is seen with what was remembered.
func (l *Learner) checkKept(h *bridgedHost, p *port) {
	k := l.bridges.kept[h.mac]
	if k != nil && k.behind(p) {
		l.bridges.fits++
	}
	if k == nil || k.behind(p) || k.at(p.key.sw) == nil && p.joined() {
		return
	}
	l.bridges.contrary++
	l.forgetStation(h.mac, k)
	l.restate(h)
	l.reconsider(h)
}

// forgetStation: the MAC is elsewhere now, or was not seen for long.
func (l *Learner) forgetStation(mac uint64, k *keptStation) {
	l.bridges.keptSites -= len(k.sites)
	delete(l.bridges.kept, mac)
	for _, a := range k.hosts {
		if h := l.hosts[a]; h != nil {
			l.dirtyHosts[h] = struct{}{}
		}
	}
}

// keptEntry gives the switch where a host's frames entered the fabric before, once they are seen to enter there again.
func (l *Learner) keptEntry(h *bridgedHost) SwitchID {
	k := l.bridges.kept[h.mac]
	if k == nil || k.entry == 0 || l.bridges.strange {
		return 0
	}
	s := h.at(k.entry)
	if s == nil || s.since == 0 || !l.bridges.enough(s.samples, l.passed(s)) || s.later != 0 && h.last-s.later < siteMemory {
		return 0
	}
	return k.entry
}

// passed gives what went over the port behind which a host is.
func (l *Learner) passed(s *site) float64 {
	if p := l.nodes[s.sw].ports[s.port]; p != nil && p.kept != nil {
		return p.kept.passed
	}
	return 0
}

// rejoin: frames left one end of a link that was remembered, and entered the other. Far is behind the first, Own behind the second.
func (l *Learner) rejoin(n *node, e *Evidence) {
	b := &l.bridges
	other := l.node(e.Agent2)
	if other == nil || b.strange {
		return
	}
	p, q := n.ports[e.Port], other.ports[e.Port2]
	if p == nil || q == nil || p.given || q.given || p.peer != 0 || q.peer != 0 || !p.led(q) || !q.led(p) {
		return
	}
	x, y := b.kept[e.Far], b.kept[e.Own]
	if x == nil || y == nil || !x.behind(p) || !y.behind(q) {
		return
	}
	v := l.neighbours(p, q)
	if v == nil || v.against != 0 {
		return
	}
	if p.kept.samples += b.weigh(e); !b.enough(p.kept.samples, p.kept.passed+q.kept.passed) {
		return
	}
	for h := range b.hostsBehind(p) { // order does not matter: is there any?
		if _, both := b.hostsBehind(q)[h]; both {
			return
		}
	}
	v.joined, v.again, v.last = true, true, l.now
	l.link(p, q.key.sw)
	l.link(q, p.key.sw)
	l.pair(p, q)
}

// was gives where a port led, if bridged flows had proven it.
func (p *port) was() PortKey {
	if !p.kept.bridged {
		return PortKey{}
	}
	return PortKey{p.kept.peer, p.kept.peerPort}
}

// led reports whether a port led to another one, as bridged flows had proven.
func (p *port) led(q *port) bool {
	return p.kept != nil && p.kept.bridged && p.kept.peer == q.key.sw && p.kept.peerPort == q.key.idx
}

// expireKept forgets MACs that were remembered and not seen since.
func (l *Learner) expireKept(before int64) {
	for mac, k := range l.bridges.kept { // order does not matter: each is on its own
		l.dateSeen(&k.seen)
		if h := l.bridges.hosts[mac]; max(k.seen, h.latest()) < before {
			l.forgetStation(mac, k)
		}
	}
}

func (h *bridgedHost) latest() int64 {
	if h == nil {
		return 0
	}
	return h.seen
}

// beStrange: a switch is heard of which nothing was remembered. It may be between two others: what rests on memory alone is forgotten.
func (l *Learner) beStrange() {
	b := &l.bridges
	if b.strange {
		return
	}
	b.strange = true
	for k, v := range b.pairs { // order does not matter: each is on its own
		if v.again {
			l.disbelieve(l.at(k.a), l.at(k.b))
			v.against = 0
		}
	}
	for mac := range b.kept {
		if h := b.hosts[mac]; h != nil {
			l.reconsider(h)
		}
	}
}
