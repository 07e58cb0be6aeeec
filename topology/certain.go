package topology

import (
	"math/bits"
	"slices"

	"spoor/flow"
)

// A place is certain if nothing but the proven switch is to be expected. One
// flow that was seen entering at a leaf does not exclude that the next one
// enters at its mate: hosts on two leaves (MLAG, ESI) are common. Either flows of
// this address enough went one way, or flows of all the hosts of that switch
// did while no address in the fabric was ever seen on two. The latter says nothing
// where a link joins two switches with hosts: some hosts of such a pair may be on
// both, and flows of those that are on one tell nothing of them.
const (
	flowsOfOne      = 10 // flow buckets of an address, and of the others of its interface
	flowsBesideDual = 16 // the same, on a switch with hosts that are on two
	flowsOfAll      = 10 // flow buckets beyond the first, summed over the addresses of a switch
)

// bucket gives the bit of a flow in a set of 32 buckets.
func bucket(flowID uint64) uint32 { return 1 << (flowID % 32) }

// surplus gives the number of flow buckets beyond the first.
func surplus(buckets uint32) int { return max(bits.OnesCount32(buckets)-1, 0) }

// surplus gives the same of an address: the first flow of a further address of an interface went where others of that interface had gone.
func (h *host) surplus() int {
	if s := h.station; s != nil && s.hosts[0] != h {
		return bits.OnesCount32(h.buckets)
	}
	return surplus(h.buckets)
}

// credit is what an address has added to its switch's account.
type credit struct {
	node *node
	n    int
	dual bool
	bond bool
	at   [2]*node // of several switches, the first
}

// settle brings the accounts up to date with a host's place.
func (l *Learner) account(h *host, p *Place) {
	c := credit{dual: (p.Doubt || len(p.Edges) > 1 && l.livesTwice(h)) && !p.Bridged}
	c.bond = len(p.All) > 0
	if len(p.Edges) == 1 && !p.Bridged && !p.Doubt {
		c.node, c.n = l.nodeAt(p.Edges[0]), h.surplus()
	}
	if c.dual {
		for i := range min(len(p.Edges), 2) {
			c.at[i] = l.nodeAt(p.Edges[i])
		}
	}
	old := h.credit
	if c == old {
		return
	}
	h.credit = c
	for i := range old.at {
		l.pairUp(old.at[i], -1)
		l.pairUp(c.at[i], 1)
	}
	if old.node != nil {
		l.enter(old.node, -old.n)
	}
	if c.node != nil {
		l.enter(c.node, c.n)
	}
	l.tally(&l.bonds, old.bond, c.bond)
	l.tally(&l.duals, old.dual, c.dual)
}

// tally counts an address in or out; with the first that comes and the last that goes the snapshot changes.
func (l *Learner) tally(n *int, was, is bool) {
	if was == is {
		return
	}
	had := *n > 0
	if is {
		*n++
	} else {
		*n--
	}
	l.changed = l.changed || had != (*n > 0)
}

// flowsOfEach: so many flow buckets at each of two switches tell an address that
// lives on both from one that is invented anew at many places.
const flowsOfEach = 3

// livesTwice reports whether an address that was seen behind several switches
// lives there: its one MAC enters two, or flows enough came from each of two.
func (l *Learner) livesTwice(h *host) bool {
	if h.station != nil {
		macs := Place{}
		if l.edgesOfStation(h, &macs); len(macs.Edges) > 1 {
			return true
		}
	}
	var first SwitchID
	for i := range h.sources {
		s := &h.sources[i]
		at := s.beside()
		if at == 0 || at == first || (s.hops > 0 || h.mixed) && bits.OnesCount32(h.flowsAt(at)) < flowsOfEach {
			continue
		}
		if first != 0 {
			return true
		}
		first = at
	}
	return false
}

// beside gives the switch behind which a sighting says that the address is, one that nobody reports included.
func (s *sighting) beside() SwitchID {
	if id := s.at(); id != 0 || s.hops != 1 {
		return id
	}
	return s.port.dark
}

// flowsAt gives the buckets of the flows of an address that were seen behind a switch.
func (h *host) flowsAt(id SwitchID) (buckets uint32) {
	for i := range h.sources {
		if s := &h.sources[i]; s.beside() == id {
			buckets |= s.buckets
		}
	}
	return buckets
}

// pairUp counts a switch's addresses that live on several.
func (l *Learner) pairUp(n *node, by int) {
	if n == nil {
		return
	}
	was := n.duals > 0
	if n.duals += by; was != (n.duals > 0) {
		l.touch(n)
	}
}

func (l *Learner) enter(n *node, by int) {
	was := n.alone >= flowsOfAll
	if n.alone += by; was != (n.alone >= flowsOfAll) {
		l.touch(n)
	}
}

