package topology

import (
	"slices"

	"spoor/flow"
)

// bridgedView is a MAC of a bridged fabric as a snapshot shows it.
type bridgedView struct {
	mac   uint64
	edge  SwitchID
	sites []siteView
}

// siteView is a switch at which the MAC was seen.
type siteView struct {
	sw    SwitchID
	port  uint32 // behind which it was last
	only  uint32 // the only one, once parallel ones would have shown; 0 unknown
	later bool   // its frames were at another switch before
}

// Hosts that tell switches apart: enough of each switch, and of all.
const (
	witnessesEach = 6
	witnessesAll  = 512
	witnessesAsk  = 6 // that tell two switches apart are asked
)

// restate marks a bridged host for the next snapshot.
func (l *Learner) restate(h *bridgedHost) {
	l.changed = true
	l.bridges.dirty[h] = struct{}{}
}

// showBridged fills the part of the next snapshot that bridged fabrics have.
func (l *Learner) showBridged() []*bridgedView {
	b := &l.bridges
	if len(b.dirty) == 0 {
		if l.snap == nil {
			return nil
		}
		return l.snap.witnesses
	}
	for h := range b.dirty { // order does not matter: a view depends on no other
		v := &bridgedView{mac: h.mac, edge: h.edge, sites: make([]siteView, len(h.sites))}
		for i := range h.sites {
			s := &h.sites[i]
			v.sites[i] = siteView{sw: s.sw, port: s.port, later: s.later != 0}
			if len(s.ports) == 1 && (s.known == flowsEnough || b.kept[h.mac].only(s.sw) == s.port) {
				v.sites[i].only = s.port
			}
		}
		l.next.bridged.set(h.mac, v)
	}
	clear(b.dirty)
	var witnesses []*bridgedView
	each := map[SwitchID]int{}
	for _, h := range b.seen {
		if len(witnesses) == witnessesAll {
			break
		}
		if each[h.edge]++; h.edge != 0 && each[h.edge] > witnessesEach {
			continue
		}
		v, _ := l.next.bridged.get(h.mac)
		witnesses = append(witnesses, v)
	}
	return witnesses
}

// bridgedPlace gives where a bridged address lives.
func (l *Learner) bridgedPlace(h *host, place *Place) {
	*place = Place{Bridged: true, MAC: h.mac, Kept: place.Kept}
	if h.mac == 0 {
		place.MAC = h.kept.mac
	}
	l.bridges.any = true
	b := l.bridges.hosts[place.MAC]
	if b == nil || b.edge == 0 {
		return
	}
	if s := b.at(b.edge); s != nil && len(s.ports) == 1 {
		place.Switch, place.Port = b.edge, s.port
	}
}

func (v *bridgedView) at(sw SwitchID) *siteView {
	if i, ok := slices.BinarySearchFunc(v.sites, sw, func(s siteView, id SwitchID) int { return int(s.sw) - int(id) }); ok {
		return &v.sites[i]
	}
	return nil
}

// AnyBridged reports whether a host of a bridged fabric is known.
func (s *Snapshot) AnyBridged() bool { return s.anyBridged }

// BridgedMAC gives the MAC of an address in a bridged fabric, 0 if it is in none.
func (s *Snapshot) BridgedMAC(a flow.Addr) uint64 {
	if p, ok := s.places.get(a); ok && p.Bridged {
		return p.MAC
	}
	return 0
}

// Agent gives the address of a switch.
func (s *Snapshot) Agent(id SwitchID) flow.Addr { return s.registry.Addr(id) }

// Crossing is how a flow crosses a switch, as far as it was seen: ports are 0 while unknown.
type Crossing struct {
	Switch  SwitchID
	In, Out uint32
}

// Entry gives the switch where a bridged host's frames enter the fabric, 0 unknown.
func (s *Snapshot) Entry(mac uint64) SwitchID {
	if v, ok := s.bridged.get(mac); ok {
		return v.edge
	}
	return 0
}

