package publish

import (
	"strings"
	"testing"
	"time"

	"spoor/flow"
)

// TestPriorities: a flood of paths fills its own queue and spool, and costs no
// elephant or alert; samples never cost either.
func TestPriorities(t *testing.T) {
	cfg := spoolConfig(t)
	cfg.Spool.MaxBytes = 32 << 20 // paths have 4 MiB of it
	sink := &heldSink{}
	p := started(t, cfg, sink)
	for i := range 300 {
		p.Elephant(&flow.Elephant{ID: uint64(i + 1), Time: 1e18})
		p.Alert(&flow.Alert{Time: 1e18, Flows: []uint64{uint64(i + 1)}})
	}
	hops := make([]flow.Hop, 60)
	for i := range hops {
		hops[i] = flow.Hop{Switch: strings.Repeat(string(rune('a'+i%26)), 50), In: uint32(i), Out: uint32(i)}
	}
	for i := 0; p.Stats()[Paths].DroppedTotal() == 0; i++ {
		p.Path(&flow.Path{Key: flow.Key{SrcPort: uint16(i), DstPort: uint16(i >> 16)}, ID: uint64(i) * 0x9e3779b97f4a7c15, Time: int64(i + 1), Hops: hops})
	}
	if st := p.Stats(); st[Elephants].DroppedTotal()+st[Alerts].DroppedTotal() > 0 {
		t.Errorf("elephants %+v, alerts %+v", st[Elephants], st[Alerts])
	}
	stop := deliverAll(sink)
	eventually(t, "all is delivered", func() bool {
		st := p.Stats()
		return st[Elephants].Acknowledged == 300 && st[Alerts].Acknowledged == 300 && st[Paths].Queued+st[Paths].Spooled == 0
	})
	stop()
	if err := p.Close(t.Context()); err != nil { // the last path may be sealed meanwhile
		t.Fatal(err)
	}
	closes(t, p.Stats())
}

// deliverAll acknowledges what is put until it is stopped.
func deliverAll(sink *heldSink) (stop func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-over:
				return
			default:
				sink.finish(Acknowledged)
				time.Sleep(time.Millisecond)
			}
		}
	}()
	return func() { close(over); <-done }
}

