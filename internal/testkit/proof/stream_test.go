package proof

import (
	"context"
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
	// patient holds samples back while the machine is too slow.
	patient bool
	held    atomic.Int64 // how long samples were held back because the machine is too slow, ns
	slow    atomic.Bool  // a tenth of the rate for now
	stop    chan struct{}
	done    chan struct{}
}

// highWater is how many bytes may wait in memory before samples are held back: the
// queue is full and half the spool's inbox. A machine that is too slow for the rate,
// with three brokers, is no reason to lose any.
const highWater = 72 << 20

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
	s := &stream{pub: publish.New(pc, sink), sink: sink, patient: patient, stop: make(chan struct{}), done: make(chan struct{})}
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
	l := &flow.Labels{Switch: "leaf1", InName: "swp1", OutName: "swp51", Link: "10.255.0.1/150--10.255.0.51/5101", CountOnce: true}
	last, due := time.Now(), 0.0
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := uint32(0); ; {
		now := time.Now()
		switch since := now.Sub(last); {
		case s.patient && s.stats().QueuedBytes > highWater:
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

// drained waits until nothing is on its way any more.
func (s *stream) drained(t *testing.T) *publish.TopicStats {
	t.Helper()
	var st *publish.TopicStats
	await(t, 5*time.Minute, "all is delivered", func() bool { st = s.stats(); return st.Queued == 0 && st.Spooled == 0 })
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
