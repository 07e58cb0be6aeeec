package topology

import (
	"math/bits"

	"spoor/flow"
)

// witnessSlots is the size of a witness's memory; older evidence is forgotten
// and then simply sent again.
const witnessSlots = 1 << 14

// A sighting is repeated to the learner while it is young, then once in a while.
const (
	repeatFirst = 4           // each of the first sightings is sent
	repeatEarly = int64(1e9)  // then one a second
	repeatLate  = int64(10e9) // and after earlyCount sightings one in ten
	earlyCount  = uint32(64)  //
	slotSeed    = 0x9e3779b97f4a7c15
)

type memory struct {
	mark    uint64
	count   uint32
	pending uint32
	buckets uint32 // of flows that were sent
	first   int64  // of the pending sightings
	sent    int64
}

// Witness turns samples into evidence that does not depend on flows: who
// enters and leaves which port, and where addresses live. It sends what is new
// and repeats the known rarely. One per worker, not for concurrent use.
type Witness struct {
	slots [witnessSlots]memory
	out   []Evidence
	seq   uint64
}

// NewWitness gives a witness that has seen nothing.
func NewWitness() *Witness { return &Witness{} }

// Drain appends the evidence gathered since the last call to dst.
func (w *Witness) Drain(dst []Evidence) []Evidence {
	dst = append(dst, w.out...)
	w.out = w.out[:0]
	return dst
}

// Len gives the number of pieces gathered since the last Drain.
func (w *Witness) Len() int { return len(w.out) }

// See takes one sample; non-IP samples prove nothing.
func (w *Witness) See(s *flow.Sample) {
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
			w.note(&Evidence{Kind: SawSource, Agent: s.Agent, Port: in, Addr: src, Hops: hops, Far: p.SrcMAC, Encap: encap, Buckets: bucket(s.FlowID)}, s.Received)
		}
	}
	if egress && in != 0 && !encap {
		w.throughEgress(s, in)
	}
	if egress && out != 0 && (encap || hops > 0) {
		e := Evidence{Kind: SawEgress, Agent: s.Agent, Port: out, Own: p.SrcMAC, Far: p.DstMAC, Fresh: hops == 0, Encap: encap, Buckets: bucket(s.FlowID)}
		if encap && locatable(src) {
			e.Addr = src
		}
		w.note(&e, s.Received)
	}
	if out != 0 && locatable(dst) {
		w.note(&Evidence{Kind: SawSink, Agent: s.Agent, Port: out, Addr: dst, TTL: ttl, Encap: encap}, s.Received)
	}
}

// throughEgress says what a frame sampled on egress tells of the port that it
// entered, for agents that sample on egress only: its TTL was one higher there
// if the switch routes. Its MACs were others.
func (w *Witness) throughEgress(s *flow.Sample, in uint32) {
	ttl := s.Packet.TTL
	if ttl == 255 {
		return
	}
	hops := InitialTTL(ttl+1) - ttl - 1
	w.note(&Evidence{Kind: SawIngress, Agent: s.Agent, Port: in, Fresh: hops == 0, Derived: true}, s.Received)
	if src := s.Packet.Key.Src; hops <= 1 && locatable(src) {
		w.note(&Evidence{Kind: SawSource, Agent: s.Agent, Port: in, Addr: src, Hops: hops, Derived: true, Buckets: bucket(s.FlowID)}, s.Received)
	}
}

// Restarted takes that an agent began anew.
func (w *Witness) Restarted(agent flow.Addr, now int64) {
	w.Forget()
	w.out = append(w.out, Evidence{Kind: SawRestart, Agent: agent, Count: 1, First: now, Last: now, Sequence: w.seq})
	w.seq++
}

// Forget makes all that is seen from now on new.
func (w *Witness) Forget() { clear(w.slots[:]) }

// note counts a sighting and sends it if it is new or due.
func (w *Witness) note(e *Evidence, now int64) {
	mark := e.mark()
	m := &w.slots[mark>>(64-14)]
	if m.mark != mark {
		*m = memory{mark: mark}
	}
	if m.pending == 0 {
		m.first = now
	}
	m.count++
	m.pending++
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
	e.Count, e.First, e.Last, e.Sequence, e.Buckets = m.pending, m.first, now, w.seq, m.buckets
	w.seq++
	m.pending, m.sent = 0, now
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
	h = mix(h^slotSeed, uint64(e.Port)<<32|uint64(e.Port2))
	h = mixAddr(mixAddr(h, &e.Agent), &e.Addr)
	return mix(mix(h, e.Far), e.Own)
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