// grow notes flows of an address at its edge.
func (l *Learner) grow(h *host, buckets uint32) {
	if buckets&^h.buckets == 0 {
		return
	}
	was := bits.OnesCount32(h.buckets)
	h.buckets |= buckets
	if was < flowsBesideDual || h.credit.node != nil && h.credit.node.alone < flowsOfAll {
		l.dirtyHosts[h] = struct{}{}
		l.tellFellows(h)
	}
}

// Certain reports whether an address lives behind one switch and no other.
func (s *Snapshot) Certain(a flow.Addr) bool {
	p, ok := s.places.get(a)
	if !ok || p.Bridged || p.Doubt || p.Unsure || p.Kept || len(p.Edges) != 1 {
		return false
	}
	sw := s.Switch(p.Edges[0])
	switch {
	case sw == nil || sw.rival:
		return false
	case !s.EndsAlone(): // pairs of switches are to be expected, and hosts on both
		return p.Flows >= flowsBesideDual
	case !s.Dual:
		return p.Flows >= flowsOfOne || sw.Alone && !s.mated(sw)
	case sw.Dual:
		return p.Flows >= flowsBesideDual
	}
	return p.Flows >= flowsOfOne
}

// Left gives when an address was found to live no longer at a switch that reports (arrival, Unix ns), 0 never.
func (s *Snapshot) Left(a flow.Addr) int64 {
	if p, ok := s.places.get(a); ok {
		return p.Left
	}
	return 0
}

// End is where a tunnel end's address lives: on one switch, or on the two of a pair that share it.
type End struct {
	Switches [2]SwitchID
	Flows    int  // buckets of 32 in which flows were seen at the first
	Rival    bool // its tunnels begin behind an open port as well: perhaps a silent mate has it too
}

// Has reports whether a switch owns the tunnel end.
func (e End) Has(id SwitchID) bool { return id != 0 && (e.Switches[0] == id || e.Switches[1] == id) }

// tunnelEnd is what evidence says of an outer address.
type tunnelEnd struct {
	addr    flow.Addr
	at      [2]SwitchID
	buckets uint32 // of flows seen at at[0]
	direct  bool   // its own frames were seen to leave there
	kept    uint32 // buckets of flows from before, at keptAt
	keptAt  []SwitchID
	seen    [2]int64 // latest evidence that it is at at
	credit  int
}

// flowsOfPair is how many flows, seen bare, name a tunnel end's switch.
const flowsOfPair = 2

// guessed: others' frames seemed to name two switches.
func (t *tunnelEnd) guessed() bool { return !t.direct && t.at[1] != 0 }

// tunnelEnd gives what is known of an outer address, at first that it is at a switch; nil if there are too many.
func (l *Learner) tunnelEnd(a flow.Addr, sw SwitchID) *tunnelEnd {
	t := l.tunnels[a]
	if t != nil {
		return t
	}
	if len(l.tunnels) >= l.max.addresses {
		l.Ignored++
		return nil
	}
	t = &tunnelEnd{addr: a, at: [2]SwitchID{sw}}
	l.tunnels[a] = t
	return t
}

// place notes that flows of a tunnel end were seen bare at a switch, or that its own frames leave there.
func (l *Learner) place(a flow.Addr, sw SwitchID, buckets uint32, direct bool) {
	t := l.tunnelEnd(a, sw)
	if t == nil {
		return
	}
	if t.kept != 0 && t.at[0] == 0 {
		buckets |= l.recallEnd(t, sw)
	}
	switch {
	case direct && t.guessed() && !slices.Contains(t.at[:], sw):
		l.unshare(t)
		t.at, t.buckets, t.direct, t.seen = [2]SwitchID{sw}, buckets, true, [2]int64{l.now}
	case t.at[0] == 0 || direct && t.at[0] != sw && t.at[1] == 0 && (!t.direct || t.at[0].Inferred()): // its own frames say more than others' do, and switches that report more than others
		t.at[0], t.buckets, t.direct, t.seen[0] = sw, buckets, direct, l.now
	case t.at[0] == sw:
		t.seen[0] = l.now
		t.buckets |= buckets
		t.direct = t.direct || direct
	case t.at[1] == sw:
		t.seen[1] = l.now
		return
	case t.direct && !direct:
		return
	case t.at[1] == 0:
		t.at[1], t.seen[1] = sw, l.now
		l.share(t)
	default:
		return
	}
	l.creditEnd(t)
	l.showEnd(t)
}