// Toward gives the port of a switch behind which a bridged host is, 0 if that is unknown or there are several.
func (s *Snapshot) Toward(sw SwitchID, mac uint64) uint32 {
	if v, ok := s.bridged.get(mac); ok {
		if at := v.at(sw); at != nil {
			return at.only
		}
	}
	return 0
}

// KnowsCrossing reports whether nothing is learned from one more frame of a host at a switch.
func (s *Snapshot) KnowsCrossing(c Crossing, src, dst uint64) bool {
	return s.knows(c.Switch, c.In, src) && s.Entry(src) != 0 && s.knows(c.Switch, c.Out, dst)
}

func (s *Snapshot) knows(sw SwitchID, port uint32, mac uint64) bool {
	v, ok := s.bridged.get(mac)
	if !ok {
		return false
	}
	at := v.at(sw)
	return at != nil && (port == 0 || at.only == port)
}

// KnowsRow reports whether two crossings are known as neighbours, and the second as later for a source.
func (s *Snapshot) KnowsRow(a, b Crossing, src uint64) bool {
	p := s.Port(a.Switch, a.Out)
	if p == nil || p.Peer != b.Switch || p.PeerPort != b.In {
		return false
	}
	v, ok := s.bridged.get(src)
	if !ok {
		return false
	}
	at := v.at(b.Switch)
	return at != nil && at.later
}

// Before orders two switches that a bridged flow from src to dst crosses: -1 if
// a comes before b, 1 if after, 0 if no other host tells them apart or hosts disagree.
func (s *Snapshot) Before(a, b Crossing, src, dst uint64) int {
	x, y := s.sidesOf(a), s.sidesOf(b)
	if !x.told || !y.told {
		return 0
	}
	order, asked := 0, 0
	for _, w := range s.witnesses {
		if w.mac == src || w.mac == dst {
			continue
		}
		p, q := s.class(&x, w), s.class(&y, w)
		if p == unknownClass || q == unknownClass || p == q {
			continue
		}
		v := -1
		if p > q {
			v = 1
		}
		if order != 0 && order != v {
			return 0
		}
		if order, asked = v, asked+1; asked == witnessesAsk {
			break
		}
	}
	return order
}

// sides of a crossing.
type sides struct {
	sw      SwitchID
	in, out uint32
	was     [2]uint32 // the sides that they were when we last knew
	told    bool
}

func (s *Snapshot) sidesOf(c Crossing) sides {
	x := sides{sw: c.Switch, in: s.side(c.Switch, c.In), out: s.side(c.Switch, c.Out)}
	x.was = [2]uint32{s.wasSide(c.Switch, c.In), s.wasSide(c.Switch, c.Out)}
	x.told = c.In != 0 && c.Out != 0 && x.in != x.out
	return x
}

func (s *Snapshot) side(sw SwitchID, ifIndex uint32) uint32 {
	if p := s.Port(sw, ifIndex); p != nil && p.side != 0 {
		return p.side
	}
	return ifIndex
}

func (s *Snapshot) wasSide(sw SwitchID, ifIndex uint32) uint32 {
	if p := s.Port(sw, ifIndex); p != nil {
		return p.wasSide
	}
	return 0
}

// Where a host is, seen from a crossing: it never falls along a path.
const (
	ahead        = -1 // behind the port by which the flow leaves
	aside        = 0
	astern       = 1
	unknownClass = 2
)

func (s *Snapshot) class(x *sides, w *bridgedView) int {
	at := w.at(x.sw)
	if at == nil || at.port == 0 {
		return unknownClass
	}
	switch s.side(x.sw, at.port) {
	case x.in:
		return astern
	case x.out:
		return ahead
	}
	if was := s.wasSide(x.sw, at.port); was != 0 && (was == x.was[0] || was == x.was[1]) { // perhaps it still is the same side
		return unknownClass
	}
	return aside
}
