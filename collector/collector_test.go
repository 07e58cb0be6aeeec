package collector

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const patience = time.Minute

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// eventually waits until a condition holds.
func eventually(tb testing.TB, what string, f func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !f(); {
		if time.Now().After(end) {
			tb.Fatal("never happened: ", what)
		}
		time.Sleep(time.Millisecond) // between looks; the condition decides
	}
}

// sink is a handler that keeps what it was given.
type sink struct {
	mu      sync.Mutex
	got     map[string]int // payload: count
	from    map[netip.AddrPort]int
	last    int64
	back    int // times that went back
	flushes atomic.Int64
}

func newSink() *sink { return &sink{got: map[string]int{}, from: map[netip.AddrPort]int{}} }

func (s *sink) Datagram(d *Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cap(d.Payload) != len(d.Payload) {
		panic("the payload reaches into its neighbour")
	}
	s.got[string(d.Payload)]++
	s.from[d.From]++
	if d.Received < s.last {
		s.back++
	}
	s.last = d.Received
}

func (s *sink) Flush() { s.flushes.Add(1) }

// running is a collector that runs.
type running struct {
	*Collector
	sinks []*sink
	stop  func() error
}

// listening makes a collector that has bound its sockets.
func listening(tb testing.TB, cfg Config, change func(*Collector)) *running {
	tb.Helper()
	r := &running{}
	c, err := New(cfg, slog.New(slog.DiscardHandler), func(w int) Handler { return r.sinks[w] })
	check(tb, err)
	r.Collector = c
	for range c.Workers() {
		r.sinks = append(r.sinks, newSink())
	}
	if change != nil {
		change(c)
	}
	check(tb, c.Listen())
	return r
}

func (r *running) run(tb testing.TB) *running {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	r.stop = func() error {
		cancel()
		select {
		case err := <-done:
			done <- err
			return err
		case <-time.After(patience):
			return errors.New("Run did not return")
		}
	}
	tb.Cleanup(func() { check(tb, r.stop()) })
	return r
}

// to gives the address to send to.
func (r *running) to(host string) string {
	return net.JoinHostPort(host, fmt.Sprint(r.Addrs()[0].Port()))
}

func dial(tb testing.TB, address string) net.Conn {
	tb.Helper()
	c, err := net.Dial("udp", address)
	check(tb, err)
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

func send(tb testing.TB, c net.Conn, payload []byte) {
	tb.Helper()
	_, err := c.Write(payload)
	check(tb, err)
}

// noLeaks fails if goroutines outlive the test.
func noLeaks(tb testing.TB) {
	tb.Helper()
	before := runtime.NumGoroutine()
	tb.Cleanup(func() {
		eventually(tb, "all goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	})
}

func ledger(tb testing.TB, s Stats) {
	tb.Helper()
	if s.Received != s.Delivered+s.Truncated+s.Refused {
		tb.Errorf("the ledger does not close: %+v", s)
	}
}

func ipv6(tb testing.TB) bool {
	tb.Helper()
	l, err := net.ListenPacket("udp", "[::1]:0")
	if err != nil {
		tb.Log("no IPv6 here: ", err)
		return false
	}
	check(tb, l.Close())
	return true
}

// Several senders, several workers, both families: everything arrives once, with
// its source, and the ledger closes.
func TestReceive(t *testing.T) {
	tests := []struct {
		address string
		hosts   []string
	}{
		{":0", []string{"127.0.0.1"}},
		{"127.0.0.1:0", []string{"127.0.0.1"}},
		{"0.0.0.0:0", []string{"127.0.0.1"}},
		{"localhost:0", []string{"localhost"}},
	}
	if ipv6(t) {
		tests[0].hosts = append(tests[0].hosts, "::1")
		tests = append(tests, struct {
			address string
			hosts   []string
		}{"[::1]:0", []string{"::1"}})
	}
	for _, tt := range tests {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprint(tt.address, " workers ", workers), func(t *testing.T) {
				noLeaks(t)
				testReceive(t, tt.address, tt.hosts, workers)
			})
		}
	}
}

func testReceive(t *testing.T, address string, hosts []string, workers int) {
	t.Helper()
	r := listening(t, Config{Address: address, Workers: workers, Buffer: 1 << 20}, nil).run(t)
	const senders, each = 6, 50
	sources := map[netip.AddrPort]bool{}
	sent := uint64(0)
	for i := range senders {
		c := dial(t, r.to(hosts[i%len(hosts)]))
		local, ok := c.LocalAddr().(*net.UDPAddr)
		if !ok {
			t.Fatal("no UDP address")
		}
		sources[netip.AddrPortFrom(local.AddrPort().Addr().Unmap(), local.AddrPort().Port())] = true
		for j := range each {
			send(t, c, fmt.Appendf(nil, "%d/%d", i, j))
			sent++
		}
	}
	eventually(t, "all were received", func() bool { return r.Stats().Received == sent })
	check(t, r.stop())
	s := r.Stats()
	ledger(t, s)
	if s.Delivered != sent || s.KernelDrops != 0 || s.Workers != r.Workers() || s.Reads == 0 {
		t.Errorf("stats %+v after %d", s, sent)
	}
	got := 0
	for _, h := range r.sinks {
		for p, n := range h.got {
			if n != 1 {
				t.Errorf("%s came %d times", p, n)
			}
			got++
		}
		for from := range h.from {
			if !sources[from] {
				t.Errorf("unknown source %s, want one of %v", from, sources)
			}
		}
		if h.back != 0 {
			t.Errorf("time went back %d times", h.back)
		}
	}
	if got != senders*each {
		t.Errorf("%d payloads, want %d", got, senders*each)
	}
}

func TestRefused(t *testing.T) {
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 1, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::ffff:127.0.0.2/128")}}, nil).run(t)
	bad := dial(t, r.to("127.0.0.1"))
	send(t, bad, []byte("refused"))
	send(t, bad, []byte("refused"))
	good, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)}, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(r.Addrs()[0].Port())})
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	defer func() { check(t, good.Close()) }()
	send(t, good, []byte("heard"))
	eventually(t, "all were received", func() bool { return r.Stats().Received == 3 })
	check(t, r.stop())
	if s := r.Stats(); s.Refused != 2 || s.Delivered != 1 || r.sinks[0].got["heard"] != 1 {
		t.Errorf("stats %+v, got %v", s, r.sinks[0].got)
	}
	ledger(t, r.Stats())
}

