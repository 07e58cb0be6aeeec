package kafka

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"spoor/flow"
	"spoor/internal/testkit/certificate"
	"spoor/internal/testkit/output"
	"spoor/internal/testkit/port"
	"spoor/publish"
)

// metric gives a series of the sink as /metrics shows it.
func metric(s *Sink, name string) string {
	var out bytes.Buffer
	s.Metrics().WritePrometheus(&out)
	_, rest, _ := strings.Cut(out.String(), "\n"+name+" ")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// TestVersion: brokers that do not speak our version are named in the state, in a
// metric and once in the log; records wait.
func TestVersion(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	var mended atomic.Bool
	k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if mended.Load() {
			return nil, nil, false
		}
		return refuse(req.(*kmsg.ProduceRequest), int16(kafka.UnsupportedVersion)), nil, true
	})
	var log output.Buffer
	cfg := b.config()
	cfg.Logger = log.Logger()
	p, s := publisher(t, cfg, publishConfig())
	feedFlows(p, 10)
	await(t, "it is told", func() bool { ready, reason := s.State(); return !ready && strings.Contains(reason, "[35]") })
	await(t, "it is logged", func() bool { return log.Count("does not take us as we are set up") > 0 })
	if v := metric(s, `spoor_kafka_problem{problem="version"}`); v != "1" || log.Count("does not take us") != 1 {
		t.Errorf("metric %q, logged %d times", v, log.Count("does not take us"))
	}
	if v := metric(s, `spoor_kafka_retries_total{cause="Unsupported Version"}`); v == "" || v == "0" {
		t.Errorf("retries %q", v)
	}
	mended.Store(true)
	if st := drain(t, p); st[publish.Flows].Acknowledged != 10 {
		t.Errorf("%+v", st[publish.Flows])
	}
	if v := metric(s, `spoor_kafka_problem{problem="version"}`); v != "0" {
		t.Errorf("metric %q", v)
	}
}

// TestBrokerAway: one broker of three that does not answer is told of as one,
// however long the others have nothing to answer.
func TestBrokerAway(t *testing.T) {
	parallel(t)
	k, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	var dead atomic.Int32
	dead.Store(-1)
	k.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if k.CurrentNode() != dead.Load() {
			return nil, nil, false
		}
		return nil, errors.New("dead"), true
	})
	var log output.Buffer
	cfg := b.config()
	cfg.Logger = log.Logger()
	p, s := publisher(t, cfg, publishConfig())
	await(t, "it is ready", func() bool { ready, _ := s.State(); return ready })
	for i := range cfg.Partitions { // no broker leads all
		if err := k.MoveTopicPartition(cfg.Topic(publish.Flows), i, i%3); err != nil {
			t.Fatal(err)
		}
	}
	feedFlows(p, 1000)
	await(t, "all brokers have answered", func() bool { return p.Stats()[publish.Flows].Acknowledged == 1000 })
	dead.Store(2)
	feedFlows(p, 1000)
	await(t, "it is logged", func() bool { return log.Count("a broker is away") > 0 })
	await(t, "it is named", func() bool { ready, reason := s.State(); return !ready && strings.Contains(reason, "broker 2: ") })
	dead.Store(-1)
	await(t, "its return is logged", func() bool { return log.Count("all brokers answer again") > 0 })
	if st := drain(t, p); st[publish.Flows].Acknowledged != 2000 {
		t.Errorf("%+v", st[publish.Flows])
	}
	if log.Count("kafka is away") != 0 || log.Count("kafka answers") != 0 {
		t.Errorf("log: %s", log.String())
	}
}

// TestNoLeader: a partition that nobody leads is told of while others go on.
func TestNoLeader(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Brokers = []string{"127.0.0.1:1"}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := newLoop(s)
	learn := func(leader int32) {
		n := news{layout: make(layout)}
		for _, t := range publish.Topics() {
			n.layout[s.names[t]] = []int32{1, 1}
		}
		n.layout["sflow.flows"][1] = leader
		l.learn(n)
	}
	learn(-1)
	if ready, reason := s.State(); ready || !strings.HasSuffix(reason, ": partition 1 of sflow.flows has no leader") {
		t.Errorf("%v %q", ready, reason)
	}
	if s.state.send != nil {
		t.Errorf("all are away: %v", s.state.send)
	}
	learn(2)
	if ready, reason := s.State(); !ready {
		t.Error(reason)
	}
}

