package publish

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// books is a lane's ledger (docs/interfaces.md, section 4, ledger 2). The primary
// lane's series are spoor_publish_*, those of further lanes spoor_output_* with
// the sink's name.
type books struct {
	topic [topics]topicBooks
	ack   *metrics.PrometheusHistogram

	ackMean atomic.Uint64 // bits of a float64: seconds, the latest blocks weigh most; 0 none yet
}

// ackWeight is that of the latest block in the mean.
const ackWeight = 0.1

type topicBooks struct {
	records      *metrics.Counter
	acknowledged *metrics.Counter
	recovered    *metrics.Counter
	dropped      [outcomes]*metrics.Counter // [Acknowledged] and [Spooled] are nil
	bytes        [outcomes]*metrics.Counter // of records, by what became of them; [Spooled] is nil
	last         atomic.Int64               // Unix ns of the last acknowledgement, 0 = none yet
}

// ackBuckets are the upper bounds of spoor_publish_ack_seconds.
var ackBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// newBooks makes a lane's series; sum is asked for them at each scrape.
func newBooks(set *metrics.Set, sink string, primary bool, sum func(Topic) blockSum) *books {
	prefix, label := "spoor_publish_", ""
	if !primary {
		prefix, label = "spoor_output_", fmt.Sprintf("sink=%q,", sink)
	}
	b := &books{}
	for _, t := range Topics() {
		l := fmt.Sprintf("{%stopic=%q", label, t)
		tb := &b.topic[t]
		tb.bytes[Acknowledged] = set.NewCounter(fmt.Sprintf("%sbytes_total%s,outcome=%q}", prefix, l, Acknowledged))
		tb.records = set.NewCounter(prefix + "records_total" + l + "}")
		tb.acknowledged = set.NewCounter(prefix + "acknowledged_records_total" + l + "}")
		for o := QueueFull; o < outcomes; o++ {
			tb.dropped[o] = set.NewCounter(fmt.Sprintf("%sdropped_records_total%s,reason=%q}", prefix, l, o))
			tb.bytes[o] = set.NewCounter(fmt.Sprintf("%sbytes_total%s,outcome=%q}", prefix, l, o))
		}
		if tb.recovered = new(metrics.Counter); primary {
			tb.recovered = set.NewCounter(prefix + "recovered_records_total" + l + "}")
			set.NewGauge(prefix+"spooled_records"+l+"}", func() float64 { return float64(sum(t).spooled) })
		}
		set.NewGauge(prefix+"queued_records"+l+"}", func() float64 { return float64(sum(t).records) })
		set.NewGauge(prefix+"queued_bytes"+l+"}", func() float64 { return float64(sum(t).bytes) })
		set.NewGauge(prefix+"queue_age_seconds"+l+"}", func() float64 { return sum(t).age().Seconds() })
		set.NewGauge(prefix+"last_success_timestamp_seconds"+l+"}", func() float64 { return float64(tb.last.Load()) / 1e9 })
	}
	if primary {
		b.ack = set.NewPrometheusHistogramExt("spoor_publish_ack_seconds", ackBuckets)
	}
	return b
}

// endLocked counts a block's outcome.
func (b *books) endLocked(x *Block, o Outcome) {
	tb := &b.topic[x.Topic]
	if o == Spooled {
		return // its life goes on
	}
	tb.bytes[o].Add(len(x.buf) - Headroom)
	if o != Acknowledged {
		tb.dropped[o].Add(int(x.Records))
		return
	}
	tb.acknowledged.Add(int(x.Records))
	now := time.Now()
	tb.last.Store(now.UnixNano())
	if b.ack != nil {
		b.ackedLocked(now.Sub(x.sealed).Seconds())
	}
}

// ackedLocked notes how long a block took.
func (b *books) ackedLocked(seconds float64) {
	b.ack.Update(seconds)
	if mean := math.Float64frombits(b.ackMean.Load()); mean > 0 {
		seconds = mean + ackWeight*(seconds-mean)
	}
	b.ackMean.Store(math.Float64bits(seconds))
}

// AckTime gives how long the primary sink took of late to acknowledge a block, in
// seconds from when it was sealed; 0: none yet.
func (p *Publisher) AckTime() float64 {
	if len(p.lanes) == 0 {
		return 0
	}
	return math.Float64frombits(p.lanes[0].books.ackMean.Load())
}

// TopicStats is the ledger of one topic: Records + Recovered = Acknowledged +
// the sum of Dropped + Queued + Spooled at any moment, but that a record which is
// being written to the spool is both queued and spooled.
type TopicStats struct {
	Records      uint64
	Recovered    uint64 // found in the spool at the start
	Acknowledged uint64
	Dropped      [outcomes]uint64 // by Outcome; [Acknowledged] and [Spooled] are 0
	Queued       uint64
	Spooled      uint64 // on disk
	QueuedBytes  uint64
}

// DroppedTotal gives the sum over the reasons.
func (s *TopicStats) DroppedTotal() uint64 {
	var n uint64
	for _, d := range s.Dropped {
		n += d
	}
	return n
}

// Why names the reasons of the drops with the records of each: "queue_full 3, shutdown 12".
func (s *TopicStats) Why() string {
	var why []string
	for o, n := range s.Dropped {
		if n > 0 {
			why = append(why, fmt.Sprintf("%v %d", Outcome(o), n))
		}
	}
	return strings.Join(why, ", ")
}

// Stats is the ledger of a sink, by Topic.
type Stats [topics]TopicStats

// stats reads the lane's ledger.
func (l *lane) stats() *Stats {
	var s Stats
	for t := range s {
		l.mu.Lock()
		tb, q := &l.books.topic[t], l.sumLocked(Topic(t))
		s[t] = TopicStats{
			Records: tb.records.Get(), Acknowledged: tb.acknowledged.Get(),
			Recovered: tb.recovered.Get(), Spooled: uint64(q.spooled), Queued: uint64(q.records), QueuedBytes: uint64(q.bytes),
		}
		for o := QueueFull; o < outcomes; o++ {
			s[t].Dropped[o] = tb.dropped[o].Get()
		}
		l.mu.Unlock()
	}
	return &s
}