// Datagrams up to the largest that UDP carries are whole; one that does not fit a
// buffer is counted and not handed over.
func TestLargeAndTruncated(t *testing.T) {
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 1, Buffer: 1 << 20}, nil).run(t)
	c := dial(t, r.to("127.0.0.1"))
	for _, n := range []int{0, 1, 9000, 65507} {
		p := bytes.Repeat([]byte{byte(n)}, n)
		send(t, c, p)
		eventually(t, fmt.Sprint("datagram of ", n), func() bool {
			r.sinks[0].mu.Lock()
			defer r.sinks[0].mu.Unlock()
			return r.sinks[0].got[string(p)] == 1
		})
	}
	check(t, r.stop())

	small := listening(t, Config{Address: "127.0.0.1:0", Workers: 1}, func(c *Collector) { c.size = 100 }).run(t)
	c = dial(t, small.to("127.0.0.1"))
	send(t, c, make([]byte, 101))
	send(t, c, make([]byte, 100))
	eventually(t, "both were received", func() bool { return small.Stats().Received == 2 })
	check(t, small.stop())
	if s := small.Stats(); s.Truncated != 1 || s.Delivered != 1 {
		t.Errorf("stats %+v", s)
	}
	ledger(t, small.Stats())
}

// What waits in the socket when the context ends is still handled, and flushed.
func TestStopDrains(t *testing.T) {
	noLeaks(t)
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 2, Buffer: 1 << 20}, nil)
	for i := range 10 {
		c := dial(t, r.to("127.0.0.1"))
		for j := range 10 {
			send(t, c, fmt.Appendf(nil, "%d/%d", i, j))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	check(t, r.Run(ctx))
	if s := r.Stats(); s.Delivered != 100 {
		t.Errorf("stats %+v, want 100 delivered", s)
	}
	for i, h := range r.sinks {
		if h.flushes.Load() == 0 {
			t.Errorf("worker %d was not flushed", i)
		}
	}
}

// Idle workers flush now and then, so that nothing stays behind in a handler.
func TestFlushAtIdle(t *testing.T) {
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 1}, nil).run(t)
	eventually(t, "three flushes without traffic", func() bool { return r.sinks[0].flushes.Load() >= 3 })
	if s := r.Stats(); s.Received != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestClock(t *testing.T) {
	c := newClock()
	before := time.Now().UnixNano()
	last := c.Now()
	if after := time.Now().UnixNano(); last < before-1e9 || last > after+1e9 {
		t.Errorf("%d is not between %d and %d", last, before, after)
	}
	for range 10000 {
		now := c.Now()
		if now < last {
			t.Fatal("went back")
		}
		last = now
	}
}

func sequence(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }
