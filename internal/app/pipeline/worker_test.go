package pipeline

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/capture"
	"spoor/decode"
	"spoor/flow"
	"spoor/publish"
)

// testCapture is a recording of hsflowd agents in a 2 x 4 fabric.
const testCapture = "../../../testdata/captures/hsflowd-smoke.pcap.zst"

// load reads all datagrams of a recording.
func load(tb testing.TB, path string) (list []collector.Datagram) {
	tb.Helper()
	r, err := capture.Open([]string{path}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	var d collector.Datagram
	for r.Next(&d) == nil {
		c := d
		c.Payload = append([]byte(nil), d.Payload...)
		list = append(list, c)
	}
	return list
}

// recorder is a feed that keeps what it is given.
type recorder struct {
	samples  []flow.Sample
	counters int
	discards int
	boots    []int64 // ns between restarts and their first datagrams
}

func (r *recorder) Take(s *flow.Sample, _ *flow.Labels)             { r.samples = append(r.samples, *s) }
func (r *recorder) Counters(*flow.Counters)                         { r.counters++ }
func (*recorder) Describe(*flow.Sample, *flow.Labels)               {}
func (*recorder) DescribeCounters(_ *flow.Counters, _ *flow.Labels) {}
func (r *recorder) Discard(*flow.Discard)                           { r.discards++ }
func (r *recorder) Restarted(_ flow.Addr, boot, now int64)          { r.boots = append(r.boots, now-boot) }
func (*recorder) PathOf(*flow.Key) []string                         { return nil }
func (*recorder) Flush()                                            {}

func testWorker(tb testing.TB, f Feed, agents collector.AgentsConfig) *Worker {
	tb.Helper()
	a, err := collector.NewAgents(agents)
	if err != nil {
		tb.Fatal(err)
	}
	return NewWorker(a, f, publish.New(publish.DefaultConfig()).Encoder(), func() int64 { return 0 }, slog.New(slog.DiscardHandler))
}

func TestWorkerCompletesSamples(t *testing.T) {
	rec := &recorder{}
	w := testWorker(t, rec, collector.DefaultAgentsConfig())
	var last int64
	for _, d := range load(t, testCapture) {
		before := len(rec.samples)
		w.Datagram(&d)
		w.Flush()
		for i, s := range rec.samples[before:] {
			switch {
			case s.Received != d.Received, s.NotBefore > s.Received, s.NotBefore < s.Received-1e9:
				t.Fatalf("received %d, not before %d, datagram of %d", s.Received, s.NotBefore, d.Received)
			case s.Time > s.Received, s.Time < s.Received-3e9:
				t.Fatalf("time %d is out of the gap before %d", s.Time, s.Received)
			case s.Timestamp == 0 && i > 0 && s.Time <= rec.samples[before+i-1].Time:
				t.Fatalf("samples of one datagram do not follow each other")
			case s.FlowID != s.Packet.Key.ID(), s.Exchange != s.Packet.Key.Exchange():
				t.Fatal("wrong hash")
			case s.EffectiveRate < s.SamplingRate:
				t.Fatalf("effective rate %d below %d", s.EffectiveRate, s.SamplingRate)
			}
		}
		last = d.Received
	}
	if len(rec.samples) != 1039 || rec.counters != 91 || last == 0 {
		t.Errorf("%d samples, %d counters", len(rec.samples), rec.counters)
	}
}

// TestLedger: every datagram ends in exactly one outcome, whatever it holds.
func TestLedger(t *testing.T) {
	cfg := collector.DefaultAgentsConfig()
	cfg.Allow = []netip.Prefix{netip.MustParsePrefix("10.255.0.0/24")}
	w := testWorker(t, &recorder{}, cfg)
	list := load(t, testCapture)
	var sent uint64
	send := func(payload []byte) {
		w.Datagram(&collector.Datagram{Payload: payload, From: netip.MustParseAddrPort("127.0.0.1:1"), Received: list[0].Received})
		sent++
	}
	for range 2 { // the second time everything looks like a restart
		for i := range list {
			send(list[i].Payload)
			send(list[i].Payload)
		}
	}
	for i := range list { // cut everywhere
		send(list[i].Payload[:len(list[i].Payload)*i/len(list)])
	}
	other := append([]byte(nil), list[0].Payload...)
	other[8] = 192 // the agent's address
	send(other)
	hostile, err := filepath.Glob("../../../decode/testdata/hostile/*.bin")
	if err != nil || len(hostile) < 90 {
		t.Fatalf("%d hostile datagrams, %v", len(hostile), err)
	}
	for _, path := range hostile {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		send(b)
	}
	w.Flush()
	var sum Tally
	w.AddTo(&sum)
	if sum.Datagrams() != sent {
		t.Errorf("%d datagrams, %d outcomes", sent, sum.Datagrams())
	}
	for name, n := range map[string]uint64{
		"ok": sum.Outcomes[OutcomeOK], "partial": sum.Outcomes[OutcomePartial], "refused": sum.Outcomes[OutcomeRefusedAgent],
		"duplicate": sum.Outcomes[OutcomeDuplicate], "short": sum.Rejected[decode.ReasonShort],
	} {
		if n == 0 {
			t.Errorf("no datagram ended as %s: the test proves nothing of it", name)
		}
	}
}

// nowhere is a feed that takes nothing: the analytics have tests of their own.
type nowhere struct{ recorder }

func (*nowhere) Take(*flow.Sample, *flow.Labels) {}

// TestWorkerDoesNotAllocate covers decoding, accounting and encoding together.
func TestWorkerDoesNotAllocate(t *testing.T) {
	list := load(t, "../../../testdata/captures/hsflowd-elephants.pcap.zst")
	w := testWorker(t, &nowhere{}, collector.DefaultAgentsConfig())
	i := 0
	run := func() {
		for range 32 {
			w.Datagram(&list[i])
			if i++; i == len(list) {
				i = 0
			}
		}
		w.Flush()
	}
	for range 2 * len(list) / 32 {
		run()
	}
	if n := testing.AllocsPerRun(50, run); n > 0 {
		t.Errorf("%v allocations in 32 datagrams", n)
	}
}

// BenchmarkWorker is a datagram's whole way but for sockets and sinks, with the
// engine ticking at its pace in the recording's time.
func BenchmarkWorker(b *testing.B) {
	list := load(b, "../../../testdata/captures/hsflowd-elephants.pcap.zst")
	e, err := analytics.New(analytics.DefaultConfig(), publish.New(publish.DefaultConfig()))
	if err != nil {
		b.Fatal(err)
	}
	w := testWorker(b, e.Feed(), collector.DefaultAgentsConfig())
	var bytes int
	for i := range list {
		bytes += len(list[i].Payload)
	}
	length := list[len(list)-1].Received - list[0].Received + 1e9
	b.SetBytes(int64(bytes / len(list)))
	b.ReportAllocs()
	i, next := 0, list[0].Received
	for b.Loop() {
		if list[i].Received >= next {
			w.Flush()
			e.Tick(next)
			next += analytics.TickEvery
		}
		w.Datagram(&list[i])
		list[i].Received += length
		if i++; i == len(list) {
			i = 0
		}
	}
	w.Flush()
	var sum Tally
	w.AddTo(&sum)
	if n := sum.Decode.Samples[decode.KindFlow][decode.Decoded]; n > 0 {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
	}
}
