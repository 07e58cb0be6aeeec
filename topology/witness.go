package topology

import (
	"math/bits"

	"spoor/flow"
	"spoor/internal/mem"
)

// witnessSlots is the size of a witness's memory; older evidence is forgotten
// and then simply sent again. It takes what a fabric of 50,000 ports and
// addresses shows; 2 MB, as far as they are used.
const (
	slotBits     = 16
	witnessSlots = 1 << slotBits
)

// A sighting is repeated to the learner while it is young, then once in a while.
const (
	repeatFirst = 4           // each of the first sightings is sent
	repeatEarly = int64(1e9)  // then one a second
	repeatLate  = int64(10e9) // and after earlyCount sightings one in ten
	earlyCount  = 64          //
	slotSeed    = 0x9e3779b97f4a7c15
)

// memory is half a cache line.
type memory struct {
	mark    uint64
	first   int64 // of the pending sightings
	sent    int64
	buckets uint32 // of flows that were sent
	count   uint8  // sightings, up to 255
	pending [3]byte
}

func (m *memory) waiting() uint32 {
	return uint32(m.pending[0]) | uint32(m.pending[1])<<8 | uint32(m.pending[2])<<16
}

func (m *memory) wait(n uint32) {
	n = min(n, 1<<24-1)
	m.pending = [3]byte{byte(n), byte(n >> 8), byte(n >> 16)}
}

// Witness turns samples into evidence that does not depend on flows: who
// enters and leaves which port, and where addresses live. It sends what is new
// and repeats the known rarely. One per worker, not for concurrent use.
type Witness struct {
	slots  [witnessSlots]memory
	queue  [witnessQueue]sight
	queued int
	out    []Evidence
	seq    uint64
}

// sight is a sighting that waits a little, so that its slot has come from memory
// when it is looked at: what becomes Evidence, if it is to be sent.
type sight struct {
	mark     uint64
	now      int64
	agent    flow.Addr
	addr     flow.Addr
	far, own uint64
	port     uint32
	buckets  uint32
	rate     uint32 // of what enters a port
	kind     Kind
	ttl      uint8
	hops     uint8
	fresh    bool
	encap    bool
	derived  bool
}

const (
	witnessQueue = 32
	keptRoom     = 256 // pieces of evidence; room for eight times as many stays
)

// NewWitness gives a witness that has seen nothing.
func NewWitness() *Witness { return &Witness{} }

// Drain appends the evidence gathered since the last call to dst.
func (w *Witness) Drain(dst []Evidence) []Evidence {
	w.settle()
	dst = append(dst, w.out...)
	if w.out = w.out[:0]; cap(w.out) > 8*max(len(dst), keptRoom) { // a new fabric told much at once
		w.out = nil
	}
	return dst
}

// Len gives the number of pieces gathered since the last Drain.
func (w *Witness) Len() int {
	w.settle()
	return len(w.out)
}

// Full reports whether so many pieces were gathered since the last Drain.
func (w *Witness) Full(limit int) bool { return len(w.out) >= limit }

// settle looks at what waits.
func (w *Witness) settle() {
	for i := range w.queue[:w.queued] {
		w.look(&w.queue[i])
	}
	w.queued = 0
}

// See takes one sample; non-IP samples prove nothing, nor does what switches send to their neighbours. from and to are the
// switches to which its input and output are known to lead, 0 if none: what
// leaves for another switch tells nothing of where an address lives, and of
// what comes from one it does not matter over which of its links.
func (w *Witness) See(s *flow.Sample, from, to SwitchID) {
	p := &s.Packet
	if p.Key.IsZero() {
		return
	}
	encap := !p.OuterSrc.IsZero()
	src, dst, ttl := p.Key.Src, p.Key.Dst, p.EntryTTL()
	if encap {
		src, dst = p.OuterSrc, p.OuterDst
	}
	hops := InitialTTL(ttl) - ttl
	if !encap && (ttl < minTTL || hops == 0 && ofSwitches(s)) {
		return
	}
	egress := s.Direction == flow.Egress
	in, out := s.Input.Index(), s.Output.Index()
	if nameless(s) {
		w.Unnamed(s)
	}
	if !egress && in != 0 {
		w.entered(s, from, src, hops)
	}
	if egress && in != 0 && !encap {
		w.throughEgress(s, in, from)
	}
	if egress && out != 0 && (encap || hops > 0) {
		w.left(s, src, hops)
	}
	if out != 0 && to == 0 && locatable(dst) {
		w.arrived(s, dst, ttl, from)
	}
}

// entered notes what a frame tells of the port by which it came in, and of its sender.
func (w *Witness) entered(s *flow.Sample, from SwitchID, src flow.Addr, hops uint8) {
	p, in, encap := &s.Packet, s.Input.Index(), !s.Packet.OuterSrc.IsZero()
	q := w.next(SawIngress, s.Agent, in, s.Received)
	q.far, q.own, q.fresh, q.encap, q.rate = p.SrcMAC, p.DstMAC, hops == 0, encap, s.Rate()
	w.note(q)
	if hops <= 1 && locatable(src) {
		q := w.next(SawSource, s.Agent, in, s.Received)
		q.addr, q.hops, q.far, q.encap, q.buckets = src, hops, p.SrcMAC, encap, bucket(s.FlowID)
		w.source(q, from)
	}
}

