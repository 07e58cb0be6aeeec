package loads

import (
	"cmp"
	"math"
	"slices"

	"spoor/decode/sflow"
)

// settled is when all agents have told their counters once (s): what is lost before would leave ports
// without a speed for a whole polling interval, and nobody could judge a flow.
const settled = 2.0

// datagram is one with the time at which it comes (ns).
type datagram struct {
	at      int64
	from    *device
	payload []byte
}

// agent is what one sub-agent gathers.
type agent struct {
	of       *device
	id       uint32
	sequence uint32
	since    float64 // of the first that waits
	waiting  octets
	n        uint32
}

// wire writes down what agents send.
type wire struct {
	l      *load
	agents map[*device][]*agent
	poll   map[*device]float64 // when its counters are due
	out    []datagram
}

// datagrams gives all that come, in order.
func (l *load) datagrams() []datagram {
	w := &wire{l: l, agents: map[*device][]*agent{}, poll: map[*device]float64{}}
	for _, d := range l.devices() {
		w.poll[d] = 0.1 + 0.8*l.r.Float64()
		for i := range l.plan.subs {
			w.agents[d] = append(w.agents[d], &agent{of: d, id: uint32(i)})
		}
	}
	all := l.samples()
	for i := range all {
		w.until(all[i].at)
		w.sample(&all[i])
	}
	w.until(l.span + 3)
	slices.SortFunc(w.out, func(a, b datagram) int { return cmp.Compare(a.at, b.at) })
	return w.out
}

// until lets time pass: what waited long enough goes, counters are polled.
func (w *wire) until(t float64) {
	for {
		next := t
		var full *agent
		var due *device
		for _, d := range w.l.devices() {
			for _, a := range w.agents[d] {
				if at := a.since + w.l.plan.hold; a.n > 0 && at <= next {
					next, full, due = at, a, nil
				}
			}
			if w.poll[d] <= next {
				next, full, due = w.poll[d], nil, d
			}
		}
		switch {
		case full != nil:
			w.send(full, next)
		case due != nil:
			w.poll[due] += w.l.polling
			for _, p := range due.ports {
				w.counters(p, next)
			}
		default:
			return
		}
	}
}

func (w *wire) send(a *agent, at float64) {
	a.sequence++
	now := w.l.start + int64(at*1e9)
	b := append(octets{}.u32(5, 1), a.of.addr.AsSlice()...)
	b = append(b.u32(a.id, a.sequence, uint32((now-a.of.boot)/1e6), a.n), a.waiting...)
	a.waiting, a.n = a.waiting[:0], 0
	m, r := &w.l.mishaps, w.l.r
	if r.Float64() < m.loss && at > settled {
		return
	}
	comes := now + 200_000 + int64(m.jitter*1e9*r.Float64())
	w.out = append(w.out, datagram{comes, a.of, b})
	if r.Float64() < m.duplicate {
		w.out = append(w.out, datagram{comes + int64(20e6*r.Float64()), a.of, b})
	}
}

// put adds a sample of a port to what its sub-agent will send.
func (w *wire) put(p *port, at float64, format uint32, body octets) {
	a := w.agents[p.at][int(p.index)%w.l.plan.subs]
	if a.n > 0 && len(a.waiting)+8+len(body) > 1360 {
		w.send(a, at)
	}
	if a.n == 0 {
		a.since = at
	}
	a.waiting = append(a.waiting.u32(format, uint32(len(body))), body...)
	a.n++
}

func (w *wire) sample(x *sample) {
	h := x.way.hops[x.hop]
	p := h.tap(x.side)
	ttl := byte(64 - x.hop - x.side)
	from, to := x.of.src.mac, h.in.mac
	if h.in.peer != nil {
		from = h.in.peer.mac
	}
	if x.side == 1 {
		from, to = h.out.mac, x.of.dst.mac
		if h.out.peer != nil {
			to = h.out.peer.mac
		}
	}
	sequence := x.of.first + uint32(uint64(x.of.passed(x.at)*x.of.payload))
	header, length := x.of.header(from, to, ttl, sequence)
	p.samples++
	p.pool += uint32(x.rate)
	record := append(octets{}.u32(1, uint32(length), 4, uint32(len(header))), header...)
	for len(record)%4 != 0 {
		record = record.u8(0)
	}
	format, body := uint32(sflow.FormatFlowSample), octets{}.u32(p.samples)
	if p.at.expanded {
		format = uint32(sflow.FormatFlowSampleExpanded)
		body = body.u32(0, p.index, uint32(x.rate), p.pool, 0, 0, h.in.index, 0, h.out.index, 1)
	} else {
		body = body.u32(p.index, uint32(x.rate), p.pool, 0, h.in.index, h.out.index, 1)
	}
	w.put(p, x.at, format, append(body.u32(1, uint32(len(record))), record...))
}

// counters of a port are those of frames that were sent, all of them.
func (w *wire) counters(p *port, at float64) {
	record := octets{}.u32(p.index, 6).u64(p.speed).u32(1, 3)
	for side := range 2 {
		sent, frames := 0.0, 0.0
		for _, way := range p.ways[side] {
			n := way.of.sent(min(at, way.to)) - way.of.sent(min(at, way.from))
			sent += n
			frames += n / way.of.frame
		}
		record = record.u64(sent).u32(uint32(math.Round(frames)), 0, 0, 0, 0)
		if side == 0 {
			record = record.u32(0) // unknown protocols
		}
	}
	record = record.u32(0) // promiscuous mode
	p.polls++
	body := octets{}.u32(p.polls, p.index, 1, 1, uint32(len(record)))
	w.put(p, at, uint32(sflow.FormatCountersSample), append(body, record...))
}
