package kafka

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"spoor/flow"
	"spoor/internal/testkit/port"
	"spoor/publish"
)

// away gives a cluster that is not there yet: its folder and its port.
func away(t *testing.T) (b bench, dir string, number int) {
	t.Helper()
	number = port.Number(t)
	return bench{name: "embedded", brokers: []string{"127.0.0.1:" + strconv.Itoa(number)}, prefix: "sflow."}, t.TempDir(), number
}

// TestOutage stops the broker under load and starts it again on its data: each
// record arrives once and in order.
func TestOutage(t *testing.T) {
	parallel(t)
	b, dir, number := away(t)
	c := cluster(t, dir, number)
	p, s := publisher(t, b.config(), publishConfig())
	e := p.Encoder()
	n := 0
	feed := func(records int) {
		for range records {
			e.Flow(sample(n), nil)
			n++
		}
		e.Close()
	}
	feed(5000)
	await(t, "the first records are acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 5000 })
	c.Close()
	for range 20 {
		feed(500)
	}
	await(t, "the outage is noticed", func() bool { ready, _ := s.State(); return !ready })
	if _, reason := s.State(); !strings.Contains(reason, b.brokers[0]) {
		t.Errorf("reason %q", reason)
	}
	cluster(t, dir, number)
	feed(1000)
	await(t, "all is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == uint64(n) })
	await(t, "it is ready again", func() bool { ready, _ := s.State(); return ready })
	drain(t, p)
	checkFlows(t, b.consume(t, "flows", n), n)
	if got := b.count(t, "flows"); got != int64(n) {
		t.Errorf("%d records, want %d", got, n)
	}
	if s.count.retry(errNoAnswer).Get() == 0 {
		t.Error("no retries were needed: the outage was none")
	}
}

// TestStartWithoutKafka starts while nobody listens.
func TestStartWithoutKafka(t *testing.T) {
	parallel(t)
	b, dir, number := away(t)
	p, s := publisher(t, b.config(), publishConfig())
	e := p.Encoder()
	for i := range 100 {
		e.Flow(sample(i), nil)
	}
	e.Close()
	await(t, "the reason is known", func() bool { _, reason := s.State(); return strings.Contains(reason, "refused") })
	cluster(t, dir, number)
	await(t, "all is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 100 })
	drain(t, p)
	checkFlows(t, b.consume(t, "flows", 100), 100)
}

// TestCloseWithoutKafka gives up at the deadline and counts what is lost.
func TestCloseWithoutKafka(t *testing.T) {
	parallel(t)
	b := bench{name: "none", brokers: []string{port.Held(t)}, prefix: "sflow."}
	p, _ := publisher(t, b.config(), publishConfig())
	e := p.Encoder()
	for i := range 100 {
		e.Flow(sample(i), nil)
	}
	e.Close()
	told := make(chan publish.Outcome, 1)
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	st := p.Stats()[publish.Flows]
	if st.Dropped[publish.Shutdown] != 100 || st.Records != 100 || st.Queued != 0 {
		t.Errorf("%+v", st)
	}
	if o := <-told; o != publish.Shutdown {
		t.Errorf("the elephant's outcome is %s", o)
	}
	e.Flow(sample(1), nil)
	e.Close()
	if st := p.Stats()[publish.Flows]; st.Records != 101 || st.Dropped[publish.Shutdown] != 101 {
		t.Errorf("after the end: %+v", st)
	}
}

// TestAnswers makes the broker answer with errors and looks at what becomes of the batch.
func TestAnswers(t *testing.T) {
	parallel(t)
	for _, c := range []struct {
		code    kafka.Error
		times   int
		outcome publish.Outcome
		stored  int
		renewed bool
	}{
		{kafka.NotLeaderForPartition, 2, publish.Acknowledged, 1, false},
		{kafka.Unknown, 3, publish.Acknowledged, 1, false},
		{kafka.DuplicateSequenceNumber, 1, publish.Acknowledged, 0, true}, // which was a lie: the next one leaves a gap
		{kafka.OutOfOrderSequenceNumber, 1, publish.Acknowledged, 1, true},
		{kafka.UnknownProducerId, 1, publish.Acknowledged, 1, true},
		{kafka.MessageSizeTooLarge, 1, publish.TooLarge, 0, false},
		{kafka.TopicAuthorizationFailed, 1, publish.Rejected, 0, false},
		{kafka.InvalidMessage, 2, publish.Acknowledged, 1, false},
		{kafka.InvalidMessage, maxCorrupt, publish.Rejected, 0, true}, // an earlier attempt may have been stored
	} {
		t.Run(c.code.Title()+"/"+strconv.Itoa(c.times), func(t *testing.T) {
			k := cluster(t, t.TempDir(), 0)
			left := c.times
			k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
				if left == 0 {
					return nil, nil, false
				}
				left--
				k.KeepControl()
				return refuse(req.(*kmsg.ProduceRequest), int16(c.code)), nil, true
			})
			b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
			p, s := publisher(t, b.config(), publishConfig())
			told := make(chan publish.Outcome, 2)
			p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
			if o := <-told; o != c.outcome {
				t.Errorf("outcome %s, want %s", o, c.outcome)
			}
			p.ElephantAck(&flow.Elephant{ID: 1, Time: 2e18}, func(o publish.Outcome) { told <- o })
			if o := <-told; o != publish.Acknowledged {
				t.Errorf("the next record: %s", o)
			}
			drain(t, p)
			if got := s.count.renewals.Get() > 0; got != c.renewed {
				t.Errorf("a new producer id: %v, want %v", got, c.renewed)
			}
			if got := b.count(t, "elephants"); got != int64(c.stored+1) {
				t.Errorf("%d records are stored, want %d", got, c.stored+1)
			}
		})
	}
}

// refuse answers each batch of a request with an error.
func refuse(req *kmsg.ProduceRequest, code int16) kmsg.Response {
	res := req.ResponseKind().(*kmsg.ProduceResponse)
	for _, t := range req.Topics {
		rt := kmsg.NewProduceResponseTopic()
		rt.Topic, rt.TopicID = t.Topic, t.TopicID
		for _, p := range t.Partitions {
			rp := kmsg.NewProduceResponseTopicPartition()
			rp.Partition, rp.ErrorCode = p.Partition, code
			rt.Partitions = append(rt.Partitions, rp)
		}
		res.Topics = append(res.Topics, rt)
	}
	return res
}

// TestNoProducerID publishes at least once where the cluster gives no producer id.
func TestNoProducerID(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	k.ControlKey(int16(kmsg.InitProducerID), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		res := req.ResponseKind().(*kmsg.InitProducerIDResponse)
		res.ErrorCode = int16(kafka.ClusterAuthorizationFailed)
		return res, nil, true
	})
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	p, s := publisher(t, b.config(), publishConfig())
	e := p.Encoder()
	for i := range 100 {
		e.Flow(sample(i), nil)
	}
	e.Close()
	if st := drain(t, p); st[publish.Flows].Acknowledged != 100 || s.idempotent.Load() {
		t.Errorf("%+v, idempotent %v", st[publish.Flows], s.idempotent.Load())
	}
	checkFlows(t, b.consume(t, "flows", 100), 100)
}