// arrived notes what a frame tells of where its receiver lives, and that of the frame in its tunnel.
func (w *Witness) arrived(s *flow.Sample, dst flow.Addr, ttl uint8, from SwitchID) {
	w.sank(s, dst, ttl, from)
	tunnelled := !s.Packet.OuterSrc.IsZero()
	if inner := s.Packet.Key.Dst; tunnelled && s.Direction != flow.Egress && from != 0 && locatable(inner) {
		w.cameOut(s, inner)
	}
}

// left notes what a frame tells of the port by which it left.
func (w *Witness) left(s *flow.Sample, src flow.Addr, hops uint8) {
	p, encap := &s.Packet, !s.Packet.OuterSrc.IsZero()
	q := w.next(SawEgress, s.Agent, s.Output.Index(), s.Received)
	q.own, q.far, q.fresh, q.encap, q.buckets = p.SrcMAC, p.DstMAC, hops == 0, encap, bucket(s.FlowID)
	if encap && locatable(src) {
		q.addr = src
	}
	w.note(q)
}

// nameless: the sample does not tell by which ports the packet passed.
func nameless(s *flow.Sample) bool {
	return s.Input.Index() == 0 && s.Output.Index() == 0 && s.Input.Kind == flow.InterfaceUnknown
}

// Unnamed takes a sample that does not tell by which ports the packet passed: the switch is there all the same.
func (w *Witness) Unnamed(s *flow.Sample) {
	q := w.next(SawUnnamed, s.Agent, 0, s.Received)
	q.far, q.own = s.Packet.SrcMAC, s.Packet.DstMAC
	q.fresh = s.Packet.OuterSrc.IsZero() && InitialTTL(s.Packet.TTL) == s.Packet.TTL
	w.note(q)
}

// throughEgress says what a frame sampled on egress tells of the port that it
// entered, for agents that sample on egress only: its TTL was one higher there
// if the switch routed it. Its MACs were others. One with an initial TTL was
// bridged from host to host, and tells nothing: it would seem to have passed many routers.
func (w *Witness) throughEgress(s *flow.Sample, in uint32, from SwitchID) {
	ttl := s.Packet.TTL
	if InitialTTL(ttl) == ttl || InitialTTL(ttl+1) == ttl+1 && ofSwitches(s) {
		return
	}
	hops := InitialTTL(ttl+1) - ttl - 1
	q := w.next(SawIngress, s.Agent, in, s.Received)
	q.fresh, q.derived, q.rate = hops == 0, true, s.Rate()
	w.note(q)
	if src := s.Packet.Key.Src; hops <= 1 && locatable(src) {
		q := w.next(SawSource, s.Agent, in, s.Received)
		q.addr, q.hops, q.derived, q.buckets = src, hops, true, bucket(s.FlowID)
		w.source(q, from)
	}
}

// source takes a sighting of an address; from is the neighbour that it came from, 0 if unknown.
func (w *Witness) source(q *sight, from SwitchID) {
	if q.hops == 1 && from != 0 && !q.encap {
		w.noteAs(q, q.markOf(from))
		return
	}
	w.note(q)
}

// SeeLocal takes a sample of an agent that has named an internal interface: is it
// a host? from and to are the switches to which its input and output are known to lead, 0 if none.
func (w *Witness) SeeLocal(s *flow.Sample, from, to SwitchID) {
	p := &s.Packet
	if p.Key.IsZero() || !p.OuterSrc.IsZero() || p.TTL < minTTL || InitialTTL(p.TTL) == p.TTL && ofSwitches(s) {
		return
	}
	q := w.next(SawLocal, s.Agent, 0, s.Received)
	switch in, out := s.Input.Index(), s.Output.Index(); {
	case s.Input.Kind == flow.InterfaceInternal && out != 0 && InitialTTL(p.TTL) == p.TTL:
		q.fresh, q.addr = true, p.Key.Src
	case s.Output.Kind == flow.InterfaceInternal && in != 0:
		q.addr, q.port = p.Key.Dst, in
	case out != 0 && in != out:
		q.kind, q.fresh = SawTransit, from != 0 && to != 0 && from != to
	default:
		return
	}
	w.note(q)
}

// Restarted takes that an agent began anew.
func (w *Witness) Restarted(agent flow.Addr, now int64) {
	w.Forget()
	w.out = append(w.out, Evidence{Kind: SawRestart, Agent: agent, Count: 1, First: now, Last: now, Sequence: w.seq})
	w.seq++
}

// Forget makes all that is seen from now on new.
func (w *Witness) Forget() {
	w.settle()
	clear(w.slots[:])
}

