package publish

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor/flow"
	"spoor/topology"
)

// closes checks that a ledger closes and is empty.
func closes(t *testing.T, s *Stats) {
	t.Helper()
	for i, x := range s {
		if x.Records+x.Recovered != x.Acknowledged+x.DroppedTotal()+x.Queued+x.Spooled {
			t.Errorf("%s: the ledger does not close: %+v", Topic(i), x)
		}
	}
}

// randomly gives blocks back on goroutines of its own, with random outcomes.
type randomly struct {
	heldSink
	group sync.WaitGroup
}

func (r *randomly) Put(blocks []*Block) {
	for _, b := range blocks {
		o := Outcome(rand.IntN(outcomes))
		if o == Spooled { // which only a lane says
			o = Acknowledged
		}
		r.group.Go(func() { b.Done(o) })
	}
}

func (r *randomly) Close(context.Context) error {
	r.group.Wait()
	return nil
}

// TestLedger feeds from several goroutines while blocks come back in any order.
func TestLedger(t *testing.T) {
	first, second := &randomly{}, &randomly{}
	first.partitions = map[Topic]int32{Flows: 5, Paths: 5}
	p := started(t, testConfig(), first, second)
	const workers, samples, events = 3, 3000, 500
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			e := p.Encoder()
			r := rand.New(rand.NewPCG(7, uint64(w)))
			l := randomLabels(r)
			for i := range samples {
				s := everydaySample(r)
				e.Flow(s, l)
				e.Counters(&flow.Counters{Agent: s.Agent, Received: s.Received}, l)
				if i%100 == 0 {
					e.Flush(s.Received + 1e9)
				}
			}
			e.Close()
		})
	}
	group.Go(func() {
		for i := range events {
			k := everydaySample(rand.New(rand.NewPCG(1, uint64(i)))).Packet.Key
			p.Path(&flow.Path{Key: k, ID: k.ID(), Cause: flow.PathExpired})
			p.Elephant(&flow.Elephant{Key: k, ID: k.ID(), Severity: flow.SeverityCritical})
			p.Topology(&topology.Record{ID: "x"})
		}
	})
	group.Wait()
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		s := p.lanes[i].stats()
		closes(t, s)
		for topic, n := range map[Topic]uint64{Flows: workers * samples, Counters: workers * samples, Paths: 2 * events, Elephants: events, Topology: events} {
			if s[topic].Records != n || s[topic].Queued != 0 || s[topic].QueuedBytes != 0 {
				t.Errorf("sink %d: %s: %+v, want %d records and none queued", i, topic, s[topic], n)
			}
		}
	}
	var text strings.Builder
	p.Metrics().WritePrometheus(&text)
	for _, want := range []string{
		`spoor_publish_records_total{topic="flows"} 9000`, `spoor_output_records_total{sink="held",topic="flows"} 9000`,
		`spoor_publish_dropped_records_total{topic="drops",reason="queue_full"} 0`, `spoor_publish_queued_records{topic="flows"} 0`,
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
}

// TestLedgerAtAnyMoment reads the ledger while blocks come and go: it closes each
// time, as long as there is no spool.
func TestLedgerAtAnyMoment(t *testing.T) {
	cfg := testConfig()
	cfg.QueueBytes = 1 << 20
	p := started(t, cfg, &nullSink{})
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		f := newFeeder(p)
		for range 20_000 {
			f.feed(1) // a block
		}
	}()
	for reads, over := 0, false; !over; reads++ {
		select {
		case <-fed:
			over = true
		default:
		}
		if s := p.Stats()[Flows]; s.Records != s.Acknowledged+s.DroppedTotal()+s.Queued {
			t.Errorf("read %d: %+v", reads, s)
			break
		}
	}
	<-fed
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFullQueue lets a sink hang: samples are dropped and counted, events go
// on, and alerts longest of all.
func TestFullQueue(t *testing.T) {
	sink := &heldSink{}
	cfg := testConfig()
	cfg.QueueBytes, cfg.EventBytes = 1<<20, 1<<20
	p := started(t, cfg, sink)
	e := p.Encoder()
	s := everydaySample(rand.New(rand.NewPCG(1, 1)))
	for range 20_000 {
		e.Flow(s, nil)
	}
	e.Close()
	st := p.Stats()
	closes(t, st)
	f := &st[Flows]
	if f.Records != 20_000 || f.Dropped[QueueFull] == 0 || f.Queued == 0 || f.QueuedBytes > 1<<20 {
		t.Errorf("flows: %+v", *f)
	}
	seal := func() { p.events.seal(time.Now().Add(time.Second)) }
	for i := range 300 {
		p.Path(&flow.Path{Key: s.Packet.Key, Time: int64(i + 1)})
		seal()
	}
	p.Alert(&flow.Alert{Time: 1})
	seal()
	st = p.Stats()
	if st[Paths].Dropped[QueueFull] == 0 || st[Alerts].DroppedTotal() != 0 {
		t.Errorf("paths %+v, alerts %+v", st[Paths], st[Alerts])
	}
	sink.finish(Acknowledged)
	e.Flow(s, nil)
	e.Close()
	if after := p.Stats(); after[Flows].DroppedTotal() != f.DroppedTotal() {
		t.Error("still dropping after the queue was emptied")
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	closes(t, p.Stats())
}

// TestWait makes the caller wait where nothing may be dropped.
func TestWait(t *testing.T) {
	sink := &heldSink{}
	cfg := testConfig()
	cfg.QueueBytes, cfg.Wait = 1<<20, true
	p := started(t, cfg, sink)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		e := p.Encoder()
		s := everydaySample(rand.New(rand.NewPCG(1, 1)))
		for range 20_000 {
			e.Flow(s, nil)
		}
		e.Close()
	}()
	for {
		select {
		case <-fed:
		case <-time.After(time.Millisecond):
			sink.finish(Acknowledged)
			continue
		}
		break
	}
	sink.finish(Acknowledged)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := p.Stats()[Flows]; st.Acknowledged != 20_000 {
		t.Errorf("%+v", st)
	}
}

