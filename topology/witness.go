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
// when it is looked at.
type sight struct {
	mark uint64
	now  int64
	ev   Evidence
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

// See takes one sample; non-IP samples prove nothing. from and to are the
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
	} else if ttl < minTTL {
		return
	}
	hops := InitialTTL(ttl) - ttl
	egress := s.Direction == flow.Egress
	in, out := s.Input.Index(), s.Output.Index()
	if !egress && in != 0 {
		w.note(&Evidence{Kind: SawIngress, Agent: s.Agent, Port: in, Far: p.SrcMAC, Own: p.DstMAC, Fresh: hops == 0, Encap: encap}, s.Received)
		if hops <= 1 && locatable(src) {
			w.source(&Evidence{Kind: SawSource, Agent: s.Agent, Port: in, Addr: src, Hops: hops, Far: p.SrcMAC, Encap: encap, Buckets: bucket(s.FlowID)}, from, s.Received)
		}
	}
	if egress && in != 0 && !encap {
		w.throughEgress(s, in, from)
	}
	if egress && out != 0 && (encap || hops > 0) {
		e := Evidence{Kind: SawEgress, Agent: s.Agent, Port: out, Own: p.SrcMAC, Far: p.DstMAC, Fresh: hops == 0, Encap: encap, Buckets: bucket(s.FlowID)}
		if encap && locatable(src) {
			e.Addr = src
		}
		w.note(&e, s.Received)
	}
	if out != 0 && to == 0 && locatable(dst) {
		w.note(&Evidence{Kind: SawSink, Agent: s.Agent, Port: out, Addr: dst, TTL: ttl, Encap: encap, Fresh: relayed(s, dst)}, s.Received)
	}
}

// relayed: the switch says that the next hop of a frame is a router, not its receiver.
func relayed(s *flow.Sample, dst flow.Addr) bool {
	if !s.HasRouter || s.NextHop == dst {
		return false
	}
	next := s.NextHop.Netip()
	return next.IsValid() && !next.IsUnspecified()
}

// throughEgress says what a frame sampled on egress tells of the port that it
// entered, for agents that sample on egress only: its TTL was one higher there
// if the switch routes. Its MACs were others.
func (w *Witness) throughEgress(s *flow.Sample, in uint32, from SwitchID) {
	ttl := s.Packet.TTL
	if ttl == 255 {
		return
	}
	hops := InitialTTL(ttl+1) - ttl - 1
	w.note(&Evidence{Kind: SawIngress, Agent: s.Agent, Port: in, Fresh: hops == 0, Derived: true}, s.Received)
	if src := s.Packet.Key.Src; hops <= 1 && locatable(src) {
		w.source(&Evidence{Kind: SawSource, Agent: s.Agent, Port: in, Addr: src, Hops: hops, Derived: true, Buckets: bucket(s.FlowID)}, from, s.Received)
	}
}

// source takes a sighting of an address; from is the neighbour that it came from, 0 if unknown.
func (w *Witness) source(e *Evidence, from SwitchID, now int64) {
	if e.Hops == 1 && from != 0 && !e.Encap {
		w.noteAs(e.markOf(from), e, now)
		return
	}
	w.note(e, now)
}

// SeeLocal takes a sample of an agent that has named an internal interface: is it
// a host? from and to are the switches to which its input and output are known to lead, 0 if none.
func (w *Witness) SeeLocal(s *flow.Sample, from, to SwitchID) {
	p := &s.Packet
	if p.Key.IsZero() || !p.OuterSrc.IsZero() || p.TTL < minTTL {
		return
	}
	e := Evidence{Agent: s.Agent}
	switch in, out := s.Input.Index(), s.Output.Index(); {
	case s.Input.Kind == flow.InterfaceInternal && out != 0 && InitialTTL(p.TTL) == p.TTL:
		e.Kind, e.Fresh, e.Addr = SawLocal, true, p.Key.Src
	case s.Output.Kind == flow.InterfaceInternal && in != 0:
		e.Kind, e.Addr, e.Port = SawLocal, p.Key.Dst, in
	case out != 0 && in != out:
		e.Kind, e.Fresh = SawTransit, from != 0 && to != 0 && from != to
	default:
		return
	}
	w.note(&e, s.Received)
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
	e := Evidence{Kind: SawBeyond, Agent: s.Agent, Port: in, Addr: p.Key.Src, Encap: !p.OuterSrc.IsZero(), Derived: s.Direction == flow.Egress, Buckets: bucket(s.FlowID)}
	ttl := int(p.EntryTTL())
	if e.Derived {
		ttl++
	}
	if e.Encap {
		e.Addr = p.OuterSrc
	} else if ttl < minTTL || ttl > 255 {
		return
	}
	e.Hops = InitialTTL(uint8(ttl)) - uint8(ttl)
	if e.Hops > 0 && locatable(e.Addr) {
		w.note(&e, s.Received)
	}
}

// note takes a sighting.
func (w *Witness) note(e *Evidence, now int64) { w.noteAs(e.mark(), e, now) }

// noteAs takes all that has the same mark for the same evidence.
func (w *Witness) noteAs(mark uint64, e *Evidence, now int64) {
	if w.queued == witnessQueue {
		w.settle()
	}
	mem.Fetch(&w.slots[mark>>(64-slotBits)])
	q := &w.queue[w.queued]
	q.mark, q.now, q.ev = mark, now, *e
	w.queued++
}

// look counts a sighting and sends it if it is new or due.
func (w *Witness) look(q *sight) {
	mark, now, e := q.mark, q.now, &q.ev
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
	fresh := e.Buckets&^m.buckets != 0
	m.buckets |= e.Buckets
	if m.count > repeatFirst && !fresh {
		due := repeatEarly
		if m.count > earlyCount {
			due = repeatLate
		}
		if now-m.sent < due {
			return
		}
	}
	e.Count, e.First, e.Last, e.Sequence, e.Buckets = n, m.first, now, w.seq, m.buckets
	w.seq++
	m.wait(0)
	m.sent = now
	w.out = append(w.out, *e)
}

// mark is a hash of what makes evidence the same evidence. Two that share it
// are taken for one until the slot is reused: with 64 bits, never in practice.
func (e *Evidence) mark() uint64 {
	h := uint64(e.Kind)<<32 | uint64(e.TTL)<<16 | uint64(e.Hops)<<8
	if e.Fresh {
		h |= 1
	}
	if e.Encap {
		h |= 2
	}
	if e.Derived {
		h |= 4
	}
	agentLo, agentHi := e.Agent.Words()
	lo, hi := e.Addr.Words() // four products that wait for none of the others, then they meet
	h = mix(h^slotSeed, uint64(e.Port)<<32|uint64(e.Port2)) ^ mix(agentLo, agentHi+slotSeed)
	return mix(h, mix(lo, hi)^bits.RotateLeft64(mix(e.Far, e.Own+slotSeed), 32))
}

// markOf is the mark of an address behind a known switch: over which of its links frames come does not matter.
func (e *Evidence) markOf(from SwitchID) uint64 {
	h := uint64(from)<<8 | uint64(e.Kind)<<1
	if e.Derived {
		h |= 1
	}
	lo, hi := e.Addr.Words()
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
		w.note(&Evidence{Kind: SawOwnMAC, Agent: agent, Own: mac}, now)
	}
}
