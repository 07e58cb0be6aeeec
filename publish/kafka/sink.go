package kafka

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/publish"
)

// Sink publishes blocks to Kafka. It implements publish.Sink.
type Sink struct {
	cfg    Config
	client client
	log    *slog.Logger
	count  *counters
	names  [publish.NumTopics]string
	codecs [publish.NumTopics]int

	framings [publish.NumTopics]publish.Framing
	asIs     [publish.NumTopics]bool         // neither framed nor compressed
	schemas  [publish.NumTopics]atomic.Int64 // ids in the registry, or unknownID

	known      [publish.NumTopics]atomic.Int32 // partitions of each topic
	idempotent atomic.Bool

	news       chan news
	results    chan *request
	wake       chan struct{}
	wantID     chan struct{}
	wantLayout chan struct{}
	closing    chan struct{}
	abort      context.CancelFunc // of everything under way
	workers    sync.WaitGroup
	done       chan struct{} // run has ended

	mu     sync.Mutex
	inbox  []*publish.Block
	closed bool
	state  state
}

// New makes a sink; nothing is connected before Start.
func New(cfg Config) (*Sink, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Sink{
		cfg: cfg, log: cfg.Logger,
		news: make(chan news), results: make(chan *request), wake: make(chan struct{}, 1),
		wantID: make(chan struct{}, 1), wantLayout: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, t := range publish.Topics() {
		s.names[t] = cfg.Topic(t)
		s.known[t].Store(cfg.partitions(t))
		s.codecs[t] = codecs[cmp.Or(cfg.Topics[t].Compression, cfg.Compression)]
		s.framings[t] = cfg.framing(t)
		s.asIs[t] = s.codecs[t] == codecNone && s.framings[t] == publish.FramingPlain
		s.schemas[t].Store(unknownID)
	}
	s.count = newCounters(s)
	return s, nil
}

// Name implements publish.Sink.
func (*Sink) Name() string { return "kafka" }

// Metrics implements publish.Sink.
func (s *Sink) Metrics() *metrics.Set { return s.count.set }

// Partitions implements publish.Sink: those of the cluster's topic once it is
// known, before that those that we would create.
func (s *Sink) Partitions(t publish.Topic) int32 { return s.known[t].Load() }

// Start implements publish.Sink. It does not wait for Kafka.
func (s *Sink) Start() error {
	s.client = newGoClient(&s.cfg, s.names[:])
	ctx, cancel := context.WithCancel(context.Background())
	s.abort = cancel
	s.workers.Add(1)
	go s.keeper(ctx)
	if s.cfg.confluent() {
		s.loadIDs()
		s.workers.Add(1)
		go s.registrar(ctx)
	}
	go newLoop(s).run(ctx)
	return nil
}

// Put implements publish.Sink.
func (s *Sink) Put(blocks []*publish.Block) {
	for _, b := range blocks {
		s.sum(b) // checksum.go: here, while who wrote it still has it near
	}
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.inbox = append(s.inbox, blocks...)
	}
	s.mu.Unlock()
	if closed {
		for _, b := range blocks {
			b.Done(publish.Shutdown)
		}
		return
	}
	poke(s.wake)
}

// Close implements publish.Sink. Closing again, or without Start, does nothing.
func (s *Sink) Close(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if s.abort == nil {
		return nil
	}
	if !again {
		close(s.closing)
	}
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	s.abort()
	<-s.done // at once: what is under way is cut off
	s.workers.Wait()
	s.client.close()
	return nil
}

// poke leaves a message that something is to be done.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// timer is a timer that may be set again at any time.
type timer struct{ t *time.Timer }

func newTimer() timer { return timer{time.NewTimer(time.Hour)} }

func (t timer) in(d time.Duration) <-chan time.Time {
	t.t.Reset(d)
	return t.t.C
}
