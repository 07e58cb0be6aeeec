package proof

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
	"spoor/publish"
)

// once wants the sample numbers of a topic to be each there at most once and in
// order within each partition, and so within each flow; it gives those that are there.
func (c *cluster) once(t *testing.T, sent uint32) (there []bool) {
	t.Helper()
	there = make([]bool, sent)
	next := make(map[int32]uint32) // by partition
	home := make(map[string]int32) // by key
	twice, early, strange := 0, 0, 0
	var m flowpb.FlowMessage
	c.read(t, "flows", func(r *kgo.Record) {
		m.Reset()
		if err := proto.Unmarshal(r.Value, &m); err != nil || m.SampleSequence >= sent {
			strange++
			return
		}
		if there[m.SampleSequence] {
			twice++
		}
		there[m.SampleSequence] = true
		if m.SampleSequence < next[r.Partition] {
			early++
		}
		next[r.Partition] = m.SampleSequence + 1
		if p, known := home[string(r.Key)]; known && p != r.Partition {
			strange++
		}
		home[string(r.Key)] = r.Partition
	})
	if twice+early+strange > 0 || len(home) != min(flows, int(sent)) {
		t.Errorf("%d records twice, %d out of order, %d strange; %d flows", twice, early, strange, len(home))
	}
	return there
}

// TestBrokersDie kills each of three brokers with -9 in turn while samples come:
// all are there in the end, once and in order.
func TestBrokersDie(t *testing.T) {
	c := realCluster(t)
	s := c.newStream(t, 4<<30, true)
	s.pass(t, 1, "records are taken")
	c.whole(t)
	for i := range c.brokers {
		s.pass(t, 1, "all three go on")
		c.kill(t, i+1)
		n, took := s.pass(t, 3, "the other two go on")
		t.Logf("broker %d is dead: %d records stored in %.1f s, %.0f a second", i+1, n, took.Seconds(), float64(n)/took.Seconds())
		s.slow.Store(true) // a small machine's broker would neither start nor catch up otherwise
		c.start(t, i+1)
		c.whole(t)
		s.slow.Store(false)
	}
	n, took := s.pass(t, 2, "all three go on")
	sent := s.halt()
	st := s.drained(t)
	t.Logf("%d records; with all three brokers %.0f a second of the %d wanted; held back for %.1f s by what the brokers took",
		sent, float64(n)/took.Seconds(), rate(t), time.Duration(s.held.Load()).Seconds())
	if st.Records != uint64(sent) || st.Acknowledged != uint64(sent) {
		t.Errorf("%d sent, ledger %+v", sent, st)
	}
	if n := c.stored(t, "flows"); n != int64(sent) {
		t.Errorf("%d records are stored, %d were sent", n, sent)
	}
	for i, yes := range c.once(t, sent) {
		if !yes {
			t.Fatalf("record %d is missing", i)
		}
	}
}

// TestOutage kills all brokers for longer than the spool can hold what comes: what
// Kafka holds afterwards and what was dropped, by reason, is what was encoded, to the record.
func TestOutage(t *testing.T) {
	c := realCluster(t)
	s := c.newStream(t, 32<<20, true)
	s.pass(t, 1, "records are taken")
	c.whole(t)
	s.patient.Store(false)
	c.down(t)
	begin := time.Now()
	await(t, "the outage is told", func() (bool, string) { ready, reason := s.sink.State(); return !ready, reason })
	away := outage(t)
	await(t, "the spool overflows, and the outage is over", func() (bool, string) {
		return time.Since(begin) >= away && s.stats().Dropped[publish.SpoolFull] > 0, s.sees()
	})
	took, sentThen, done := time.Since(begin), s.sent.Load(), s.stats().Acknowledged
	s.patient.Store(true)
	s.slow.Store(true) // the brokers come up in peace
	c.up(t)
	await(t, "records are taken again", func() (bool, string) { return s.stats().Acknowledged > done, s.sees() })
	s.slow.Store(false)
	await(t, "new records come behind the spool", func() (bool, string) { return s.sent.Load() > sentThen+uint32(rate(t)/2), s.sees() })
	sent := s.halt()
	st := s.drained(t)
	t.Logf("away for %.0f s; %d records, %d of them by its end; acknowledged %d, dropped %v", took.Seconds(), sent, sentThen, st.Acknowledged, st.Dropped)
	full := st.Dropped[publish.SpoolFull]
	if slow := st.Dropped[publish.QueueFull]; st.Records != uint64(sent) || full == 0 || full+slow != st.DroppedTotal() { // slow: the disk
		t.Errorf("%d sent, ledger %+v", sent, st)
	}
	missing := uint64(0)
	for _, yes := range c.once(t, sent) {
		if !yes {
			missing++
		}
	}
	if held := c.stored(t, "flows"); uint64(held) != st.Acknowledged || missing != st.DroppedTotal() || uint64(held)+missing != uint64(sent) {
		t.Errorf("Kafka holds %d, %d are missing; %d sent, ledger %+v", held, missing, sent, st)
	}
}
