package health

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/capture"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/broker"
	"spoor/internal/doctor"
	"spoor/internal/testkit/silence"
	"spoor/publish"
	"spoor/publish/kafka"
	"spoor/topology"
	"spoor/web"
	picture "spoor/web/live"
)

// house is a collector with all its parts, a socket and a broker among them.
type house struct {
	t      *testing.T
	src    Source
	worker *pipeline.Worker
	conn   net.Conn
	sent   uint64
}

func newHouse(t *testing.T, change func(*settings.Config)) *house {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	b := broker.DefaultConfig()
	b.Dir, b.Port = t.TempDir(), 0
	kfk, err := broker.Start(b)
	must(err)
	t.Cleanup(func() { kfk.Close() })
	cfg := settings.DefaultConfig()
	cfg.Listen.Address, cfg.Listen.Workers = "127.0.0.1:0", 1
	cfg.Kafka.Brokers = []string{kfk.Addr()}
	change(&cfg)
	h := &house{t: t}
	h.src = Source{Settings: &cfg, Log: log, Status: func() web.Status { return web.Status{State: "publishing", Ready: true} }}
	h.src.Tally = func() (sum pipeline.Tally) {
		h.worker.AddTo(&sum)
		return sum
	}
	h.src.Agents, err = collector.NewAgents(cfg.Agents)
	must(err)
	h.src.Collector, err = collector.New(cfg.Listen, log, func(int) collector.Handler { return h.worker })
	must(err)
	must(h.src.Collector.Listen())
	h.src.Kafka, err = kafka.New(cfg.Kafka.Config)
	must(err)
	h.src.Publisher = publish.New(cfg.Publish, h.src.Kafka)
	h.src.Engine, err = analytics.New(cfg.Analytics, silence.Outbox{})
	must(err)
	h.worker = pipeline.NewWorker(h.src.Agents, h.src.Engine.Feed(), h.src.Publisher.Encoder(), h.src.Collector.Now, log)
	h.conn, err = net.Dial("udp", h.src.Collector.Addrs()[0].String())
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	must(h.src.Publisher.Start())
	go func() { done <- h.src.Collector.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		h.worker.Close()
		h.conn.Close()
		if err := h.src.Publisher.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) wait(what string, so func() bool) {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatal(what)
		}
	}
}

// send waits until each was read: the socket's buffer may be small.
func (h *house) send(payload []byte) {
	h.t.Helper()
	if _, err := h.conn.Write(payload); err != nil {
		h.t.Fatal(err)
	}
	h.sent++
	h.wait("not received", func() bool { return h.src.Collector.Stats().Received == h.sent })
}