// Beyond takes one sample that entered by an open port (Snapshot.Open).
func (w *Witness) Beyond(s *flow.Sample) {
	p, in := &s.Packet, s.Input.Index()
	if in == 0 || p.Key.IsZero() {
		return
	}
	w.inside(s, in)
	q := w.next(SawBeyond, s.Agent, in, s.Received)
	q.addr, q.encap, q.derived, q.buckets = p.Key.Src, !p.OuterSrc.IsZero(), s.Direction == flow.Egress, bucket(s.FlowID)
	ttl := int(p.EntryTTL())
	if q.derived {
		ttl++
	}
	if q.encap {
		q.addr = p.OuterSrc
	} else if ttl < minTTL || ttl > 255 {
		return
	}
	q.hops = InitialTTL(uint8(ttl)) - uint8(ttl)
	if q.hops > 0 && locatable(q.addr) {
		w.note(q)
	}
}

// inside notes the sender of a packet whose tunnel began behind an open port: at the switch where it entered, that routed or bridged it, after a host that routes for it perhaps.
func (w *Witness) inside(s *flow.Sample, in uint32) {
	p := &s.Packet
	if outer := p.EntryTTL(); p.OuterSrc.IsZero() || s.Direction == flow.Egress || InitialTTL(outer) != outer {
		return
	}
	if p.TTL < minTTL || InitialTTL(p.TTL)-p.TTL > nearHops || !locatable(p.Key.Src) {
		return
	}
	q := w.next(SawSource, s.Agent, in, s.Received)
	q.addr, q.hops, q.buckets = p.Key.Src, insideHops, bucket(s.FlowID)
	w.note(q)
}

// next gives the place of a sighting, to be filled. It is nothing until it is noted.
func (w *Witness) next(kind Kind, agent flow.Addr, port uint32, now int64) *sight {
	if w.queued == witnessQueue {
		w.settle()
	}
	q := &w.queue[w.queued]
	*q = sight{}
	q.kind, q.agent, q.port, q.now = kind, agent, port, now
	return q
}

// note takes the sighting that next gave.
func (w *Witness) note(q *sight) { w.noteAs(q, q.markOfAll()) }

// noteAs takes all that has the same mark for the same evidence.
func (w *Witness) noteAs(q *sight, mark uint64) {
	mem.Fetch(&w.slots[mark>>(64-slotBits)])
	q.mark = mark
	w.queued++
}

// look counts a sighting and sends it if it is new or due.
func (w *Witness) look(q *sight) {
	mark, now := q.mark, q.now
	m := &w.slots[mark>>(64-slotBits)]
	if m.mark != mark {
		*m = memory{mark: mark}
	}
	n := m.waiting() + 1
	if n == 1 {
		m.first = now
	}
	m.wait(n)
	if m.count < 255 {
		m.count++
	}
	fresh := q.buckets&^m.buckets != 0
	m.buckets |= q.buckets
	if m.count > repeatFirst && !fresh {
		due := repeatEarly
		if m.count > earlyCount {
			due = repeatLate
		}
		if now-m.sent < due {
			return
		}
	}
	w.out = append(w.out, Evidence{
		Kind: q.kind, Fresh: q.fresh, Encap: q.encap, Derived: q.derived, TTL: q.ttl, Hops: q.hops, Agent: q.agent, Port: q.port,
		Far: q.far, Own: q.own, Addr: q.addr, Buckets: m.buckets, Rate: q.rate, Count: n, First: m.first, Last: now, Sequence: w.seq,
	})
	w.seq++
	m.wait(0)
	m.sent = now
}

// markOfAll is a hash of what makes evidence the same evidence. Two that share it
// are taken for one until the slot is reused: with 64 bits, never in practice.
func (q *sight) markOfAll() uint64 {
	h := uint64(q.kind)<<32 | uint64(q.ttl)<<16 | uint64(q.hops)<<8
	if q.fresh {
		h |= 1
	}
	if q.encap {
		h |= 2
	}
	if q.derived {
		h |= 4
	}
	agentLo, agentHi := q.agent.Words()
	lo, hi := q.addr.Words() // four products that wait for none of the others, then they meet
	h = mix(h^slotSeed, uint64(q.port)<<32) ^ mix(agentLo, agentHi+slotSeed)
	return mix(h, mix(lo, hi)^bits.RotateLeft64(mix(q.far, q.own+slotSeed), 32))
}

// markOf is the mark of an address behind a known switch: over which of its links frames come does not matter.
func (q *sight) markOf(from SwitchID) uint64 {
	h := uint64(from)<<8 | uint64(q.kind)<<1
	if q.derived {
		h |= 1
	}
	lo, hi := q.addr.Words()
	return mix(h^slotSeed, mix(lo, hi))
}

func mixAddr(h uint64, a *flow.Addr) uint64 {
	lo, hi := a.Words()
	return mix(mix(h, lo), hi)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// Adapter takes a MAC that an agent lists as its own interface's (host_adapters).
func (w *Witness) Adapter(agent flow.Addr, mac uint64, now int64) {
	if unicastMAC(mac) {
		q := w.next(SawOwnMAC, agent, 0, now)
		q.own = mac
		w.note(q)
	}
}