// TestMemoryOnly: what memory cannot hold of such a topic is dropped; nothing of
// it is on disk, also not at the end.
func TestMemoryOnly(t *testing.T) {
	cfg := spoolConfig(t)
	cfg.Topics[Flows].Memory = true
	sink := &heldSink{}
	p := started(t, cfg, sink)
	f := newFeeder(p)
	f.feed(20_000)
	st := p.Stats()[Flows]
	if st.Spooled != 0 || st.Dropped[QueueFull] == 0 || st.Queued == 0 {
		t.Errorf("%+v", st)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	st = p.Stats()[Flows]
	if st.Spooled != 0 || st.Dropped[Shutdown] == 0 || st.Queued != 0 {
		t.Errorf("%+v", st)
	}
	closes(t, p.Stats())
}

// TestMemoryOnlyLater: what an earlier run left on disk goes first.
func TestMemoryOnlyLater(t *testing.T) {
	cfg := spoolConfig(t)
	p := started(t, cfg, &heldSink{})
	newFeeder(p).feed(5000)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg.Topics[Flows].Memory = true
	sink := &heldSink{}
	p = started(t, cfg, sink)
	f := newFeeder(p)
	f.n = 5000
	f.feed(100)
	stop := deliverAll(sink)
	eventually(t, "all is delivered", func() bool { return p.Stats()[Flows].Acknowledged == 5100 })
	stop()
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	closes(t, p.Stats())
}

// TestPartitionOfTopic: all records of a topic go to the one partition that is
// configured, also after the number of partitions changed.
func TestPartitionOfTopic(t *testing.T) {
	cfg := testConfig()
	cfg.Topics[Flows].Partition, cfg.Topics[Elephants].Partition = 6, 2
	sink := &heldSink{partitions: map[Topic]int32{Flows: 4, Elephants: 4}}
	p := started(t, cfg, sink)
	newFeeder(p).feed(500)
	for i := range 50 {
		p.Elephant(&flow.Elephant{ID: uint64(i), Time: 1e18})
	}
	p.events.close()
	for _, b := range sink.take() {
		if b.Partition != 2 {
			t.Fatalf("%s is in partition %d", b.Topic, b.Partition)
		}
		if b.Topic == Flows {
			for _, nb := range b.Repartition(5) {
				if nb.Partition != 1 {
					t.Fatalf("anew in partition %d", nb.Partition)
				}
				nb.Done(Acknowledged)
			}
			continue
		}
		b.Done(Acknowledged)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBlockBytes bounds the blocks of a topic.
func TestBlockBytes(t *testing.T) {
	cfg := testConfig()
	cfg.Topics[Flows].BlockBytes = 16 << 10
	sink := &heldSink{}
	p := started(t, cfg, sink)
	newFeeder(p).feed(1000)
	blocks := sink.take()
	for _, b := range blocks {
		if len(b.Bytes()) > 16<<10 {
			t.Errorf("a block of %d bytes", len(b.Bytes()))
		}
		b.Done(Acknowledged)
	}
	if len(blocks) < 5 {
		t.Errorf("%d blocks", len(blocks))
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBooks: bytes by outcome, the age of what waits, the last success and the
// outcome of each alert are to be read.
func TestBooks(t *testing.T) {
	sink := &heldSink{}
	p := started(t, testConfig(), sink)
	newFeeder(p).feed(10)
	p.Elephant(&flow.Elephant{ID: 1, Time: 1e18})
	p.events.seal(time.Now().Add(time.Second))
	eventually(t, "something waits", func() bool { return p.lanes[0].sum(Flows).age() > 0 })
	if age := p.lanes[0].sum(Paths).age(); age != 0 {
		t.Errorf("nothing waits, and that for %v", age)
	}
	var bytes int
	for _, b := range sink.take() {
		if b.Topic == Flows {
			bytes += len(b.Payload())
		}
		b.Done(Acknowledged)
	}
	p.Elephant(&flow.Elephant{ID: 1, Time: 1e18})
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	p.Metrics().WritePrometheus(&out)
	for _, want := range []string{
		`spoor_publish_queue_age_seconds{topic="flows"} 0` + "\n",
		`spoor_publish_bytes_total{topic="elephants",outcome="shutdown"} `,
		`spoor_alert_messages_total{topic="elephants",outcome="acknowledged"} 1` + "\n",
		`spoor_alert_messages_total{topic="elephants",outcome="shutdown"} 1` + "\n",
		`spoor_alert_messages_total{topic="alerts",outcome="acknowledged"} 0` + "\n",
		"spoor_alert_ack_seconds_count 1\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not there", want)
		}
	}
	b := &p.lanes[0].books.topic[Flows]
	if got := b.bytes[Acknowledged].Get(); got != uint64(bytes) {
		t.Errorf("%d bytes, want %d", got, bytes)
	}
	if since := time.Since(time.Unix(0, b.last.Load())); since < 0 || since > time.Minute {
		t.Errorf("the last success was %v ago", since)
	}
	if p.lanes[0].books.topic[Paths].last.Load() != 0 {
		t.Error("a success of nothing")
	}
}

// TestWhy: drops are told by their reasons.
func TestWhy(t *testing.T) {
	var s TopicStats
	if s.Why() != "" {
		t.Errorf("of nothing: %q", s.Why())
	}
	s.Dropped[Shutdown], s.Dropped[QueueFull] = 12, 3
	if want := "queue_full 3, shutdown 12"; s.Why() != want {
		t.Errorf("%q, want %q", s.Why(), want)
	}
}
