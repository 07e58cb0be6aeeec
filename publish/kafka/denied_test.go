package kafka

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
	"spoor/publish"
)

// onlyFlows makes the topic of flows at a broker that answers with an error who asks for others, until may is set.
func onlyFlows(t *testing.T, k *kfake.Cluster, cfg *Config, why kafka.Error) (may *atomic.Bool) {
	t.Helper()
	c := newGoClient(cfg, nil)
	if err := c.create(t.Context(), []topicSpec{{cfg.Topic(publish.Flows), 8, 1, nil}}); err != nil {
		t.Fatal(err)
	}
	c.close()
	may = &atomic.Bool{}
	k.ControlKey(int16(kmsg.CreateTopics), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if may.Load() {
			return nil, nil, false
		}
		res := req.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, x := range req.(*kmsg.CreateTopicsRequest).Topics {
			rt := kmsg.NewCreateTopicsResponseTopic()
			rt.Topic, rt.ErrorCode = x.Topic, int16(why)
			res.Topics = append(res.Topics, rt)
		}
		return res, nil, true
	})
	return may
}

// TestMayNotCreate: topics that are missing and that we may not create are
// named, and do not keep the others waiting; once they are there all is well.
func TestMayNotCreate(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	cfg := b.config()
	may := onlyFlows(t, k, &cfg, kafka.TopicAuthorizationFailed)
	p, s := publisher(t, cfg, publishConfig())
	e := p.Encoder()
	for i := range 100 {
		e.Flow(sample(i), nil)
	}
	e.Close()
	await(t, "flows are delivered", func() bool { return p.Stats()[publish.Flows].Acknowledged == 100 })
	told := make(chan publish.Outcome, 1)
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	if o := <-told; o != publish.Rejected {
		t.Errorf("outcome %s", o)
	}
	if ready, reason := s.State(); ready || !strings.Contains(reason, "no right to write, or to create, ") || !strings.Contains(reason, "sflow.elephants") ||
		strings.Contains(reason, "sflow.flows") {
		t.Errorf("ready %v: %s", ready, reason)
	}
	may.Store(true)
	await(t, "the right is noticed", func() bool { ready, _ := s.State(); return ready })
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	if o := <-told; o != publish.Acknowledged || len(s.Denied()) > 0 {
		t.Errorf("outcome %s", o)
	}
	drain(t, p)
}

// TestDenied: who may log in and no more is told so, and nothing piles up.
func TestDenied(t *testing.T) {
	parallel(t)
	eachSecured(t, func(t *testing.T, b bench) {
		t.Helper()
		p := b.secured(t, Security{SASL: SASLConfig{Mechanism: SASLPlain, Username: "nobody", Password: "secret"}})
		p.feed(10)
		await(t, "it is told", func() bool { return strings.Contains(p.reason(), "no right to write, or to create, "+b.prefix+"flows") })
		await(t, "nothing waits", func() bool { s := p.Stats()[publish.Flows]; return s.Dropped[publish.Rejected] == 10 && s.Queued == 0 })
		drain(t, p.Publisher)
	})
}

// TestDeniedToWrite: a right that is lacking is noticed by writing, too, and
// its return by the first success.
func TestDeniedToWrite(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	var may atomic.Bool
	k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if may.Load() {
			return nil, nil, false
		}
		return refuse(req.(*kmsg.ProduceRequest), int16(kafka.TopicAuthorizationFailed)), nil, true
	})
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	p, s := publisher(t, b.config(), publishConfig())
	told := make(chan publish.Outcome, 1)
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	if o := <-told; o != publish.Rejected {
		t.Errorf("outcome %s", o)
	}
	await(t, "it is told", func() bool { return len(s.Denied()) == 1 && s.Denied()[0] == "sflow.elephants" })
	may.Store(true)
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	if o := <-told; o != publish.Acknowledged {
		t.Errorf("outcome %s", o)
	}
	await(t, "it is over", func() bool { return len(s.Denied()) == 0 })
	drain(t, p)
}

// TestTooLarge: a batch that is larger than the topic takes is halved until it
// fits; a record that is too large by itself is dropped alone.
func TestTooLarge(t *testing.T) {
	parallel(t)
	eachCluster(t, func(t *testing.T, b bench) {
		t.Helper()
		cfg := b.config()
		cfg.Compression = "none"
		c := newGoClient(&cfg, nil)
		limit := map[string]string{"max.message.bytes": "5000"}
		if err := c.create(t.Context(), []topicSpec{{cfg.Topic(publish.Flows), 1, 1, limit}, {cfg.Topic(publish.Elephants), 1, 1, map[string]string{"max.message.bytes": "500"}}}); err != nil {
			t.Fatal(err)
		}
		c.close()
		p, s := publisher(t, cfg, publishConfig())
		e := p.Encoder()
		for i := range 1000 {
			e.Flow(sample(i), nil)
		}
		e.Close()
		told := make(chan publish.Outcome, 2)
		for range 2 {
			p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
		}
		for range 2 {
			if o := <-told; o != publish.TooLarge {
				t.Errorf("outcome %s", o)
			}
		}
		st := drain(t, p)
		if st[publish.Flows].Acknowledged != 1000 || s.count.splits.Get() < 10 || s.count.renewals.Get() > 0 {
			t.Errorf("%d splits, %d renewals, %+v", s.count.splits.Get(), s.count.renewals.Get(), st[publish.Flows])
		}
		last := make(map[string]uint32)
		for _, r := range b.consume(t, "flows", 1000) {
			var m flowpb.FlowMessage
			if err := proto.Unmarshal(r.Value, &m); err != nil || m.SampleSequence < last[string(r.Key)] {
				t.Fatalf("flow %s: sample %d after %d, %v", r.Key, m.SampleSequence, last[string(r.Key)], err)
			}
			last[string(r.Key)] = m.SampleSequence
		}
		if got := b.count(t, "flows"); got != 1000 {
			t.Errorf("%d records", got)
		}
	})
}
