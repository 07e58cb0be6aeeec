package fabric

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"spoor/decode"
	"spoor/flow"
)

// follower checks that numbers go on as those of agents do.
type follower struct {
	t         *testing.T
	datagrams map[streamKey]uint32
	samples   map[followed]uint32
	pools     map[followed]uint32
	flows     int
	counters  int
	rates     map[uint32]bool
}

func newFollower(t *testing.T) *follower {
	t.Helper()
	return &follower{
		t: t, datagrams: make(map[streamKey]uint32), samples: make(map[followed]uint32), pools: make(map[followed]uint32), rates: make(map[uint32]bool),
	}
}

// followed is a data source.
type followed struct {
	stream       streamKey
	class, index uint32
	flow         bool
}

// loadKey makes an agent's sub-agent a stream of the test's own.
func loadKey(a flow.Addr, sub uint32) streamKey { return streamKey{a.Netip(), sub} }

func (f *follower) Datagram(h *decode.Header) bool {
	k := loadKey(h.Agent, h.SubAgentID)
	if f.datagrams[k]++; h.SequenceNumber != f.datagrams[k] {
		f.t.Fatalf("%v: datagram %d, want %d", k, h.SequenceNumber, f.datagrams[k])
	}
	return true
}

func (f *follower) source(a flow.Addr, sub uint32, class, index uint32, isFlow bool) followed {
	return followed{loadKey(a, sub), class, index, isFlow}
}

func (f *follower) FlowSample(s *flow.Sample) {
	k := f.source(s.Agent, s.SubAgent, s.SourceClass, s.SourceIndex, true)
	f.samples[k]++
	f.pools[k] += s.SamplingRate
	if s.Sequence != f.samples[k] || s.SamplePool != f.pools[k] {
		f.t.Fatalf("%+v: sample %d of %d, want %d of %d", k, s.Sequence, s.SamplePool, f.samples[k], f.pools[k])
	}
	f.rates[s.SamplingRate] = true
	f.flows++
}

func (f *follower) CountersSample(c *flow.Counters) {
	k := f.source(c.Agent, c.SubAgent, c.SourceClass, c.SourceIndex, false)
	if f.samples[k]++; c.Sequence != f.samples[k] {
		f.t.Fatalf("%+v: counters %d, want %d", k, c.Sequence, f.samples[k])
	}
	f.counters++
}

func (f *follower) DiscardedPacket(*flow.Discard) { f.t.Fatal("a discarded packet") }

// TestLoadNumbers sends a load's datagrams round and round: they can be decoded, and
// their numbers go on without a gap.
func TestLoadNumbers(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		const n = 700
		l, err := NewLoad(t.Context(), c, n, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if got, samples := l.Datagrams(); got != n || samples < n {
			t.Fatalf("%d datagrams with %d samples", got, samples)
		}
		f := newFollower(t)
		d := decode.New(f)
		const laps = 3
		for lap := range laps {
			list := l.again
			if lap == 0 {
				list = append(append([]loaded{}, l.once...), l.again...)
			}
			for i := range list {
				if res := d.Decode(l.number(&list[i], uint32(lap))); res.Outcome != decode.OK || res.Trailing != 0 {
					t.Fatalf("%+v", res)
				}
			}
		}
		if st := l.Stats(); int(st.FlowSamples) != f.flows || f.counters == 0 || st.Datagrams != uint64(laps*n+len(l.once)) {
			t.Errorf("%+v, but %d samples and %d counters came", st, f.flows, f.counters)
		}
	})
}

// TestLoadRates: ten times the datagrams a second are ten times finer samples of
// the same traffic.
func TestLoadRates(t *testing.T) {
	t.Parallel()
	c := brief(DefaultConfig())
	c.SamplingRate = 100_000
	rate := func(perSecond int) uint32 {
		l, err := NewLoad(t.Context(), c, 300, perSecond)
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.sources {
			if r := l.sources[i].rate; r > 1 {
				return r
			}
		}
		return 1
	}
	slow, fast := rate(100), rate(1000)
	if ratio := float64(slow) / float64(fast); ratio < 9.9 || ratio > 10.1 || fast < 100 {
		t.Errorf("1 in %d became 1 in %d", slow, fast)
	}
	if r := rate(1 << 30); r != 1 {
		t.Errorf("1 in %d", r)
	}
}

// TestLoadRun receives what a load sends over the loopback interface.
func TestLoadRun(t *testing.T) {
	t.Parallel()
	l, err := NewLoad(t.Context(), brief(DefaultConfig()), 200, 2000)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() {
		sent <- l.Run(ctx, c.LocalAddr().(*net.UDPAddr).AddrPort(), 2000, 0, func(LoadStats) {})
	}()
	last := make(map[streamKey]uint32)
	buf := make([]byte, 2048)
	ports := make(map[uint16]bool)
	for range 1000 {
		if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatal(err)
		}
		ports[from.Port()] = true
		h, _ := heads(t, buf[:n])
		k := loadKey(h.Agent, h.SubAgentID)
		if h.SequenceNumber <= last[k] {
			t.Fatalf("%v: datagram %d after %d", k, h.SequenceNumber, last[k])
		}
		last[k] = h.SequenceNumber
	}
	cancel()
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if st := l.Stats(); st.Datagrams < 1000 || st.Failed > 0 || len(ports) != min(LoadSockets, l.Agents()) {
		t.Errorf("%+v from %d ports", st, len(ports))
	}
}

// heads gives the header of a datagram.
func heads(t *testing.T, b []byte) (h decode.Header, res decode.Result) {
	t.Helper()
	s := headSink{h: &h}
	if res = decode.New(&s).Decode(b); res.Outcome != decode.OK {
		t.Fatalf("%+v", res)
	}
	return h, res
}

type headSink struct {
	reader
	h *decode.Header
}

func (s *headSink) Datagram(h *decode.Header) bool {
	*s.h = *h
	return true
}

// TestLoadRefused: that nobody listens is counted and does not end it.
func TestLoadRefused(t *testing.T) {
	t.Parallel()
	l, err := NewLoad(t.Context(), brief(DefaultConfig()), 50, 1000)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	to := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := l.Run(ctx, to, 0, 0, func(st LoadStats) {
		if st.Refused > 0 && st.Datagrams > 500 {
			cancel()
		}
	}); err != nil {
		t.Error(err)
	}
	for _, bad := range [][2]int{{0, 1}, {1, 0}} {
		if _, err := NewLoad(t.Context(), DefaultConfig(), bad[0], bad[1]); !errors.Is(err, ErrConfig) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// BenchmarkLoadNumber says what it costs to number a datagram anew.
func BenchmarkLoadNumber(b *testing.B) {
	l, err := NewLoad(b.Context(), DefaultConfig(), 1000, 300_000)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.number(&l.again[i%len(l.again)], 1)
	}
}
