package forward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// maxTargets bounds what one datagram is multiplied to.
const maxTargets = 16

// Config says where datagrams go.
type Config struct {
	Targets []string // host:port; a host's name is looked up at the start and each five minutes
}

// Validate reports the first target that cannot be one.
func (c *Config) Validate() error {
	if len(c.Targets) > maxTargets {
		return fmt.Errorf("forward: %d targets: at most %d", len(c.Targets), maxTargets)
	}
	var errs []error
	for i, t := range c.Targets {
		host, port, err := net.SplitHostPort(t)
		if n, e := strconv.ParseUint(port, 10, 16); err != nil || host == "" || e != nil || n == 0 {
			errs = append(errs, fmt.Errorf("forward: %q is no host:port such as collector2:6343", t))
		} else if slices.Contains(c.Targets[:i], t) {
			errs = append(errs, fmt.Errorf("forward: %q is given twice", t))
		}
	}
	return errors.Join(errs...)
}

// Stats are what became of the datagrams for one target.
type Stats struct {
	Target    string
	Sent      uint64 // handed to the system; whether they arrive is not known
	QueueFull uint64 // dropped: the target's queue was full
	Failed    uint64 // dropped: the system refused them, or the name is unknown
}

// Forwarder sends datagrams to its targets.
type Forwarder struct {
	targets []*target
	free    sync.Pool // of *batch
}

// target is one other collector. Its goroutine owns everything but the counters.
type target struct {
	name  string
	log   *slog.Logger
	self  func(netip.AddrPort) bool
	queue chan *batch
	free  *sync.Pool

	sent, full, failed atomic.Uint64
}

// queueBatches bounds what waits for a target, in batches of at most batchBytes.
const queueBatches = 256

// New makes a forwarder; it opens nothing. self tells whether an address is one
// at which we listen: what goes there would come back without end. The logger
// should be a throttled one.
func New(cfg Config, log *slog.Logger, self func(netip.AddrPort) bool) (*Forwarder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Forwarder{}
	f.free.New = func() any { return newBatch() }
	for _, name := range cfg.Targets {
		f.targets = append(f.targets, &target{name: name, log: log, self: self, queue: make(chan *batch, queueBatches), free: &f.free})
	}
	return f, nil
}

// Run sends until ctx ends, then what is queued. The senders must be quiet by the
// time it returns; what they add later is never sent.
func (f *Forwarder) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, t := range f.targets {
		wg.Go(func() { t.run(ctx) })
	}
	<-ctx.Done() // without targets too
	wg.Wait()
	return nil
}

// Stats gives the counters of each target. It is safe for concurrent use.
func (f *Forwarder) Stats() []Stats {
	list := make([]Stats, len(f.targets))
	for i, t := range f.targets {
		list[i] = Stats{Target: t.name, Sent: t.sent.Load(), QueueFull: t.full.Load(), Failed: t.failed.Load()}
	}
	return list
}

// Times of a target.
const (
	lookupEvery  = 5 * time.Minute  // a name's address is looked up again
	lookupAgain  = 10 * time.Second // after a failure
	lookupWithin = 5 * time.Second
)

// errSelf is a target at which we listen ourselves.
var errSelf = errors.New("this is where we listen: datagrams would come back without end")

// run is the life of the target's goroutine.
func (t *target) run(ctx context.Context) {
	var out *outlet
	var due time.Time
	defer func() { out.close() }()
	for {
		if now := time.Now(); !now.Before(due) {
			next, err := t.open(ctx)
			due = now.Add(lookupEvery)
			if err != nil {
				t.log.Warn("datagrams are not forwarded", "target", t.name, "error", err)
				due = now.Add(lookupAgain)
			}
			if next != nil || errors.Is(err, errSelf) { // else go on with the address that was good
				out.close()
				out = next
			}
		}
		select {
		case b := <-t.queue:
			t.send(out, b)
		case <-ctx.Done():
			for {
				select {
				case b := <-t.queue:
					t.send(out, b)
				default:
					return
				}
			}
		}
	}
}

// open looks the target up and connects to it.
func (t *target) open(ctx context.Context) (*outlet, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp", t.name)
	if err != nil {
		return nil, err
	}
	conn := c.(*net.UDPConn)                          //nolint:forcetypeassert // what "udp" gives
	to := conn.RemoteAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // as above
	if t.self(netip.AddrPortFrom(to.Addr().Unmap(), to.Port())) {
		return nil, errors.Join(errSelf, conn.Close())
	}
	return newOutlet(conn), nil
}

// send sends a batch and gives it back. A refusal (nobody listens there, say) is
// of the datagrams before: these are tried all the same.
func (t *target) send(out *outlet, b *batch) {
	defer b.release(t.free)
	if out == nil {
		t.failed.Add(uint64(len(b.ends)))
		return
	}
	sent, err := out.send(b)
	t.sent.Add(uint64(sent))
	t.failed.Add(uint64(len(b.ends) - sent))
	if err != nil {
		t.log.Warn("forwarded datagrams were refused", "target", t.name, "error", err)
	}
}
