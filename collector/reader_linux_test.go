package collector

import (
	"fmt"
	"math"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"spoor/internal/telemetry"
)

// Nobody reads, the smallest buffer overflows: what was sent is what is received
// and what the kernel says it dropped, to the datagram.
func TestKernelDrops(t *testing.T) {
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 2, Buffer: minBuffer}, nil)
	const senders, each = 8, 100
	for i := range senders {
		c := dial(t, r.to("127.0.0.1"))
		for j := range each {
			send(t, c, append(sequence(i*each+j), make([]byte, 1000)...))
		}
	}
	r.run(t)
	eventually(t, "all accounted for", func() bool {
		s := r.Stats()
		return s.Received+s.KernelDrops == senders*each
	})
	check(t, r.stop())
	s := r.Stats()
	if !s.KernelDropsKnown || s.KernelDrops == 0 || s.Received == 0 {
		t.Errorf("stats %+v", s)
	}
	ledger(t, s)
}

// The counter has 32 bits and wraps; readings may come out of order.
func TestNoteDrops(t *testing.T) {
	r := &reader{portable: portable{counters: new(counters)}, lastDrops: 1<<32 - 3}
	for _, step := range []struct {
		reading uint32
		want    uint64
	}{{1<<32 - 3, 0}, {1<<32 - 1, 2}, {4, 7}, {2, 7}, {4, 7}, {5, 8}} {
		r.noteDrops(step.reading)
		if got := r.counters.kernelDrops.Load(); got != step.want {
			t.Errorf("after %d: %d drops, want %d", step.reading, got, step.want)
		}
	}
}

func TestNapFor(t *testing.T) {
	for granted, want := range map[int]time.Duration{
		0: minNap, minBuffer: minNap, 212992 / 2: 184 * time.Microsecond, 4 << 20: maxNap, 1 << 30: maxNap,
	} {
		if got := napFor(granted); got != want {
			t.Errorf("%d: %v, want %v", granted, got, want)
		}
	}
}

// A worker whose socket breaks ends the run with an error that says so.
func TestBrokenSocket(t *testing.T) {
	noLeaks(t)
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 2}, nil)
	other, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	check(t, err)
	check(t, unix.Dup3(other, r.readers[1].fd, 0)) // no socket any more
	check(t, unix.Close(other))
	if err := r.Run(t.Context()); err == nil {
		t.Error("no error")
	}
}

// The read loop's work on a batch allocates nothing.
func TestReadAllocatesNothing(t *testing.T) {
	r, c := quiet(t)
	h := &counter{}
	payload := make([]byte, 1300)
	n := testing.AllocsPerRun(100, func() {
		for range 20 {
			send(t, c, payload)
		}
		for got := 0; got < 20; {
			n, err := r.read(h)
			check(t, err)
			got += n
		}
	})
	if n != 0 || h.n == 0 {
		t.Errorf("%v allocations for 20 datagrams, %d handled", n, h.n)
	}
}

type counter struct{ n, sum int }

func (c *counter) Datagram(d *Datagram) {
	c.n++
	if len(d.Payload) > 20 {
		c.sum += int(d.Payload[16])
	}
}

func (c *counter) Flush() {}

// quiet gives a reader that nobody runs, and a connection to it.
func quiet(tb testing.TB) (*reader, net.Conn) {
	tb.Helper()
	r := listening(tb, Config{Address: "127.0.0.1:0", Workers: 1, Buffer: 4 << 20}, nil)
	tb.Cleanup(func() { check(tb, r.Close()) })
	return r.readers[0], dial(tb, r.to("127.0.0.1"))
}

// flushing counts datagrams and flushes.
type flushing struct{ datagrams, flushes int }

func (f *flushing) Datagram(*Datagram) { f.datagrams++ }
func (f *flushing) Flush()             { f.flushes++ }

