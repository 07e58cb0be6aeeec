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
	// seconds' worth of records must be acknowledged from now on.
	pass := func(seconds float64, what string) {
		t.Helper()
		goal := s.stats().Acknowledged + uint64(seconds*float64(rate(t)))
		await(t, 3*time.Minute, what, func() bool { return s.stats().Acknowledged >= goal })
	}
	pass(2, "records are taken")
	c.whole(t)
	for i := range members {
		begin, first := time.Now(), s.sent.Load()
		pass(1, "all three go on")
		c.kill(t, i+1)
		killed := time.Now()
		pass(3, "the other two go on")
		t.Logf("broker %d: %.0f records/s around its death, %.1f s for 3 s' worth after it", i+1, float64(s.sent.Load()-first)/time.Since(begin).Seconds(), time.Since(killed).Seconds())
		s.slow.Store(true) // a small machine's broker would neither start nor catch up otherwise
		c.start(t, i+1)
		c.whole(t)
		s.slow.Store(false)
	}
	pass(1, "all three go on")
	sent := s.halt()
	st := s.drained(t)
	t.Logf("%d records; held back for %.1f s, for want of a faster machine", sent, time.Duration(s.held.Load()).Seconds())
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
	s := c.newStream(t, 64<<20, false)
	await(t, 3*time.Minute, "records are taken", func() bool { return s.stats().Acknowledged > uint64(rate(t)) })
	c.whole(t)
	c.down(t)
	begin := time.Now()
	await(t, 2*time.Minute, "the outage is told", func() bool { ready, _ := s.sink.State(); return !ready })
	away := outage(t)
	await(t, 2*away+3*time.Minute, "the spool overflows, and the outage is over", func() bool {
		return time.Since(begin) >= away && s.stats().Dropped[publish.SpoolFull] > 0
	})
	took := time.Since(begin)
	c.up(t)
	sentThen, done := s.sent.Load(), s.stats().Acknowledged
	await(t, 2*time.Minute, "records are taken again", func() bool { return s.stats().Acknowledged > done })
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