// TestWaitSealsMoreThanFits: blocks that are sealed together and need more than
// the queue's bound go one after the other.
func TestWaitSealsMoreThanFits(t *testing.T) {
	sink := &heldSink{partitions: map[Topic]int32{Flows: 16}}
	cfg := testConfig()
	cfg.QueueBytes, cfg.Wait = 2*maxBlock, true
	p := started(t, cfg, sink)
	const n = 12_000 // some 200 KiB for each partition
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		e, r := p.Encoder(), rand.New(rand.NewPCG(1, 1))
		for range n {
			e.Flow(everydaySample(r), nil)
		}
		e.Close()
	}()
	for begin := time.Now(); ; {
		sink.finish(Acknowledged)
		select {
		case <-fed:
		case <-time.After(time.Millisecond):
			if time.Since(begin) > time.Minute {
				t.Fatalf("it waits forever: %+v", p.Stats()[Flows])
			}
			continue
		}
		break
	}
	sink.finish(Acknowledged)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := p.Stats()[Flows]; st.Acknowledged != n {
		t.Errorf("%+v", st)
	}
}

func TestTooLarge(t *testing.T) {
	cfg := testConfig()
	cfg.RecordBytes = 8 << 10
	sink := &heldSink{}
	p := started(t, cfg, sink)
	told := Acknowledged
	big := &flow.Alert{Annotations: []flow.Label{{Name: "summary", Value: strings.Repeat("x", 9000)}}}
	p.AlertAck(big, func(o Outcome) { told = o })
	var c flow.Counters
	c.Records, c.Adapters = flow.HasAdapters, make([]flow.Adapter, 5000)
	e := p.Encoder()
	e.Counters(&c, nil)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := p.Stats()
	closes(t, st)
	if told != TooLarge || st[Alerts].Dropped[TooLarge] != 1 || st[Counters].Dropped[TooLarge] != 1 {
		t.Errorf("told %s, alerts %+v, counters %+v", told, st[Alerts], st[Counters])
	}
}

func TestAcknowledgements(t *testing.T) {
	sink := &heldSink{}
	p := started(t, testConfig(), sink)
	var got []Outcome
	tell := func(o Outcome) { got = append(got, o) }
	p.ElephantAck(&flow.Elephant{Time: 1}, tell)
	p.events.seal(time.Now().Add(time.Second))
	sink.finish(Acknowledged)
	p.ElephantAck(&flow.Elephant{Time: 2}, tell)
	if err := p.Close(t.Context()); err != nil { // the sink gives up what it has
		t.Fatal(err)
	}
	p.ElephantAck(&flow.Elephant{Time: 3}, tell)
	if len(got) != 3 || got[0] != Acknowledged || got[1] != Shutdown || got[2] != Shutdown {
		t.Errorf("%v", got)
	}
	closes(t, p.Stats())
}

// TestLinger looks at when blocks are handed over: by the worker's clock those
// of samples, by the publisher's those of events.
func TestLinger(t *testing.T) {
	sink := &heldSink{}
	p := started(t, testConfig(), sink)
	e := p.Encoder()
	s := everydaySample(rand.New(rand.NewPCG(1, 1)))
	e.Flow(s, nil)
	e.Flush(s.Received + int64(Flows.Policy().Linger) - 1)
	if n := len(sink.take()); n != 0 {
		t.Errorf("%d blocks before the linger was over", n)
	}
	e.Flush(s.Received + int64(Flows.Policy().Linger))
	sink.finish(Acknowledged)
	if p.Stats()[Flows].Acknowledged != 1 {
		t.Error("not handed over after the linger")
	}
	p.Topology(&topology.Record{ID: "x"})
	eventually(t, "an event is handed over by itself", func() bool { return p.Stats()[Topology].Queued == 1 })
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestRestamp(t *testing.T) {
	sink := &heldSink{}
	cfg := testConfig()
	cfg.Restamp = true
	e := New(cfg, sink).Encoder()
	s := everydaySample(rand.New(rand.NewPCG(1, 1)))
	begin := time.Now().UnixMilli()
	for range 3 {
		e.Flow(s, nil)
		s.Received += 1e9
	}
	e.Close()
	got := sink.records()
	if last := got[2].time; last < begin || last > time.Now().UnixMilli() || got[0].time != last-2000 || got[1].time != last-1000 {
		t.Errorf("times %d %d %d, sent at %d", got[0].time, got[1].time, got[2].time, begin)
	}
}

// failing cannot be started.
type failing struct{ heldSink }

func (*failing) Start() error { return errors.New("no") }

func TestStartFails(t *testing.T) {
	if err := New(testConfig(), &heldSink{}, &failing{}).Start(); err == nil || !strings.Contains(err.Error(), "start held: no") {
		t.Errorf("%v", err)
	}
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := New(testConfig(), &heldSink{})
	done := make(chan error)
	go func() { done <- p.Run(ctx, time.Second) }()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestConfigValidate(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c = Config{Topics: c.Topics}
	c.Topics[Flows], c.Topics[Paths].Linger, c.Topics[Alerts].Partition = TopicConfig{}, -1, -2
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("%v", err)
	}
}