// TestGather: a handler is flushed once it was given enough, or something for long.
func TestGather(t *testing.T) {
	r, c := quiet(t)
	h := &flushing{}
	read := func(n int) {
		t.Helper()
		for want := h.datagrams + 1; n > 0; n, want = n-1, want+1 {
			send(t, c, []byte("datagram"))
			for h.datagrams < want {
				if _, err := r.read(h); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	r.flushed = math.MaxInt64 // never long ago
	read(gatherMost - 1)
	if h.flushes != 0 {
		t.Errorf("%d flushes after %d datagrams", h.flushes, h.datagrams)
	}
	read(1)
	if h.flushes != 1 || r.gathered != 0 {
		t.Errorf("%d flushes after %d datagrams, %d gathered", h.flushes, h.datagrams, r.gathered)
	}
	r.flushed = math.MaxInt64
	read(1)
	r.flushed = 0 // long ago
	read(1)
	if h.flushes != 2 || r.flushed != r.datagram.Received {
		t.Errorf("%d flushes, the last for arrival %d, want 2, for %d", h.flushes, r.flushed, r.datagram.Received)
	}
}

// BenchmarkRead measures taking 64 waiting datagrams out of a socket, beside what
// the standard library offers. Waking up, where most of the gain is, is not in it.
func BenchmarkRead(b *testing.B) {
	const size = 1300
	payload := make([]byte, size)
	fill := func(b *testing.B, c net.Conn) {
		b.Helper()
		b.StopTimer()
		for range batchSize {
			send(b, c, payload)
		}
		b.StartTimer()
	}
	report := func(b *testing.B) {
		b.Helper()
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batchSize), "ns/datagram")
	}
	b.Run("recvmmsg", func(b *testing.B) {
		r, c := quiet(b)
		h := &counter{}
		b.SetBytes(size * batchSize)
		b.ReportAllocs()
		for b.Loop() {
			fill(b, c)
			for got := 0; got < batchSize; {
				n, err := r.read(h)
				check(b, err)
				got += n
			}
		}
		report(b)
	})
	b.Run("ReadFromUDPAddrPort", func(b *testing.B) {
		l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(b, err)
		defer func() { check(b, l.Close()) }()
		check(b, l.SetReadBuffer(4<<20))
		c := dial(b, l.LocalAddr().String())
		h := &counter{}
		buf := make([]byte, payloadSize)
		b.SetBytes(size * batchSize)
		b.ReportAllocs()
		for b.Loop() {
			fill(b, c)
			for range batchSize {
				n, from, err := l.ReadFromUDPAddrPort(buf)
				check(b, err)
				h.Datagram(&Datagram{Payload: buf[:n], From: from})
			}
		}
		report(b)
	})
}

// BenchmarkPaced measures the CPU time of receiving at an everyday rate, wake-ups
// and all, the sender's own being taken off by sending the same to nobody first.
func BenchmarkPaced(b *testing.B) {
	const perMS = 20
	payload := make([]byte, 1300)
	for _, way := range []string{"collector", "ReadFromUDPAddrPort"} {
		b.Run(fmt.Sprint(way, " 20k/s"), func(b *testing.B) {
			var address string
			if way == "collector" {
				r := listening(b, Config{Address: "127.0.0.1:0", Workers: 1, Buffer: 4 << 20}, nil)
				r.handler = func(int) Handler { return &counter{} }
				r.run(b)
				address = r.to("127.0.0.1")
			} else {
				address = plainReader(b)
			}
			c := dial(b, address)
			b.ReportAllocs()
			b.ResetTimer()
			from := telemetry.CPUTime()
			var sending time.Duration
			next := time.Now()
			for range b.N {
				t := threadTime(b)
				for range perMS {
					send(b, c, payload)
				}
				sending += threadTime(b) - t
				next = next.Add(time.Millisecond)
				time.Sleep(time.Until(next))
			}
			b.ReportMetric(float64(telemetry.CPUTime()-from-sending)/float64(b.N*perMS), "cpu-ns/datagram")
		})
	}
}

// plainReader reads in the ordinary way until the benchmark ends.
func plainReader(b *testing.B) string {
	b.Helper()
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(b, err)
	check(b, l.SetReadBuffer(4<<20))
	done := make(chan struct{})
	go func() {
		defer close(done)
		h := &counter{}
		buf := make([]byte, payloadSize)
		for {
			n, from, err := l.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			h.Datagram(&Datagram{Payload: buf[:n], From: from})
		}
	}()
	b.Cleanup(func() { check(b, l.Close()); <-done })
	return l.LocalAddr().String()
}

func threadTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	check(b, unix.Getrusage(unix.RUSAGE_THREAD, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
