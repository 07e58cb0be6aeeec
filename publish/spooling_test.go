package publish

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
	"spoor/publish/spool"
)

// spoolConfig is one whose memory is as small as may be.
func spoolConfig(t *testing.T) Config {
	t.Helper()
	c := testConfig()
	c.QueueBytes, c.EventBytes, c.AlertBytes = 2*maxBlock, 2*maxBlock, 2*maxBlock
	c.Spool = SpoolConfig{Dir: t.TempDir(), MaxBytes: 64 << 20, Sync: time.Second}
	return c
}

// feeder publishes flow samples that are numbered.
type feeder struct {
	e *Encoder
	r *rand.Rand
	n int
}

func newFeeder(p *Publisher) *feeder { return &feeder{e: p.Encoder(), r: rand.New(rand.NewPCG(1, 2))} }

func (f *feeder) feed(n int) {
	for range n {
		s := everydaySample(f.r)
		s.Sequence = uint32(f.n)
		f.n++
		f.e.Flow(s, nil)
		if f.n%100 == 0 {
			f.e.Close()
		}
	}
	f.e.Close()
}

// numbers reads what the records' numbers are.
func numbers(t *testing.T, list []kept) []int {
	t.Helper()
	var ns []int
	for _, k := range list {
		if k.topic == Flows {
			var m flowpb.FlowMessage
			if err := proto.Unmarshal(k.value, &m); err != nil {
				t.Fatal(err)
			}
			ns = append(ns, int(m.SampleSequence))
		}
	}
	return ns
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// inOrder checks that the numbers from 0 to n come in order, each once.
func inOrder(t *testing.T, got []int, n int) {
	t.Helper()
	if len(got) != n {
		t.Errorf("%d records, want %d", len(got), n)
	}
	for i, v := range got {
		if v != i {
			t.Fatalf("record %d has number %d", i, v)
		}
	}
}

// TestSpool fills memory and disk, is stopped and started again while nothing is
// delivered, and delivers everything in order.
func TestSpool(t *testing.T) {
	cfg := spoolConfig(t)
	sink := &heldSink{}
	p := started(t, cfg, sink)
	f := newFeeder(p)
	f.feed(20_000)
	told := make(chan Outcome, 1)
	for i := range 800 {
		var ack func(Outcome)
		if i == 799 {
			ack = func(o Outcome) { told <- o }
		}
		p.ElephantAck(&flow.Elephant{ID: uint64(i + 1), Time: 1e18}, ack)
	}
	if o := <-told; o != Spooled {
		t.Errorf("the last elephant's outcome is %s", o)
	}
	eventually(t, "most is on disk", func() bool { return p.Stats()[Flows].Spooled > 12_000 })
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := p.Stats()
	closes(t, st)
	if st[Flows].Spooled != 20_000 || st[Elephants].Spooled != 800 {
		t.Errorf("after the end: %+v", st[Flows])
	}

	sink = &heldSink{}
	p = started(t, cfg, sink)
	if on, ready, reason := p.SpoolState(); !on || !ready {
		t.Errorf("state: %s", reason)
	}
	f2 := newFeeder(p)
	f2.n = 20_000
	f2.feed(500)
	var got []kept
	eventually(t, "all is delivered", func() bool {
		got = append(got, sink.records()...)
		return p.Stats()[Flows].Acknowledged == 20_500 && p.Stats()[Elephants].Acknowledged == 800
	})
	st = p.Stats()
	closes(t, st)
	if st[Flows].Recovered != 20_000 || st[Flows].Spooled != 0 || st[Elephants].Recovered != 800 {
		t.Errorf("%+v", st[Flows])
	}
	inOrder(t, numbers(t, got), 20_500)
	// Nothing goes by way of the disk any more.
	eventually(t, "the spool is left", func() bool { f2.feed(1); got = sink.records(); return len(got) > 0 })
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names, err := filepath.Glob(filepath.Join(cfg.Spool.Dir, "*", "0*")); len(names) > 0 || err != nil {
		t.Errorf("left on disk: %v, %v", names, err)
	}
}

// TestSpoolOverflow: of an outage that is too long the oldest on disk goes, each
// record counted; the newest and what is in memory stay.
func TestSpoolOverflow(t *testing.T) {
	cfg := spoolConfig(t)
	cfg.Spool.MaxBytes = spool.MinBytes
	sink := &heldSink{}
	p := started(t, cfg, sink)
	f := newFeeder(p)
	for p.Stats()[Flows].Dropped[SpoolFull] < 10_000 {
		f.feed(5000)
		eventually(t, "the inbox is written", func() bool { s := p.Stats()[Flows]; return s.QueuedBytes < 3*maxBlock })
	}
	var got []kept
	eventually(t, "all is delivered", func() bool {
		got = append(got, sink.records()...)
		s := p.Stats()[Flows]
		return s.Spooled == 0 && s.Queued == 0
	})
	s := p.Stats()[Flows]
	closes(t, p.Stats())
	if s.DroppedTotal() != s.Dropped[SpoolFull] || s.Records != uint64(f.n) {
		t.Errorf("%+v", s)
	}
	ns, gaps := numbers(t, got), 0
	for i := 1; i < len(ns); i++ {
		if ns[i] <= ns[i-1] {
			t.Fatalf("%d after %d", ns[i], ns[i-1])
		}
		if ns[i] != ns[i-1]+1 {
			gaps++
		}
	}
	if len(ns) != f.n-int(s.Dropped[SpoolFull]) || ns[0] != 0 || ns[len(ns)-1] != f.n-1 || gaps != 1 {
		t.Errorf("%d records with %d gaps, from %d to %d of %d; %+v", len(ns), gaps, ns[0], ns[len(ns)-1], f.n, s)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestSpoolStatsAtOneMoment: a record on its way from the disk to the queue is
// never missing from the ledger.
func TestSpoolStatsAtOneMoment(t *testing.T) {
	sink := &heldSink{}
	p := started(t, spoolConfig(t), sink)
	f := newFeeder(p)
	f.feed(20_000)
	var given atomic.Int64 // counted before the sink is done with them
	emptied := make(chan struct{})
	go func() {
		defer close(emptied)
		for given.Load() < int64(f.n) {
			for _, b := range sink.take() {
				given.Add(int64(b.Records))
				b.Done(Acknowledged)
			}
		}
	}()
	for over := false; !over; {
		select {
		case <-emptied:
			over = true
		default:
		}
		s := p.Stats()[Flows]
		if there, owed := int64(s.Queued+s.Spooled), int64(f.n)-given.Load(); there < owed {
			t.Errorf("%d records queued and %d on disk, but %d are owed", s.Queued, s.Spooled, owed)
			break
		}
	}
	<-emptied
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	closes(t, p.Stats())
}

// TestSpoolStamps: a block that was attempted is sent again with its stamp by
// the next run, be it from memory or from the disk, whole or divided.
func TestSpoolStamps(t *testing.T) {
	cfg := spoolConfig(t)
	sink := &heldSink{}
	p := started(t, cfg, sink)
	f := newFeeder(p)
	f.feed(100)
	one(t, sink).attemptAndKeep(spool.Stamp{Producer: 7, Sequence: 5}) // from memory
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	sink = &heldSink{}
	p = started(t, cfg, sink)
	b := one(t, sink)
	if b.Stamp() == nil || *b.Stamp() != (spool.Stamp{Producer: 7, Sequence: 5}) {
		t.Errorf("stamp %v", b.Stamp())
	}
	b.Renounce()
	parts := b.Repartition(4)
	parts[0].Attempt(spool.Stamp{Producer: 8, Sequence: 1})
	parts[1].Done(Acknowledged)
	want := map[int32]int32{}
	for i, x := range parts {
		if i != 1 {
			want[x.Partition] = x.Records
			x.Done(Shutdown)
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	closes(t, p.Stats())

	sink = &heldSink{}
	p = started(t, cfg, sink)
	var list []*Block
	eventually(t, "the parts come back", func() bool { list = append(list, sink.take()...); return len(list) == len(want) })
	stamped := 0
	for _, x := range list {
		if x.Partitions != 4 || want[x.Partition] != x.Records {
			t.Errorf("partition %d of %d with %d records", x.Partition, x.Partitions, x.Records)
		}
		if st := x.Stamp(); st != nil {
			stamped++
			if *st != (spool.Stamp{Producer: 8, Sequence: 1}) {
				t.Errorf("stamp %v", st)
			}
		}
		x.Done(Acknowledged)
	}
	if stamped != 1 {
		t.Errorf("%d parts have a stamp", stamped)
	}
	closes(t, p.Stats())
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// one waits for a block.
func one(t *testing.T, sink *heldSink) *Block {
	t.Helper()
	var list []*Block
	eventually(t, "a block comes", func() bool { list = sink.take(); return len(list) > 0 })
	return list[0]
}

// attemptAndKeep is what a sink does that is stopped during an attempt.
func (b *Block) attemptAndKeep(st spool.Stamp) {
	b.Attempt(st)
	b.Done(Shutdown)
}

// TestSpoolUnusable: without a usable directory memory is all there is, and it
// is said why.
func TestSpoolUnusable(t *testing.T) {
	cfg := spoolConfig(t)
	cfg.Spool.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(cfg.Spool.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &heldSink{}
	p := started(t, cfg, sink)
	if on, ready, reason := p.SpoolState(); !on || ready || !strings.Contains(reason, cfg.Spool.Dir) {
		t.Errorf("on %v, ready %v: %s", on, ready, reason)
	}
	newFeeder(p).feed(20_000)
	s := p.Stats()[Flows]
	closes(t, p.Stats())
	if s.Dropped[QueueFull] == 0 || s.Spooled != 0 {
		t.Errorf("%+v", s)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := p.Stats()[Flows]; s.Dropped[Shutdown] == 0 {
		t.Errorf("%+v", s)
	}
}

// TestSpoolThatCannotBeOpened: why is said once, though there are three spools.
func TestSpoolThatCannotBeOpened(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inUse := spoolConfig(t)
	other := started(t, inUse, &heldSink{})
	defer func() {
		if err := other.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	isFile := spoolConfig(t)
	isFile.Spool.Dir = file
	for why, cfg := range map[string]Config{"not a directory": isFile, "in use": inUse} {
		p := started(t, cfg, &heldSink{})
		on, ready, reason := p.SpoolState()
		if !on || ready || strings.Count(reason, why) != 1 || strings.Contains(reason, "\n") {
			t.Errorf("%s: %v, %v: %q", why, on, ready, reason)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
