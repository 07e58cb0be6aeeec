package fabric

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"
)

// Limits of a datagram.
const (
	maxDatagram = 1400
	maxWait     = int64(time.Second)
)

// Sub-agents that hsflowd uses on hosts.
const (
	hostFlows    = 100000
	hostCounters = 100001
)

// agent is the sFlow agent of a switch or host.
type agent struct {
	cfg      *Config
	node     *node
	host     *host // nil for a switch
	name     string
	addr     netip.Addr
	number   int // among agents
	expanded bool
	wrong    WrongKind // and 1; 0 = it names ports as they are
	boot     int64     // Unix ns
	down     int64     // silent until then
	delay    int64     // to the collector
	held     int64     // until then nothing arrives
	flows    *subAgent
	counters *subAgent // the same as flows on a switch
	pending  []sample  // of this slice
	scratch  xdr
	header   []byte

	round     int64 // when the present round of polling began
	polled    int   // items of it that were sent
	firstPoll bool
	phase     int64
	deviceSeq uint32
	second    int64 // of the last sample
	sampled   int   // in that second
	over      bool  // the limit was reached since sampling rates were last set
}

// subAgent is an independent stream of datagrams.
type subAgent struct {
	id       uint32
	sequence uint32
	tick     int64 // when what is there goes out
	last     int64
	buf      xdr
	samples  uint32
	told     []told // by the datagram that is being filled
}

// process turns the samples of a slice that ends at t1 into datagrams.
func (a *agent) process(t1 int64, out *outbox) {
	slices.SortFunc(a.pending, func(x, y sample) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.conduit.hash, y.conduit.hash), cmp.Compare(x.index, y.index), cmp.Compare(x.tap.hop, y.tap.hop))
	})
	for i := range a.pending {
		s := &a.pending[i]
		if s.at < a.down {
			continue
		}
		a.wait(s.at, out)
		if a.limited(s) {
			continue
		}
		if s.discard {
			a.encodeDiscard(s)
		} else {
			a.encodeFlow(s)
		}
		a.append(a.flows, s.at, out)
		if v := s.conduit.truth; v != nil && !s.discard {
			a.flows.told = append(a.flows.told, told{v, len(v.segments) - 1, s.tap.view(a.cfg.LAGNaming)})
		}
	}
	a.pending = a.pending[:0]
	if t1 >= a.down {
		a.wait(t1, out)
		a.poll(t1, out)
	}
}

// wait lets time pass until now: what waited for a second goes out.
func (a *agent) wait(now int64, out *outbox) {
	a.flows.wait(a, now, out)
	if a.counters != a.flows {
		a.counters.wait(a, now, out)
	}
}

func (s *subAgent) wait(a *agent, now int64, out *outbox) {
	for s.tick <= now {
		a.send(s, s.tick, out)
		s.tick += maxWait
		if s.samples == 0 && s.tick <= now {
			s.tick += (now - s.tick) / maxWait * maxWait
		}
	}
}

// append adds the sample in scratch to a sub-agent's datagram, which goes out first if it would be too long.
func (a *agent) append(s *subAgent, now int64, out *outbox) {
	if s.samples > 0 && len(s.buf.b)+len(a.scratch.b) > maxDatagram {
		a.send(s, now, out)
	}
	if s.samples == 0 {
		s.buf.b = s.buf.b[:0]
		s.buf.u32(version)
		s.buf.address(a.addr)
		s.buf.u32(s.id, 0, 0, 0) // sequence, uptime, samples: filled in when it goes
	}
	s.buf.b = append(s.buf.b, a.scratch.b...)
	s.samples++
	a.scratch.b = a.scratch.b[:0]
}

// send hands the datagram over, if there is one.
func (a *agent) send(s *subAgent, now int64, out *outbox) {
	if s.samples == 0 {
		return
	}
	s.last = max(now, s.last)
	s.sequence++
	at := 12
	if a.addr.Is6() {
		at = 24
	}
	binary.BigEndian.PutUint32(s.buf.b[at+4:], s.sequence)
	binary.BigEndian.PutUint32(s.buf.b[at+8:], uint32((s.last-a.boot)/1e6))
	binary.BigEndian.PutUint32(s.buf.b[at+12:], s.samples)
	s.samples = 0
	arrival := max(s.last, a.held) + a.delay
	if out.add(a, s.id, arrival, s.buf.b) {
		for i := range s.told {
			t := &s.told[i]
			t.flow.sampled(t.segment, &t.view, arrival)
		}
	}
	s.told = s.told[:0]
}

// poll sends the counters that are due. A round of polling takes a second, or
// the interval if that is shorter.
func (a *agent) poll(now int64, out *outbox) {
	items := len(a.node.ports) + 1
	spread := min(maxWait, int64(a.cfg.Polling))
	for a.round+int64(a.polled)*spread/int64(items) <= now {
		if a.polled == 0 {
			a.encodeDevice()
		} else {
			a.encodePort(a.node.ports[a.polled-1])
		}
		a.append(a.counters, now, out)
		if a.polled++; a.polled < items {
			continue
		}
		a.polled = 0
		a.round += int64(a.cfg.Polling)
		if a.firstPoll { // from now on not at the same time as all others
			a.firstPoll = false
			a.round -= a.phase
		}
	}
}

// restart takes the agent down; it comes back having forgotten everything, and with other ifIndexes.
func (a *agent) restart(now, until int64) {
	a.down, a.boot = until, until
	a.round, a.polled, a.firstPoll, a.deviceSeq = until, 0, true, 0
	for _, s := range []*subAgent{a.flows, a.counters} {
		s.sequence, s.samples, s.tick, s.last, s.told = 0, 0, until+maxWait, now, s.told[:0]
	}
	for _, p := range a.node.ports {
		rate := p.source.rate
		p.source = source{}
		p.source.setRate(rate)
	}
	a.renumber()
}

// renumber gives each port the ifIndex of the next.
func (a *agent) renumber() {
	ports := a.node.ports
	first := ports[0].ifIndex
	for i, p := range ports {
		p.before = p.ifIndex
		if i+1 < len(ports) {
			p.ifIndex = ports[i+1].ifIndex
		} else {
			p.ifIndex = first
		}
	}
}
