package publish

import (
	"context"
	"sync"
	"testing"

	"github.com/VictoriaMetrics/metrics"
)

// heldSink keeps what it is given until the test lets it go.
type heldSink struct {
	partitions map[Topic]int32

	mu     sync.Mutex
	blocks []*Block
}

func (*heldSink) Name() string          { return "held" }
func (*heldSink) Start() error          { return nil }
func (*heldSink) Metrics() *metrics.Set { return nil }

func (s *heldSink) Partitions(t Topic) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.partitions[t]; n > 0 {
		return n
	}
	return 1
}

func (s *heldSink) Put(blocks []*Block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocks = append(s.blocks, blocks...)
}

func (s *heldSink) Close(context.Context) error {
	s.finish(Shutdown)
	return nil
}

// take gives the blocks that were put, in order.
func (s *heldSink) take() []*Block {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.blocks
	s.blocks = nil
	return b
}

// finish gives all blocks back.
func (s *heldSink) finish(o Outcome) {
	for _, b := range s.take() {
		b.Done(o)
	}
}

// kept is a record copied out of its block.
type kept struct {
	topic      Topic
	partition  int32
	time       int64
	key, value []byte
	headers    map[string]string
}

// records copies all records put so far and acknowledges them.
func (s *heldSink) records() []kept {
	var list []kept
	for _, b := range s.take() {
		for r := range b.All() {
			k := kept{topic: b.Topic, partition: b.Partition, time: r.Time, headers: map[string]string{}}
			if r.Key != nil {
				k.key = append([]byte{}, r.Key...)
			}
			if r.Value != nil {
				k.value = append([]byte{}, r.Value...)
			}
			for _, h := range r.Headers() {
				k.headers[h.Key] = string(h.Value)
			}
			list = append(list, k)
		}
		b.Done(Acknowledged)
	}
	return list
}

// testConfig is a configuration that does not depend on the machine.
func testConfig() Config {
	c := DefaultConfig()
	c.Collector = "dc1"
	return c
}

// started gives a publisher over sinks that is closed at the end.
func started(tb testing.TB, cfg Config, sinks ...Sink) *Publisher {
	tb.Helper()
	p := New(cfg, sinks...)
	if err := p.Start(); err != nil {
		tb.Fatal(err)
	}
	return p
}

// nullSink acknowledges at once.
type nullSink struct{ heldSink }

func (*nullSink) Put(blocks []*Block) {
	for _, b := range blocks {
		b.Done(Acknowledged)
	}
}
