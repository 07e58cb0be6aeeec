package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/flow"
	"spoor/topology"
)

// Publisher brings records to its sinks. Encoders feed it with samples, the
// engine with events.
type Publisher struct {
	cfg    Config
	lanes  []*lane
	pool   *pool
	rates  *rateTable
	events *events
	set    *metrics.Set
	wake   chan struct{} // events were opened
	stop   chan struct{}
	done   chan struct{}

	spoolErr atomic.Pointer[error] // why there is no spool
}

// New makes a publisher. The first sink is the primary: its ledger is
// spoor_publish_*. Without a sink everything is encoded for nobody.
func New(cfg Config, sinks ...Sink) *Publisher {
	p := &Publisher{
		cfg: cfg, set: metrics.NewSet(), wake: make(chan struct{}, 1),
		stop: make(chan struct{}), done: make(chan struct{}),
		pool: &pool{limit: cfg.QueueBytes},
	}
	cleaned := string(appendClean(nil, cfg.Collector))
	p.cfg.Collector = cleaned
	p.rates = newRateTable(cfg.RatePorts, p.set)
	for i, s := range sinks {
		l := newLane(s, p.pool, nil, &p.cfg)
		l.books = newBooks(p.set, s.Name(), i == 0, l.sum)
		if i == 0 {
			l.spoolMetrics(p.set)
		}
		p.lanes = append(p.lanes, l)
	}
	p.events = newEvents(p)
	return p
}

// Metrics gives the publisher's series; the sinks have their own.
func (p *Publisher) Metrics() *metrics.Set { return p.set }

// Stats gives the primary sink's ledger.
func (p *Publisher) Stats() *Stats {
	if len(p.lanes) == 0 {
		return new(Stats)
	}
	return p.lanes[0].stats()
}

// Start opens the spool, starts the sinks and the clock that closes open blocks
// of events. A spool that cannot be opened is told by SpoolState and not used.
func (p *Publisher) Start() error {
	if p.cfg.Spool.on() && len(p.lanes) > 0 {
		if err := p.lanes[0].openSpools(&p.cfg.Spool); err != nil {
			p.spoolErr.Store(&err)
		}
	}
	for i, l := range p.lanes {
		if err := l.sink.Start(); err != nil {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			for _, s := range slices.Backward(p.lanes[:i]) {
				_ = s.sink.Close(ctx) // nothing was put yet
			}
			return errors.Join(fmt.Errorf("start %s: %w", l.sink.Name(), err), p.lanes[0].closeSpools())
		}
	}
	for _, l := range p.lanes {
		l.startSpools()
	}
	go p.loop()
	return nil
}

// Close seals what is open, lets the sinks drain until ctx ends and spools what
// is left; without a spool it counts as dropped. Encoders must be closed before.
func (p *Publisher) Close(ctx context.Context) error {
	close(p.stop)
	<-p.done
	p.events.close()
	var errs []error
	for _, l := range p.lanes {
		l.stopSpools()
		if err := l.sink.Close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", l.sink.Name(), err))
		}
		l.close()
		errs = append(errs, l.closeSpools())
	}
	return errors.Join(errs...)
}

// Run starts, waits for ctx to end and closes with the deadline given.
func (p *Publisher) Run(ctx context.Context, drain time.Duration) error {
	if err := p.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	return p.Close(end)
}

// trimEvery is how often unused buffers are let go.
const trimEvery = 30 * time.Second

// loop closes open blocks of events when their linger is over.
func (p *Publisher) loop() {
	defer close(p.done)
	linger := time.NewTimer(trimEvery)
	defer linger.Stop()
	trim := time.NewTicker(trimEvery)
	defer trim.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-p.wake:
		case <-linger.C:
		case <-trim.C:
			p.pool.trim()
			continue
		}
		linger.Reset(p.events.seal(time.Now()))
	}
}

// Path publishes what is known of a flow's path; after an expired one follows
// a tombstone. With Elephant and Topology it is the engine's outbox.
func (p *Publisher) Path(m *flow.Path) { p.events.path(m) }

// Elephant publishes a step of an elephant's life.
func (p *Publisher) Elephant(m *flow.Elephant) { p.events.elephant(m, nil) }

// ElephantAck is Elephant; ack is called once with what became of the message
// at the primary sink, from a goroutine of the sink, which it must not block.
func (p *Publisher) ElephantAck(m *flow.Elephant, ack func(Outcome)) { p.events.elephant(m, ack) }

// Topology publishes the present state of a link, a host or a silent switch.
func (p *Publisher) Topology(m *topology.Record) { p.events.topology(m) }

// Alert publishes a step of an alert's life.
func (p *Publisher) Alert(m *flow.Alert) { p.events.alert(m, nil) }

// AlertAck is Alert; ack is as ElephantAck's.
func (p *Publisher) AlertAck(m *flow.Alert, ack func(Outcome)) { p.events.alert(m, ack) }
