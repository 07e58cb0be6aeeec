package collector

import (
	"log/slog"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// Times of the read loop.
const (
	pauseAfter  = 10 * time.Millisecond  // without traffic: the first Flush at idle
	idleFlush   = 100 * time.Millisecond // between Flushes at idle, at first
	maxIdle     = time.Second            // between Flushes at long idle: a wake-up costs more than what it does then
	drainFor    = 100 * time.Millisecond // at most, for what the socket holds at the end
	retryAfter  = 10 * time.Millisecond  // a failed read
	logFailures = 10 * time.Second       // at most one line each
)

// portable is the part of a reader that is the same on all systems. All fields but
// stopping and counters belong to the worker, or are set before it runs.
type portable struct {
	log      *slog.Logger
	allow    *atomic.Pointer[allowList]
	clock    *clock
	counters *counters
	stopping atomic.Bool

	addr       netip.AddrPort // bound
	granted    int            // socket buffer in bytes, 0 = unknown
	dropsKnown bool

	datagram  Datagram // lives here: a local one passed through the interface would escape
	lastError time.Time
}

func newPortable(c *Collector) portable {
	return portable{log: c.log, allow: &c.allow, clock: c.clock, counters: new(counters)}
}

// deliver accounts for one datagram and hands it over unless it was cut or its
// source is refused.
func (r *portable) deliver(h Handler, t *tally, payload []byte, from netip.AddrPort, cut bool) {
	t.received++
	t.bytes += uint64(len(payload))
	switch {
	case !r.allow.Load().allows(from.Addr()):
		t.refused++
	case cut:
		t.truncated++
	default:
		r.datagram.Payload = slices.Clip(payload)
		r.datagram.From = from
		h.Datagram(&r.datagram)
	}
}

// failed counts a failed read and logs now and then: a read error must never end
// a reader that could go on.
func (r *portable) failed(err error) {
	n := r.counters.readErrors.Add(1)
	if now := time.Now(); now.Sub(r.lastError) >= logFailures {
		r.lastError = now
		r.log.Warn("reading the socket failed; trying again", "address", r.addr, "error", err, "failures", n)
	}
}
