package kafka

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/flow"
	"spoor/publish"
)

// bench is a cluster to test against: the embedded one, and the real one that
// SPOOR_TEST_KAFKA names.
type bench struct {
	name    string
	brokers []string
	prefix  string         // of topics, so that runs do not meet
	fake    *kfake.Cluster // the embedded one, nil beside a real one
}

// parallel lets a test run beside others, for most of its time is waiting. A real
// cluster is left to one at a time.
func parallel(t *testing.T) {
	t.Helper()
	if os.Getenv("SPOOR_TEST_KAFKA")+os.Getenv("SPOOR_TEST_KAFKA_SASL")+os.Getenv("SPOOR_TEST_KAFKA_TLS") == "" {
		t.Parallel()
	}
}

// eachCluster runs a test against the embedded broker and, if there is one, a real one.
func eachCluster(t *testing.T, run func(t *testing.T, b bench)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		c := cluster(t, t.TempDir(), 0)
		run(t, bench{name: "embedded", brokers: c.ListenAddrs(), prefix: "sflow.", fake: c})
	})
	t.Run("real", func(t *testing.T) {
		list := os.Getenv("SPOOR_TEST_KAFKA")
		if list == "" {
			t.Skip("SPOOR_TEST_KAFKA names no broker")
		}
		run(t, bench{name: "real", brokers: strings.Split(list, ","), prefix: fmt.Sprintf("test%d.", time.Now().UnixNano())})
	})
}

// cluster starts an embedded broker; port 0 is any.
func cluster(t *testing.T, dir string, port int) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.Ports(port), kfake.DataDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (b *bench) config() Config {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.TopicPrefix = b.brokers, b.prefix
	cfg.Partitions = 8            // enough to tell them apart, and quick to create
	cfg.RequestTimeout = patience // a machine may stall: no answer is late
	return cfg
}

// publisher gives a started publisher over a Kafka sink.
func publisher(t *testing.T, cfg Config, pc publish.Config) (*publish.Publisher, *Sink) {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := publish.New(pc, s)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p, s
}

func publishConfig() publish.Config {
	c := publish.DefaultConfig()
	c.Collector = "dc1"
	return c
}

// drain closes the publisher and wants everything delivered.
func drain(t *testing.T, p *publish.Publisher) *publish.Stats {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	st := p.Stats()
	for i, s := range st {
		if s.Records+s.Recovered != s.Acknowledged+s.DroppedTotal()+s.Queued+s.Spooled || s.Queued != 0 || s.QueuedBytes != 0 {
			t.Errorf("%s: the ledger does not close: %+v", publish.Topic(i), s)
		}
	}
	return st
}

// consume reads n records of a topic from its start with franz-go.
func (b *bench) consume(t *testing.T, topic string, n int) []*kgo.Record {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.ConsumeTopics(b.prefix+topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []*kgo.Record
	for len(got) < n {
		f := c.PollFetches(ctx)
		if err := f.Err(); err != nil {
			t.Fatalf("%s: after %d of %d records: %v", topic, len(got), n, err)
		}
		got = append(got, f.Records()...)
	}
	return got
}

// count gives the number of records that a topic holds.
func (b *bench) count(t *testing.T, topic string) (n int64) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ends, err := kadm.NewClient(c).ListEndOffsets(t.Context(), b.prefix+topic)
	if err != nil {
		t.Fatal(err)
	}
	ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
	return n
}

// sample gives the flow sample number i, of one of 200 flows; each seventh is not IP.
func sample(i int) *flow.Sample {
	s := &flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), DatagramSeq: uint32(i), Sequence: uint32(i), SamplingRate: 100,
		Received: time.Now().UnixNano(), FrameLength: 1500,
	}
	s.Time = s.Received
	if i%7 != 0 {
		s.Packet.Key = flow.Key{
			Src: flow.AddrFrom4([4]byte{10, 1, 1, byte(i % 200)}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}),
			SrcPort: 40000, DstPort: 5201, Proto: flow.ProtoTCP,
		}
		s.FlowID = s.Packet.Key.ID()
	}
	return s
}

func headers(r *kgo.Record) map[string]string {
	m := make(map[string]string)
	for _, h := range r.Headers {
		m[h.Key] = string(h.Value)
	}
	return m
}

// patience is how long a test waits for what must come.
const patience = time.Minute

// await waits until ok holds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// sorted gives the keys of a set in order, for messages.
func sorted(m map[string]string) string {
	var b strings.Builder
	for _, k := range []string{"content-type", "schema", "ce_type", "ce_subject"} {
		if v, ok := m[k]; ok {
			fmt.Fprintf(&b, "%s=%s ", k, v)
		}
	}
	return b.String() + fmt.Sprint(len(maps.Clone(m)))
}
