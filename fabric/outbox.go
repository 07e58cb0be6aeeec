package fabric

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
)

// Datagram is an sFlow datagram as it arrives at the collector.
type Datagram struct {
	Time     int64      // Unix ns of its arrival
	Agent    netip.Addr // agent address in the payload
	SubAgent uint32
	Number   int    // of the agent, from 0: what it sends comes from one socket
	Payload  []byte // borrowed until the sink returns

	order uint64
}

// Sink takes datagrams in the order of their time. An error ends the run.
type Sink interface {
	Datagram(d *Datagram) error
}

// SinkFunc makes a function a Sink.
type SinkFunc func(d *Datagram) error

// Datagram calls f.
func (f SinkFunc) Datagram(d *Datagram) error { return f(d) }

// Stats counts what agents sent.
type Stats struct {
	Datagrams  uint64 // that arrived, duplicates included
	Lost       uint64
	Duplicated uint64
	Bytes      uint64
}

// outbox holds datagrams on their way to the collector.
type outbox struct {
	r               *rand.Rand
	loss, duplicate float64
	queue           []*Datagram
	free            []*Datagram
	order           uint64
	stats           Stats
}

// add takes a datagram that is to arrive at some time; it is false if it never does.
func (o *outbox) add(a *agent, sub uint32, at int64, payload []byte) bool {
	if o.loss > 0 && o.r.Float64() < o.loss {
		o.stats.Lost++
		return false
	}
	o.put(a, sub, at, payload)
	if o.duplicate > 0 && o.r.Float64() < o.duplicate {
		o.stats.Duplicated++
		o.put(a, sub, at+200_000+o.r.Int64N(3_000_000), payload)
	}
	return true
}

func (o *outbox) put(a *agent, sub uint32, at int64, payload []byte) {
	d := &Datagram{}
	if n := len(o.free); n > 0 {
		d, o.free = o.free[n-1], o.free[:n-1]
	}
	o.order++
	*d = Datagram{Time: at, Agent: a.addr, SubAgent: sub, Number: a.number, Payload: append(d.Payload[:0], payload...), order: o.order}
	o.queue = append(o.queue, d)
}

// deliver hands over what arrives up to some time.
func (o *outbox) deliver(until int64, to Sink) error {
	slices.SortFunc(o.queue, func(a, b *Datagram) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.order, b.order))
	})
	n := 0
	for n < len(o.queue) && o.queue[n].Time <= until {
		d := o.queue[n]
		o.stats.Datagrams++
		o.stats.Bytes += uint64(len(d.Payload))
		if err := to.Datagram(d); err != nil {
			return err
		}
		o.free = append(o.free, d)
		n++
	}
	o.queue = append(o.queue[:0], o.queue[n:]...)
	return nil
}
