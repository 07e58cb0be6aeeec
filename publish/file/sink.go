package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"spoor/publish"
)

// Sink writes blocks to files. It implements publish.Sink.
type Sink struct {
	dir     string // where the files are: in replay a sibling of the final place
	final   string // replay: where they shall be
	replay  bool
	claimed *os.File // replay: dir, by which others see that it is in use; nil where they cannot
	files   map[publish.Topic]*topicFile
	convert *converter

	set     *metrics.Set
	written *metrics.Counter
	rotated *metrics.Counter
	failed  *metrics.Counter

	mu     sync.Mutex
	wake   sync.Cond
	queue  []*publish.Block
	closed bool
	err    error // the first one
	done   chan struct{}
}

func newSink() *Sink {
	s := &Sink{
		files: make(map[publish.Topic]*topicFile), convert: newConverter(), set: metrics.NewSet(), done: make(chan struct{}),
	}
	s.wake.L = &s.mu
	s.written = s.set.NewCounter("spoor_output_written_bytes_total")
	s.rotated = s.set.NewCounter("spoor_output_rotations_total")
	s.failed = s.set.NewCounter("spoor_output_errors_total")
	return s
}

// Name implements publish.Sink.
func (*Sink) Name() string { return "file" }

// Partitions implements publish.Sink: one, so that the order of a topic is that
// in which its records were made.
func (*Sink) Partitions(publish.Topic) int32 { return 1 }

// Metrics implements publish.Sink.
func (s *Sink) Metrics() *metrics.Set { return s.set }

// Start implements publish.Sink.
func (s *Sink) Start() error {
	go s.run()
	return nil
}

// Put implements publish.Sink.
func (s *Sink) Put(blocks []*publish.Block) {
	s.mu.Lock()
	if !s.closed {
		s.queue = append(s.queue, blocks...)
		s.wake.Signal()
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	for _, b := range blocks {
		b.Done(publish.Shutdown)
	}
}

// Err gives the first error in writing, nil while all is well.
func (s *Sink) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close implements publish.Sink: what was put is written out; ctx is not
// needed for that. It gives the first error in writing.
func (s *Sink) Close(context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.wake.Signal()
	s.mu.Unlock()
	<-s.done
	errs := []error{s.Err()}
	for _, t := range publish.Topics() {
		if err := s.files[t].close(s.replay); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// run writes what is put, all that waits at once.
func (s *Sink) run() {
	defer close(s.done)
	var batch []*publish.Block
	for {
		s.mu.Lock()
		for len(s.queue) == 0 && !s.closed {
			s.wake.Wait()
		}
		batch, s.queue = s.queue, batch[:0]
		over := s.closed && len(batch) == 0
		s.mu.Unlock()
		if over {
			return
		}
		for _, b := range batch {
			b.Done(s.write(b))
		}
		clear(batch)
	}
}

// write brings a block into its topic's file, all of it or nothing.
func (s *Sink) write(b *publish.Block) publish.Outcome {
	if s.replay && s.Err() != nil {
		return publish.Failed // the result is lost already
	}
	f := s.files[b.Topic]
	err := f.fill(s.convert, b)
	if err == nil {
		err = f.flush(s)
	}
	if err == nil {
		return publish.Acknowledged
	}
	s.failed.Inc()
	s.mu.Lock()
	if s.err == nil {
		s.err = fmt.Errorf("write %s: %w", b.Topic, err)
	}
	s.mu.Unlock()
	return publish.Failed
}