// hear sends a recording of four leaves and two spines: 202 datagrams of 6 agents.
func (h *house) hear() (list [][]byte) {
	h.t.Helper()
	r, err := capture.Open([]string{"../../../testdata/captures/ovs-l3-smoke.pcap.zst"}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	var d collector.Datagram
	for r.Next(&d) == nil {
		list = append(list, append([]byte(nil), d.Payload...))
		h.send(d.Payload)
	}
	h.wait("not all was worked on", func() bool { sum := h.src.Tally(); return sum.Datagrams() == h.sent })
	h.tick()
	return list
}

// tick ends what the engine has to do until now.
func (h *house) tick() { h.src.Engine.Tick(h.src.Collector.Now()) }

// published reports whether every record was acknowledged.
func (h *house) published() bool {
	var x stateJSON
	(&State{src: &h.src}).output(&x)
	return x.Published.Records > 0 && x.Published.Acknowledged == x.Published.Records
}

// look gives the state of health as it is told.
func look(t *testing.T, s *State, silent []picture.Silent) (x stateJSON) {
	t.Helper()
	text := s.Look(silent)
	if err := json.Unmarshal(text, &x); err != nil || !bytes.Equal(s.Latest(), text) {
		t.Fatalf("%v: %s, the latest is %s", err, text, s.Latest())
	}
	return x
}

// findings gives what the doctor finds of some checks: "severity check: text". The clock's is this machine's matter.
func (h *house) findings(e *Examiner, checks ...doctor.Check) (list []string) {
	h.t.Helper()
	for _, f := range e.src.examine(h.t.Context(), e.lacks) {
		if slices.Contains(checks, f.Check) {
			list = append(list, fmt.Sprintf("%v %s: %s", f.Severity, f.Check, f.Text))
		}
	}
	return list
}

// TestLedgers: everything that came in and every record is somewhere, under the name of what became of it.
func TestLedgers(t *testing.T) {
	h := newHouse(t, func(c *settings.Config) {
		c.Agents.Allow = []netip.Prefix{netip.MustParsePrefix("10.255.0.0/30"), netip.MustParsePrefix("10.255.0.51/32"), netip.MustParsePrefix("10.255.0.52/32")}
	})
	state, examiner := New(&h.src)
	if x := look(t, state, nil); x.Received.Total != 0 || x.Agents != 0 || x.Datagrams != 0 || x.Kafka.Ack != nil || x.Detect.Link != nil || x.Silent == nil {
		t.Errorf("at the start: %+v", x)
	}
	list := h.hear()
	h.send([]byte("this is no sFlow"))
	h.send(list[len(list)-1])
	h.send(list[0][:len(list[0])-4])
	h.src.Collector.Allow([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")})
	h.send(list[0])
	h.wait("not all is in the ledgers", func() bool { sum := h.src.Tally(); return sum.Datagrams() == h.sent-1 && h.published() })
	x := look(t, state, []picture.Silent{{Switch: "leaf9"}})
	if want := (receivedJSON{Total: 206, OK: 184, Partial: 1, Rejected: 1, Agent: 18, Refused: 1, Duplicate: 1}); x.Received != want {
		t.Errorf("%+v, want %+v", x.Received, want)
	}
	if x.AgentsTotal != 5 || x.Agents != 4 || x.Flows == 0 || x.Datagrams <= 0 || x.Samples <= x.Datagrams || x.Lost.Unjudged == 0 {
		t.Errorf("%+v", x)
	}
	if p := &x.Published; p.Acknowledged != p.Records || p.Records < 700 || p.Missing != 0 || x.Kafka.Ack == nil || x.Kafka.State != "publishing" || x.Kafka.Brokers != 1 {
		t.Errorf("published %+v, %+v", p, x.Kafka)
	}
	got := h.findings(examiner, doctor.CheckRefused, doctor.CheckKafka, doctor.CheckLedger, doctor.CheckSpool)
	if want := []string{
		"note refused_datagrams: 1 datagrams were no sFlow v5",
		"note refused_datagrams: 19 datagrams came from agents or sources that are not allowed",
	}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if x := look(t, state, make([]picture.Silent, 3*maxSilent)); len(x.Silent) != maxSilent || x.Agents != 0 || x.AgentsTotal != 5 || x.Datagrams != 0 {
		t.Errorf("many are silent: %d are named, %d of %d agents are heard, %v datagrams a second", len(x.Silent), x.Agents, x.AgentsTotal, x.Datagrams)
	}
}

// TestLedgerThatLacks: what is under way at one look is not missing; what is at fifteen in turn is, and the doctor says so.
func TestLedgerThatLacks(t *testing.T) {
	h := newHouse(t, func(*settings.Config) {})
	h.hear()
	all := h.src.Tally
	h.src.Tally = func() pipeline.Tally {
		sum := all()
		sum.Outcomes[pipeline.OutcomeOK] -= 2
		return sum
	}
	state, examiner := New(&h.src)
	for i := 1; i <= windowLooks; i++ {
		x := look(t, state, nil)
		if x.Received.Total != 202 || x.Received.Missing != 2 || x.Published.Missing != 0 {
			t.Fatalf("look %d: %+v", i, x.Received)
		}
		var want []string
		if i == windowLooks {
			want = []string{"fault ledger: a ledger does not close: 2 datagrams, 0 records"}
		}
		if got := h.findings(examiner, doctor.CheckLedger); !slices.Equal(got, want) {
			t.Errorf("look %d: %q, want %q", i, got, want)
		}
	}
	h.src.Tally = all
	look(t, state, nil)
	if got := h.findings(examiner, doctor.CheckLedger); got != nil {
		t.Errorf("all came: %q", got)
	}
}

// TestFacts: what the doctor is told of agents, ports and links.
func TestFacts(t *testing.T) {
	h := newHouse(t, func(c *settings.Config) {
		c.Analytics.Topology.Speeds = []topology.Speed{{Bps: 10e9}, {Agent: flow.AddrFrom4([4]byte{10, 255, 0, 51}), IfIndex: 5102, Bps: 1e6}}
	})
	h.hear()
	now := h.src.Collector.Now()
	leaf9, peer := flow.AddrFrom4([4]byte{10, 255, 0, 9}), netip.MustParseAddr("192.0.2.1")
	for i := range uint32(11) { // heard over 1000 s, the last 100 s ago; its clock is a tenth fast
		h.src.Agents.Account(leaf9, 3, 1+2*i, 5000+110_000*i, 0, now-1100e9+int64(i)*100e9, peer)
	}
	var f doctor.Facts
	h.src.agentFacts(&f)
	var got []string
	for _, a := range f.Agents {
		drift := ""
		if a.DriftOver > 100 {
			drift = fmt.Sprintf(", gains %.3f over %.0f s, silent for %.0f hundred", a.Drift, a.DriftOver, a.Silent/100)
		}
		got = append(got, fmt.Sprintf("%s/%d %s: %d datagrams, %d lost, %d samples, %d counters, 1 in %.0f and %.0f%s", a.Switch, a.SubAgent, a.Shared, a.Datagrams, a.DatagramsLost, a.Samples, a.Counters, a.Stated, a.Effective, drift))
	}
	if d := cmp.Diff([]string{
		"10.255.0.1/0 : 47 datagrams, 0 lost, 203 samples, 19 counters, 1 in 20 and 20",
		"10.255.0.2/0 : 24 datagrams, 0 lost, 75 samples, 19 counters, 1 in 20 and 20",
		"10.255.0.3/0 : 44 datagrams, 0 lost, 178 samples, 19 counters, 1 in 20 and 20",
		"10.255.0.4/0 : 18 datagrams, 0 lost, 35 samples, 19 counters, 1 in 20 and 20",
		"10.255.0.9/3 : 11 datagrams, 10 lost, 0 samples, 0 counters, 1 in 0 and 0, gains 0.100 over 1000 s, silent for 1 hundred",
		"10.255.0.51/0 : 20 datagrams, 0 lost, 45 samples, 22 counters, 1 in 20 and 20",
		"10.255.0.52/0 : 49 datagrams, 0 lost, 225 samples, 22 counters, 1 in 20 and 20",
	}, got); d != "" {
		t.Error(d)
	}
	h.wait("the slow port is not among the facts", func() bool {
		h.tick()
		f = doctor.Facts{}
		h.src.linkFacts(&f)
		return slices.ContainsFunc(f.Ports, func(p doctor.Port) bool {
			return p.Switch == "10.255.0.51" && p.Name == "swp2" && p.IfIndex == 5102 && p.Speed == 1e6 && !p.Dark
		}) && slices.ContainsFunc(f.Links, func(l doctor.Link) bool {
			return l.Switch == "10.255.0.51" && l.Port == "swp2" && l.IfIndex == 5102 && l.Rate == 20 && l.Rated && l.Detect > 1
		})
	})
	state, _ := New(&h.src)
	x := look(t, state, nil)
	if d := &x.Detect; d.Median == nil || d.Worst == nil || *d.Median <= 0 || *d.Worst < 5**d.Median || *d.Link != "10.255.0.2:swp49--10.255.0.51:swp2" {
		t.Errorf("%+v", d)
	}
}

// TestKafkaFacts: what is wrong with the topics is asked of brokers that answer, unless they are our own; what our own broker says of itself goes before.
func TestKafkaFacts(t *testing.T) {
	h := newHouse(t, func(*settings.Config) {})
	h.hear()
	h.wait("not all is acknowledged", h.published)
	_, examiner := New(&h.src)
	f := func(want ...string) {
		t.Helper()
		if got := h.findings(examiner, doctor.CheckKafka, doctor.CheckSpool, doctor.CheckPublished); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f()
	waits := "warning spool: 5.0 MiB wait in the spool of an earlier run that this one does not use"
	h.src.Settings.Kafka.Partitions = 5
	h.src.Stranded = 5 << 20
	f(waits)
	flows := "warning topics: sflow.flows: has 64 partitions instead of 5: works as well; a change would move keys, so it is left to you"
	h.wait("nothing is said of the topic of flows", func() bool { return slices.Contains(h.findings(examiner, doctor.CheckTopics), flows) })
	h.src.Embedded = true
	own := "note kafka: the embedded broker is used: it is for evaluation, not replicated and small"
	f(waits, own)
	if got := h.findings(examiner, doctor.CheckTopics); got != nil {
		t.Errorf("of our own broker: %q", got)
	}
	h.src.Status = func() web.Status { return web.Status{State: "waiting", Reason: "no space left on device"} }
	f("fault kafka: records do not reach Kafka: no space left on device", waits, own)
	h.src.Settings.Listen.Buffer = 1 << 40
	if got := h.findings(examiner, doctor.CheckSocket); len(got) != 1 || !strings.Contains(got[0], ", not 1048576.0 MiB: a burst may be lost") {
		t.Errorf("%q", got)
	}
	h.src.Embedded, h.src.Stranded, h.src.Settings.Kafka.Brokers = false, 0, []string{"127.0.0.1:1"}
	if got := h.findings(examiner, doctor.CheckTopics); len(got) != 1 || !strings.HasPrefix(got[0], "warning topics: the topics cannot be compared: kafka at 127.0.0.1:1: ") {
		t.Errorf("%q", got)
	}
}
