package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

// payloadSize holds any UDP payload: 65,535 less the headers over IPv4 and IPv6.
const payloadSize = 65535

// Collector listens on one UDP address with one socket per worker.
type Collector struct {
	cfg     Config
	workers int
	log     *slog.Logger
	handler func(worker int) Handler
	allow   atomic.Pointer[allowList] // read by all readers
	clock   *clock
	size    int // bytes a buffer holds

	mu       sync.Mutex // guards the fields below; the readers themselves are the workers'
	readers  []*reader
	addrs    []netip.AddrPort
	running  bool
	finished bool
}

// New makes a collector; it opens nothing. handler is called once per worker,
// from Run, with numbers from 0 to Workers()-1.
func New(cfg Config, log *slog.Logger, handler func(worker int) Handler) (*Collector, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Allow = slices.Clone(cfg.Allow)
	c := &Collector{cfg: cfg, workers: cfg.workers(), log: log, handler: handler, clock: newClock(), size: payloadSize}
	c.Allow(cfg.Allow)
	return c, nil
}

// Allow replaces Config.Allow, valid prefixes, from the next datagram on. It is
// safe for concurrent use.
func (c *Collector) Allow(prefixes []netip.Prefix) {
	list := newAllowList(prefixes)
	c.allow.Store(&list)
}

// Workers gives the number of workers, and so of handlers.
func (c *Collector) Workers() int { return c.workers }

// Now gives the time in Unix nanoseconds by the clock behind Datagram.Received: what is compared
// with that must use it. It is safe for concurrent use.
func (c *Collector) Now() int64 { return c.clock.Now() }

// Listen binds the sockets; datagrams queue in them from then on. Run calls it
// if nobody did. The error is one line that says what to do.
func (c *Collector) Listen() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listenLocked()
}

func (c *Collector) listenLocked() error {
	if c.finished {
		return errors.New("collector: closed")
	}
	if c.readers != nil {
		return nil
	}
	readers, err := openReaders(c)
	if err != nil {
		return err
	}
	c.readers = readers
	c.addrs = []netip.AddrPort{readers[0].addr}
	c.reportBuffer()
	if !readers[0].dropsKnown {
		c.log.Info("the system does not tell how many datagrams it drops", "address", readers[0].addr)
	}
	return nil
}

// reportBuffer warns once if the system granted less than was asked for.
func (c *Collector) reportBuffer() {
	granted := c.readers[0].granted
	if c.cfg.Buffer == 0 || granted == 0 || granted >= c.cfg.Buffer {
		return
	}
	c.log.Warn("socket buffer capped by the system: bursts may be lost",
		"asked", c.cfg.Buffer, "granted", granted, "remedy", BufferRemedy(c.cfg.Buffer))
}

// BufferRemedy tells how to let the system grant a socket buffer of so many bytes.
func BufferRemedy(bytes int) string { return fmt.Sprintf(bufferRemedy, bytes) }

// Run receives until ctx ends or a socket breaks, and closes the sockets. It can
// be called once. The close protocol is in the package's documentation.
func (c *Collector) Run(ctx context.Context) error {
	readers, err := c.start()
	if err != nil {
		return err
	}
	restore := reserveProcessors(len(readers))
	defer restore()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		for _, r := range readers {
			r.stop()
		}
	})
	defer stop()

	errs := make([]error, len(readers), len(readers)+1)
	var wg sync.WaitGroup
	for i, r := range readers {
		h := c.handler(i)
		wg.Go(func() {
			if errs[i] = r.run(h); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(append(errs, c.closeLocked())...)
}

// start binds if nobody did, and hands the readers to Run.
func (c *Collector) start() ([]*reader, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return nil, errors.New("collector: Run was called twice")
	}
	if err := c.listenLocked(); err != nil {
		return nil, err
	}
	c.running = true
	return c.readers, nil
}

// Close releases the sockets of a collector that listens but whose Run was never
// called; Run does it by itself. To stop a running collector, end its context:
// Close leaves its sockets alone.
func (c *Collector) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return nil
	}
	return c.closeLocked()
}

func (c *Collector) closeLocked() error {
	if c.finished {
		return nil
	}
	c.finished = true
	errs := make([]error, 0, len(c.readers))
	for _, r := range c.readers {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

// Addrs gives the bound addresses, with the port that the system chose for port
// 0; nil before Listen. An unspecified IPv6 address stands for IPv4 as well
// unless Config.Address names IPv4.
func (c *Collector) Addrs() []netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.addrs)
}

// Stats sums the workers' counters. It is safe for concurrent use.
func (c *Collector) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Stats{Workers: c.workers}
	for i, r := range c.readers {
		r.counters.addTo(&s)
		s.KernelDropsKnown = r.dropsKnown
		if i == 0 || r.granted < s.Buffer {
			s.Buffer = r.granted
		}
	}
	return s
}
