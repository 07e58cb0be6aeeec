package collector

import (
	"sync/atomic"
)

// Stats are sums over all workers since the collector was made.
// Received = Delivered + Truncated + Refused.
type Stats struct {
	Received  uint64 // datagrams read from the sockets
	Bytes     uint64 // their payload
	Delivered uint64 // handed to a Handler
	Truncated uint64 // did not fit a buffer; not handed over
	Refused   uint64 // source not in Config.Allow

	KernelDrops      uint64 // dropped by the kernel: socket buffer full (or a bad checksum)
	KernelDropsKnown bool   // false where the system does not tell; KernelDrops is then 0
	ReadErrors       uint64 // reads that failed and were tried again
	Reads            uint64 // reads that returned datagrams

	Workers int
	Buffer  int // smallest socket buffer that the system granted, in bytes; 0 = unknown
}

// OutcomeTruncated and OutcomeRefused are the outcomes under which this package
// ends a datagram, as in the metric datagrams_total{outcome}.
const (
	OutcomeTruncated = "truncated"
	OutcomeRefused   = "refused_source"
)

// counters belong to one worker, which alone adds to them. The padding keeps two
// workers off one cache line.
type counters struct {
	received, bytes, delivered, truncated, refused atomic.Uint64
	kernelDrops, readErrors, reads                 atomic.Uint64

	_ [128]byte
}

// tally is one batch's share of the counters.
type tally struct {
	received, bytes, truncated, refused uint64
}

func (c *counters) add(t *tally) {
	c.received.Add(t.received)
	c.bytes.Add(t.bytes)
	c.delivered.Add(t.received - t.truncated - t.refused)
	if t.truncated != 0 {
		c.truncated.Add(t.truncated)
	}
	if t.refused != 0 {
		c.refused.Add(t.refused)
	}
	c.reads.Add(1)
}

func (c *counters) addTo(s *Stats) {
	s.Received += c.received.Load()
	s.Bytes += c.bytes.Load()
	s.Delivered += c.delivered.Load()
	s.Truncated += c.truncated.Load()
	s.Refused += c.refused.Load()
	s.KernelDrops += c.kernelDrops.Load()
	s.ReadErrors += c.readErrors.Load()
	s.Reads += c.reads.Load()
}
