package forward

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/output"
)

// listen opens another collector's socket.
func listen(t *testing.T, address string) *net.UDPConn {
	t.Helper()
	a, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp", a)
	if err != nil {
		t.Skipf("no such address here: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// started gives a running forwarder and what ends it.
func started(t *testing.T, self func(netip.AddrPort) bool, targets ...string) (f *Forwarder, log *output.Buffer, end func()) {
	t.Helper()
	log = &output.Buffer{}
	f, err := New(Config{Targets: targets}, log.Logger(), self)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	return f, log, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func nowhere(netip.AddrPort) bool { return false }

// payload is the i-th of a test, of some length.
func payload(i int) []byte {
	return binary.BigEndian.AppendUint32(bytes.Repeat([]byte{byte(i)}, i%1400), uint32(i))
}

// TestForward: each target gets each datagram as it came.
func TestForward(t *testing.T) {
	const datagrams = 500
	v4, v6 := listen(t, "127.0.0.1:0"), listen(t, "[::1]:0")
	f, _, end := started(t, nowhere, v4.LocalAddr().String(), v6.LocalAddr().String())
	s := f.Sender()
	buf := make([]byte, 2000)
	for i := range datagrams {
		p := payload(i)
		s.Add(p)
		clear(p) // it was borrowed
		if i%7 != 0 {
			continue
		}
		s.Flush()
		for _, c := range []*net.UDPConn{v4, v6} {
			for j := max(i-6, 0); j <= i; j++ {
				if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
					t.Fatal(err)
				}
				n, err := c.Read(buf)
				if err != nil || !bytes.Equal(buf[:n], payload(j)) {
					t.Fatalf("datagram %d at %s: %d bytes, %v", j, c.LocalAddr(), n, err)
				}
			}
		}
	}
	s.Flush()
	end()
	for _, st := range f.Stats() {
		if st.Sent != datagrams || st.QueueFull+st.Failed != 0 {
			t.Errorf("%+v", st)
		}
	}
}

// TestNobodyWaits: targets that are no use cost the others nothing, and every
// datagram is in the ledger.
func TestNobodyWaits(t *testing.T) {
	const datagrams = 40_000
	good, own := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	gone := listen(t, "127.0.0.1:0")
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	self := func(a netip.AddrPort) bool { return a == own.LocalAddr().(*net.UDPAddr).AddrPort() } //nolint:forcetypeassert // what it is
	f, log, end := started(t, self, good.LocalAddr().String(), gone.LocalAddr().String(), own.LocalAddr().String(), "no.such.host.invalid:6343")
	s := f.Sender()
	for i := range datagrams {
		s.Add(payload(i))
	}
	s.Flush()
	end()
	for i, st := range f.Stats() {
		if st.Sent+st.QueueFull+st.Failed != datagrams {
			t.Errorf("not all accounted for: %+v", st)
		}
		if i == 0 && (st.Sent == 0 || st.Failed != 0) || i > 1 && st.Sent != 0 {
			t.Errorf("%d: %+v", i, st)
		}
	}
	for _, want := range []string{"connection refused", "where we listen", "no.such.host.invalid"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}

// TestLargest: the largest payload goes through a batch, alone and behind others.
func TestLargest(t *testing.T) {
	f, err := New(Config{Targets: []string{"127.0.0.1:1"}}, slog.New(slog.DiscardHandler), nowhere)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Sender()
	for range 5 {
		s.Add(make([]byte, 65507))
	}
	s.Flush()
	total := 0
	for len(f.targets[0].queue) > 0 {
		b := <-f.targets[0].queue
		total += len(b.ends)
		if cap(b.bytes) != batchBytes {
			t.Errorf("a batch grew to %d bytes", cap(b.bytes))
		}
	}
	if total != 5 {
		t.Errorf("%d datagrams queued", total)
	}
}

func TestValidate(t *testing.T) {
	f := func(want string, targets ...string) {
		t.Helper()
		err := (&Config{Targets: targets}).Validate()
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v, want %s", targets, err, want)
		}
	}
	f("")
	f("", "a:6343", "10.0.0.1:6343", "[fd00::1]:6343")
	f(`forward: "a" is no host:port such as collector2:6343`, "a")
	f(`forward: ":6343" is no host:port such as collector2:6343`, ":6343")
	f(`forward: "a:0" is no host:port such as collector2:6343`, "a:0")
	f(`forward: "a:x" is no host:port such as collector2:6343`, "a:x")
	f(`forward: "a:1" is given twice`, "a:1", "a:1")
	f(`forward: 17 targets: at most 16`, make([]string, 17)...)
}

// TestNone: without targets a sender is none.
func TestNone(t *testing.T) {
	f, _, end := started(t, nowhere)
	s := f.Sender()
	s.Add([]byte{1})
	s.Flush()
	end() // Run waits for it all the same: a part that ends by itself ends the program
	if s != nil || len(f.Stats()) != 0 {
		t.Errorf("%v, %v", s, f.Stats())
	}
}

// rig is a sender whose target is emptied by hand.
func rig(tb testing.TB) (*Sender, func()) {
	tb.Helper()
	f, err := New(Config{Targets: []string{"127.0.0.1:1"}}, slog.New(slog.DiscardHandler), nowhere)
	if err != nil {
		tb.Fatal(err)
	}
	s, p := f.Sender(), make([]byte, 1300)
	return s, func() {
		for range batchDatagrams {
			s.Add(p)
		}
		s.Flush()
		for len(f.targets[0].queue) > 0 {
			(<-f.targets[0].queue).release(&f.free)
		}
	}
}

func TestAllocations(t *testing.T) {
	_, round := rig(t)
	if n := testing.AllocsPerRun(200, round); n >= 1 { // the pool may be emptied once meanwhile
		t.Errorf("%v allocations a batch", n)
	}
}

// BenchmarkSender is what forwarding costs the worker, per datagram.
func BenchmarkSender(b *testing.B) {
	_, round := rig(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%batchDatagrams == 0 {
			round()
		}
	}
}

// BenchmarkForward is what it costs altogether, per datagram, to a socket that nobody reads.
func BenchmarkForward(b *testing.B) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	conn, err := net.Dial("udp", c.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	o := newOutlet(conn.(*net.UDPConn)) //nolint:forcetypeassert // what "udp" gives
	defer o.close()
	x := newBatch()
	for range batchDatagrams {
		x.bytes = append(x.bytes, make([]byte, 1300)...)
		x.ends = append(x.ends, len(x.bytes))
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%batchDatagrams == 0 {
			if _, err := o.send(x); err != nil {
				b.Fatal(err)
			}
		}
	}
}