// showEnd tells the next snapshot where a tunnel end is.
func (l *Learner) showEnd(t *tunnelEnd) {
	e := End{Switches: t.at, Flows: flowsStep(bits.OnesCount32(t.buckets)), Rival: l.hasRival(t)}
	if !t.direct && t.at[1] == 0 && bits.OnesCount32(t.buckets) < flowsOfPair {
		return
	}
	if old, ok := l.next.vteps.get(t.addr); !ok || old != e {
		l.next.vteps.set(t.addr, e)
		l.changed = true
	}
}

// creditEnd counts what the flows of a tunnel end say of whether ends are shared.
func (l *Learner) creditEnd(t *tunnelEnd) {
	n := surplus(t.buckets)
	if t.at[1] != 0 || t.at[0].Inferred() {
		n = 0
	}
	if was := l.endsAlone; n != t.credit {
		l.endsAlone += n - t.credit
		t.credit = n
		l.changed = l.changed || (was >= flowsOfAll) != (l.endsAlone >= flowsOfAll)
	}
}

// recallEnd believes what was known of a tunnel end before if it is seen at the same switch again, and gives the flows of then.
func (l *Learner) recallEnd(t *tunnelEnd, sw SwitchID) (buckets uint32) {
	if slices.Contains(t.keptAt, sw) {
		buckets = t.kept
		if len(t.keptAt) == 2 { // the address was shared
			t.at = [2]SwitchID(t.keptAt)
			l.share(t)
		}
	}
	t.kept, t.keptAt = 0, nil
	return buckets
}

// TunnelEnd gives where an outer address lives; sure if it is one switch and no other.
func (s *Snapshot) TunnelEnd(a flow.Addr) (e End, sure bool) {
	e, _ = s.vteps.get(a)
	if e.Switches[0] == 0 || e.Switches[1] != 0 || e.Rival {
		return e, false
	}
	return e, e.Flows >= flowsBesideDual || !s.sharedEnds && e.Flows >= flowsOfOne || s.endsAlone
}

// sharedUsual is how many shared tunnel ends make it likely that others are shared as well.
const sharedUsual = 2

// share notes that two switches own a tunnel end: what comes to one may be for hosts of the other.
func (l *Learner) share(t *tunnelEnd) {
	l.sharedEnds++
	for _, id := range t.at {
		if n := l.nodeAt(id); n != nil {
			if n.shares++; n.shares == 1 {
				l.touch(n)
			}
		}
	}
}

// unshare takes that a tunnel end is no more on two switches, if it was.
func (l *Learner) unshare(t *tunnelEnd) {
	if t.at[1] == 0 {
		return
	}
	l.sharedEnds--
	for _, id := range t.at {
		if n := l.nodeAt(id); n != nil {
			if n.shares--; n.shares == 0 {
				l.touch(n)
			}
		}
	}
}

// endNone forgets the tunnel ends that a switch seemed to have.
func (l *Learner) endNone(id SwitchID) {
	for a, t := range l.tunnels { // order does not matter: each is on its own
		if !slices.Contains(t.at[:], id) {
			continue
		}
		l.unshare(t)
		t.at, t.buckets, t.direct, t.seen = [2]SwitchID{}, 0, false, [2]int64{}
		l.creditEnd(t)
		delete(l.tunnels, a)
		l.next.vteps.delete(a)
		l.changed = true
	}
}

// SharesEnd reports whether another switch owns a tunnel end of this one as well.
func (s *Snapshot) SharesEnd(id SwitchID) bool {
	sw := s.Switch(id)
	return sw != nil && sw.sharesEnd
}

// EndsAlone reports whether no tunnel end is on several switches, as far as
// flows enough tell, or whether there are no tunnels: what goes to a host's
// switch goes there at once.
func (s *Snapshot) EndsAlone() bool { return s.endsAlone || !s.tunnelled }

// Tunnels reports whether frames in tunnels were seen.
func (s *Snapshot) Tunnels() bool { return s.tunnelled }

// SharedEnds reports whether tunnel ends are on several switches as a rule: more than one is.
func (s *Snapshot) SharedEnds() bool { return s.sharedEnds }

// Hosts reports whether hosts are known to live at a switch, or, where nobody knows where they live (agents that sample
// on egress, in a fabric of tunnels), whether frames that are in no tunnel leave it for nobody known: a gateway between tunnels has none.
func (s *Snapshot) Hosts(id SwitchID) bool {
	sw := s.Switch(id)
	return sw != nil && (sw.Hosts || sw.delivers && !s.anyHosts && !s.anyIngress)
}

// flowsStep gives the number of flows as far as it matters.
func flowsStep(n int) int {
	switch {
	case n >= flowsBesideDual:
		return flowsBesideDual
	case n >= flowsOfOne:
		return flowsOfOne
	}
	return 0
}