// TestExistingTopics uses topics as they are: with another number of partitions
// than we would have made, even for what was queued before it was known.
func TestExistingTopics(t *testing.T) {
	parallel(t)
	eachCluster(t, func(t *testing.T, b bench) {
		t.Helper()
		cfg := b.config()
		c := newGoClient(&cfg, nil)
		if err := c.create(t.Context(), []topicSpec{{cfg.Topic(publish.Flows), 3, 1, nil}}); err != nil {
			t.Fatal(err)
		}
		c.close()
		cfg.Partitions = 64
		p, s := publisher(t, cfg, publishConfig())
		e := p.Encoder()
		for i := range 500 {
			e.Flow(sample(i), nil)
		}
		e.Close()
		await(t, "the first half is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 500 })
		for i := range 500 {
			e.Flow(sample(500+i), nil)
		}
		e.Close()
		if n := s.Partitions(publish.Flows); n != 3 {
			t.Errorf("%d partitions", n)
		}
		drain(t, p)
		java := kgo.StickyKeyPartitioner(nil).ForTopic("flows")
		for _, r := range b.consume(t, "flows", 1000) {
			if r.Key != nil && int(r.Partition) != java.Partition(&kgo.Record{Key: r.Key}, 3) {
				t.Fatalf("key %s in partition %d of 3", r.Key, r.Partition)
			}
		}
	})
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	good.Brokers = []string{"localhost:9092"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no Kafka brokers": func(c *Config) { c.Brokers = nil }, "compression": func(c *Config) { c.Compression = "zip" },
		"acks": func(c *Config) { c.Acks = "none" }, "positive": func(c *Config) { c.InFlight = 0 },
	} {
		c := good
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := New(c); err == nil {
			t.Errorf("%s: made a sink", name)
		}
	}
}

func TestPause(t *testing.T) {
	for tries := range 40 {
		if d := pause(tries); d < minPause/2 || d > maxPause {
			t.Errorf("attempt %d: %v", tries, d)
		}
	}
}

func TestJudgeNetwork(t *testing.T) {
	if v := judge(errors.New("connection refused"), 100); v != again {
		t.Errorf("verdict %d", v)
	}
}
