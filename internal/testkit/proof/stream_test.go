package proof

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"spoor/flow"
	"spoor/publish"
	"spoor/publish/kafka"
)

// rate is how many records a second are published: SPOOR_TEST_RATE, else 100,000.
func rate(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SPOOR_TEST_RATE")
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		t.Fatalf("SPOOR_TEST_RATE=%s is no rate", text)
	}
	return n
}

// stream publishes flow samples, numbered from 0 in the field sample_sequence, at
// a steady rate, as one worker of the program would.
type stream struct {
	pub  *publish.Publisher
	sink *kafka.Sink
	sent atomic.Uint32
	// patient holds samples back while the brokers are too slow.
	patient atomic.Bool
	held    atomic.Int64 // how long samples were held back so, ns
	slow    atomic.Bool  // a tenth of the rate for now, and next to nothing waits
	stop    chan struct{}
	done    chan struct{}
}

// How many bytes may wait in memory before a patient stream holds samples back: at
// first three quarters of the queue, so that nothing depends on how fast the disk is.
// Brokers that are too slow for the rate are no reason to lose any, and one that
// starts needs the machine for itself.
const (
	highWater = 48 << 20
	lowWater  = 4 << 20
)

// waits reports whether samples are held back now.
func (s *stream) waits() bool {
	limit := uint64(highWater)
	if s.slow.Load() {
		limit = lowWater
	}
	return s.patient.Load() && s.stats().QueuedBytes > limit
}

// newStream starts a publisher with its spool, and the samples.
func (c *cluster) newStream(t *testing.T, spool int64, patient bool) *stream {
	t.Helper()
	kc := kafka.DefaultConfig()
	kc.Brokers, kc.TopicPrefix = c.brokers, c.prefix
	kc.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	sink, err := kafka.New(kc)
	if err != nil {
		t.Fatal(err)
	}
	pc := publish.DefaultConfig()
	pc.Collector, pc.Spool.Dir, pc.Spool.MaxBytes = "proof", t.TempDir(), spool
	s := &stream{pub: publish.New(pc, sink), sink: sink, stop: make(chan struct{}), done: make(chan struct{})}
	s.patient.Store(patient)
	if err := s.pub.Start(); err != nil {
		t.Fatal(err)
	}
	go s.run(rate(t))
	t.Cleanup(s.end)
	return s
}

// flows is how many flows there are.
const flows = 5000

// run is the worker: each millisecond, what is due by now.
func (s *stream) run(rate int) {
	defer close(s.done)
	e := s.pub.Encoder()
	defer e.Close()
	x := flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), SamplingRate: 1000, EffectiveRate: 1000, SourceIndex: 101, FrameLength: 1500,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 101}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 150},
		Direction: flow.Ingress, HeaderProtocol: 1, Stripped: 4, HeaderLength: 128,
	}
	x.Packet.EtherType, x.Packet.TTL, x.Packet.TCPFlags, x.Packet.PayloadLength = 0x800, 63, 0x10, 1448
	x.Packet.SrcMAC, x.Packet.DstMAC = 0x525400000001, 0x525400000002
	l := &flow.Labels{In: &flow.Names{Switch: "leaf1", Port: "swp1", Link: "10.255.0.1/150--10.255.0.51/5101"}, Out: &flow.Names{Port: "swp51"}, CountOnce: true}
	last, due := time.Now(), 0.0
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := uint32(0); ; {
		now := time.Now()
		switch since := now.Sub(last); {
		case s.waits():
			s.held.Add(int64(since))
		case s.slow.Load():
			due += min(since.Seconds(), 0.1) * float64(rate) / 10
		default:
			due += min(since.Seconds(), 0.1) * float64(rate)
		}
		for last = now; float64(i) < due; i++ {
			f := i * 2654435761 % flows // each flow's turn comes at another time
			x.Packet.Key = flow.Key{
				Src: flow.AddrFrom4([4]byte{10, 1, byte(f >> 8), byte(f)}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40000, DstPort: 5201, Proto: flow.ProtoTCP,
			}
			x.FlowID = x.Packet.Key.ID()
			x.Sequence, x.SamplePool, x.DatagramSeq, x.Packet.TCPSequence = i, i*1000, i/6, i*1448
			x.Received, x.Time = now.UnixNano(), now.UnixNano()
			e.Flow(&x, l)
		}
		e.Flush(now.UnixNano())
		s.sent.Store(i)
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
	}
}

// halt ends the samples and gives how many there were.
func (s *stream) halt() uint32 {
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	<-s.done
	return s.sent.Load()
}

// end ends the publisher as well.
func (s *stream) end() {
	s.halt()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.pub.Close(ctx) // what is left is of no use
}

func (s *stream) stats() *publish.TopicStats { return &s.pub.Stats()[publish.Flows] }

// sees says how it stands.
func (s *stream) sees() string {
	_, reason := s.sink.State()
	return fmt.Sprintf("%d sent, %+v, sink: %q", s.sent.Load(), *s.stats(), reason)
}

// pass waits until some seconds' worth of records have been acknowledged from now
// on, or for four times as long where the brokers do not keep up: at least a tenth
// of them must come. It gives how many came, and how long that took.
func (s *stream) pass(t *testing.T, seconds float64, what string) (n uint64, took time.Duration) {
	t.Helper()
	begin, before, want := time.Now(), s.stats().Acknowledged, uint64(seconds*float64(rate(t)))
	await(t, what, func() (bool, string) {
		n, took = s.stats().Acknowledged-before, time.Since(begin)
		return n >= want || n >= want/10 && took.Seconds() > 4*seconds, s.sees()
	})
	return n, took
}

// drained waits until nothing is on its way any more.
func (s *stream) drained(t *testing.T) *publish.TopicStats {
	t.Helper()
	var st *publish.TopicStats
	await(t, "all is delivered", func() (bool, string) { st = s.stats(); return st.Queued == 0 && st.Spooled == 0, s.sees() })
	if st.Records != st.Acknowledged+st.DroppedTotal() {
		t.Errorf("the ledger does not close: %+v", st)
	}
	return st
}

// outage is how long all brokers are away: SPOOR_TEST_OUTAGE, else 15 s.
func outage(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("SPOOR_TEST_OUTAGE")
	if text == "" {
		return 15 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("SPOOR_TEST_OUTAGE: %v", err)
	}
	return d
}
