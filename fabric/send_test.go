package fabric

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// TestSenderPacesAndSeparates: over loopback every datagram arrives, each agent
// from an address or port of its own, at the pace of real time.
func TestSenderPacesAndSeparates(t *testing.T) {
	before := runtime.NumGoroutine()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(8 << 20)
	to := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	type packet struct {
		from netip.AddrPort
		data []byte
	}
	got := make(chan packet, 10000)
	go func() {
		defer close(got)
		buf := make([]byte, 65536)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			got <- packet{from, bytes.Clone(buf[:n])}
		}
	}()
	c := small(func(c *Config) { c.Duration = time.Second })
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSender(t.Context(), to, f.start)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := f.Run(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if n, err := s.Failed(); n != 0 || s.Refused() != 0 {
		t.Errorf("%d failed: %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	agents := map[netip.AddrPort]netip.Addr{}
	for range f.Stats().Datagrams {
		p := <-got
		var o ours
		o.decode(t, Datagram{Payload: p.data})
		if was, ok := agents[p.from]; ok && was != o.head.Agent.Netip() {
			t.Errorf("%v sends for %v and %v", p.from, was, o.head.Agent)
		}
		agents[p.from] = o.head.Agent.Netip()
	}
	if len(agents) != f.Agents() {
		t.Errorf("%d sources for %d agents", len(agents), f.Agents())
	}
	if took < 900*time.Millisecond {
		t.Errorf("one second took %v", took)
	}
	_ = conn.Close()
	for p := range got { // ends with the reader
		t.Errorf("one datagram more, from %v", p.from)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestSenderFailures(t *testing.T) {
	if _, err := NewSender(t.Context(), netip.MustParseAddrPort("127.0.0.1:0"), 0); err == nil {
		t.Error("port 0 taken for a target")
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	to := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	_ = conn.Close()
	ctx, cancel := context.WithCancel(t.Context())
	f, err := New(small(nil))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSender(ctx, to, f.start)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	n := 0
	err = f.Run(t.Context(), SinkFunc(func(d *Datagram) error {
		if n++; n == 50 {
			cancel()
		}
		return s.Datagram(d)
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if runtime.GOOS == "linux" && s.Refused() == 0 {
		t.Error("nobody listened and nobody noticed")
	}
}

func TestPcapIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plain", "ipv6 agents"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkPcap(t, modes()[name])
		})
	}
}

func checkPcap(t *testing.T, c Config) {
	t.Helper()
	_, all := run(t, c)
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	to := netip.MustParseAddrPort("10.0.0.9:6343")
	w, err := NewPcapWriter(&b, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Run(t.Context(), w), w.Flush()); err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		data, info, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if info.Timestamp.UnixNano() != all[i].Time || info.Length != len(data) {
			t.Fatalf("packet %d: %+v", i, info)
		}
		p := gopacket.NewPacket(data, r.LinkType(), gopacket.NoCopy)
		udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
		if !ok || !bytes.Equal(udp.Payload, all[i].Payload) || udp.DstPort != 6343 {
			t.Fatalf("packet %d:\n%v", i, p)
		}
		net := p.NetworkLayer().NetworkFlow()
		if net.Src().String() != all[i].Agent.String() {
			t.Fatalf("packet %d comes from %v", i, net.Src())
		}
		s := sum(sum(uint32(17+udp.Length), net.Src().Raw()), net.Dst().Raw())
		if got := fold(sum(sum(s, udp.Contents), udp.Payload)); got != 0xffff {
			t.Fatalf("packet %d: checksum adds up to %#x", i, got)
		}
	}
	if _, _, err := r.ReadPacketData(); err == nil {
		t.Error("more packets than datagrams")
	}
}

// full is a disk with little room.
type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	f, err := New(small(nil))
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewPcapWriter(&full{100_000}, netip.MustParseAddrPort("10.0.0.9:6343"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Run(t.Context(), w); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
	if _, err := f.Truth().WriteTo(&full{1000}); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}
