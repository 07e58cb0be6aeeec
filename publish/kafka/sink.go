package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
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
	codec  int
	codecs [publish.NumTopics]int

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

// state is what State says.
type state struct {
	set   bool      // topics and leaders have been learnt
	look  error     // the keeper's last failure, until it succeeds
	send  error     // the last request's failure, until one succeeds
	since time.Time // when the present trouble began, zero if there is none
	away  bool      // it lasts, and the log has been told
	// Topics that we may not use.
	denied [publish.NumTopics]bool
}

// New makes a sink; nothing is connected before Start.
func New(cfg Config) (*Sink, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Sink{
		cfg: cfg, log: cfg.Logger, codec: codecs[cfg.Compression],
		news: make(chan news), results: make(chan *request), wake: make(chan struct{}, 1),
		wantID: make(chan struct{}, 1), wantLayout: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, t := range publish.Topics() {
		s.names[t] = cfg.Topic(t)
		s.known[t].Store(cfg.partitions(t))
		s.codecs[t] = s.codec
		if c := t.Policy().Compression; c != "" {
			s.codecs[t] = codecs[c]
		}
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

// State reports whether records are being delivered and, if not, why.
func (s *Sink) State() (ready bool, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := "kafka at " + strings.Join(s.cfg.Brokers, ",")
	switch {
	case s.state.send != nil:
		return false, fmt.Sprintf("%s: %v", at, s.state.send)
	case s.state.look != nil:
		return false, fmt.Sprintf("%s: %v", at, s.state.look)
	case len(s.deniedLocked()) > 0:
		return false, fmt.Sprintf("%s: no right to write, or to create, %s", at, strings.Join(s.deniedLocked(), ", "))
	case !s.state.set:
		return false, at + ": connecting"
	}
	return true, ""
}

// Denied gives the topics that we may not use; their records are dropped.
func (s *Sink) Denied() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deniedLocked()
}

func (s *Sink) deniedLocked() (names []string) {
	for t, yes := range s.state.denied {
		if yes {
			names = append(names, s.names[t])
		}
	}
	return names
}

// Start implements publish.Sink. It does not wait for Kafka.
func (s *Sink) Start() error {
	s.client = newGoClient(&s.cfg, s.names[:])
	ctx, cancel := context.WithCancel(context.Background())
	s.abort = cancel
	s.workers.Add(1)
	go s.keeper(ctx)
	go newLoop(s).run(ctx)
	return nil
}

// Put implements publish.Sink.
func (s *Sink) Put(blocks []*publish.Block) {
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

// note changes what State says.
// awayAfter: a trouble that lasts less, such as a broker's start, is nobody's concern.
const awayAfter = 3 * time.Second

// note changes the state, and says once when Kafka stays away and when it is back.
func (s *Sink) note(change func(*state)) {
	s.mu.Lock()
	change(&s.state)
	err := s.state.trouble()
	was := s.state.away
	switch {
	case err == nil:
		s.state.since, s.state.away = time.Time{}, false
	case s.state.since.IsZero():
		s.state.since = time.Now()
	default:
		s.state.away = was || time.Since(s.state.since) >= awayAfter
	}
	now := s.state.away
	s.mu.Unlock()
	switch {
	case now && !was:
		s.log.Warn("kafka is away: records wait until it answers", "brokers", s.cfg.Brokers, "error", err)
	case was && !now:
		s.log.Info("kafka answers again", "brokers", s.cfg.Brokers)
	}
}

// trouble gives what keeps records from being delivered, nil if nothing does.
func (st *state) trouble() error {
	if st.send != nil {
		return st.send
	}
	return st.look
}

// timer is a timer that may be set again at any time.
type timer struct{ t *time.Timer }

func newTimer() timer { return timer{time.NewTimer(time.Hour)} }

func (t timer) in(d time.Duration) <-chan time.Time {
	t.t.Reset(d)
	return t.t.C
}