// TestCannotCreate: a topic that brokers will not create for us keeps only its own
// records waiting, is named, and all goes on once it is there.
func TestCannotCreate(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	cfg := b.config()
	may := onlyFlows(t, k, &cfg, kafka.InvalidReplicationFactor)
	var log output.Buffer
	cfg.Logger = log.Logger()
	p, s := publisher(t, cfg, publishConfig())
	feedFlows(p, 100)
	await(t, "flows are delivered", func() bool { return p.Stats()[publish.Flows].Acknowledged == 100 })
	if ready, reason := s.State(); ready || !strings.Contains(reason, "create topic sflow.") || !s.has(problemTopic) {
		t.Errorf("ready %v: %s", ready, reason)
	}
	if n := log.Count("is missing and cannot be created"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if st := p.Stats()[publish.Elephants]; st.DroppedTotal() != 0 {
		t.Errorf("%+v", st)
	}
	may.Store(true)
	await(t, "all is well", func() bool { ready, reason := s.State(); return ready && reason == "" })
	if st := drain(t, p); st[publish.Elephants].Acknowledged != 1 {
		t.Errorf("%+v", st[publish.Elephants])
	}
}

// TestTooLargeIsTold: a record that is too large is dropped, and that is told for
// a while although all else is delivered.
func TestTooLargeIsTold(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		for _, x := range req.(*kmsg.ProduceRequest).Topics {
			if x.Topic == "sflow.elephants" {
				return refuse(req.(*kmsg.ProduceRequest), int16(kafka.MessageSizeTooLarge)), nil, true
			}
		}
		return nil, nil, false
	})
	var log output.Buffer
	cfg := b.config()
	cfg.Logger = log.Logger()
	p, s := publisher(t, cfg, publishConfig())
	told := make(chan publish.Outcome, 1)
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	if o := <-told; o != publish.TooLarge {
		t.Errorf("outcome %s", o)
	}
	if ready, reason := s.State(); !ready || !strings.Contains(reason, "sflow.elephants") || !strings.Contains(reason, "too large") || !s.has(problemTooLarge) {
		t.Errorf("ready %v: %s", ready, reason)
	}
	p.ElephantAck(&flow.Elephant{ID: 1, Time: 1e18}, func(o publish.Outcome) { told <- o })
	<-told
	if n := log.Count("too large: it is dropped"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	drain(t, p)
}

// TestRejectedIsToldOnce: records that brokers refuse are all counted, and the log
// tells of the first alone.
func TestRejectedIsToldOnce(t *testing.T) {
	parallel(t)
	k := cluster(t, t.TempDir(), 0)
	b := bench{name: "embedded", brokers: k.ListenAddrs(), prefix: "sflow."}
	k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		return refuse(req.(*kmsg.ProduceRequest), int16(kafka.InvalidRecord)), nil, true
	})
	var log output.Buffer
	cfg := b.config()
	cfg.Logger = log.Logger()
	p, s := publisher(t, cfg, publishConfig())
	for i := range 3 {
		told := make(chan publish.Outcome, 1)
		p.ElephantAck(&flow.Elephant{ID: uint64(i + 1), Time: 1e18}, func(o publish.Outcome) { told <- o })
		if o := <-told; o != publish.Rejected {
			t.Errorf("outcome %s", o)
		}
	}
	if n := log.Count("kafka rejects records"); n != 1 || !s.has(problemRejected) {
		t.Errorf("logged %d times", n)
	}
	if st := drain(t, p)[publish.Elephants]; st.Dropped[publish.Rejected] != 3 {
		t.Errorf("%+v", st)
	}
}

// TestProblems: what people must mend is told by its kind.
func TestProblems(t *testing.T) {
	there := cluster(t, t.TempDir(), 0).ListenAddrs()
	ca := write(t, filepath.Join(t.TempDir(), "ca.pem"), string(certificate.Authority(t, nil).Text))
	for problem, c := range map[problem]struct {
		brokers []string
		sec     Security
	}{
		problemTLS:            {there, Security{TLS: TLSConfig{Enabled: true, CAFile: ca}}},
		problemAuthentication: {there, Security{SASL: SASLConfig{Mechanism: SASLPlain, Username: "spoor", Password: "geheim"}}},
		problemUnreachable:    {[]string{port.Held(t)}, Security{}},
	} {
		t.Run(string(problem), func(t *testing.T) {
			parallel(t)
			b := bench{name: "embedded", brokers: c.brokers, prefix: "sflow."}
			var log output.Buffer
			cfg := b.config()
			cfg.Security, cfg.Logger = c.sec, log.Logger()
			p, s := publisher(t, cfg, publishConfig())
			await(t, "it is told", func() bool { return s.has(problem) })
			says := "problem=" + string(problem)
			if problem == problemUnreachable {
				says = "kafka is away"
			}
			await(t, "it is logged", func() bool { return log.Count(says) == 1 })
			if log.Count("geheim") > 0 {
				t.Error("the secret is logged")
			}
			if err := p.Close(expired(t)); err != nil {
				t.Error(err)
			}
		})
	}
}
