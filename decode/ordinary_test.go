package decode_test

import (
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/flow"
)

// pair decodes by both ways: one decoder takes the short way where it can, the
// other never. Both live on from datagram to datagram, as a worker's does.
type pair struct {
	short, long         *decode.Decoder
	fromShort, fromLong marking
}

// marking is a recorder that writes what a worker writes.
type marking struct{ recorder }

func (m *marking) FlowSample(s *flow.Sample) {
	m.recorder.FlowSample(s)
	s.Received, s.NotBefore, s.Time, s.EffectiveRate, s.FlowID, s.Exchange = -1, -1, -1, 1, 1, 1
}

func newPair() *pair {
	p := &pair{}
	p.short, p.long = decode.New(&p.fromShort), decode.NewLong(&p.fromLong)
	return p
}

// check decodes a datagram by both ways, which must make the same of it.
func (p *pair) check(t *testing.T, payload []byte) {
	t.Helper()
	p.fromShort, p.fromLong = marking{}, marking{}
	short, long := p.short.Decode(payload), p.long.Decode(payload)
	a, b := &p.fromShort.recorder, &p.fromLong.recorder
	switch {
	case short != long:
		t.Fatalf("short %+v\nlong  %+v", short, long)
	case !slices.Equal(a.headers, b.headers):
		t.Fatal(cmp.Diff(b.headers, a.headers))
	case !slices.Equal(a.samples, b.samples):
		t.Fatalf("by the short way (+):\n%s", cmp.Diff(b.samples, a.samples))
	case !reflect.DeepEqual(a.counters, b.counters), !reflect.DeepEqual(a.discards, b.discards):
		t.Fatal(cmp.Diff(b.counters, a.counters), cmp.Diff(b.discards, a.discards))
	case *p.short.Stats() != *p.long.Stats():
		t.Fatalf("counted by the short way (+):\n%s", cmp.Diff(p.long.Stats().Records, p.short.Stats().Records)+
			cmp.Diff(p.long.Stats().Reasons, p.short.Stats().Reasons)+cmp.Diff(p.long.Stats().Samples, p.short.Stats().Samples))
	}
}

// remains gives a datagram whose samples set all fields that the short way
// knows, so that the next one shows what it leaves behind.
func remains() []byte {
	frame := join(macs, unhex("8100 0fff 0800"), ipv4(plain, 17, udpTo(4789, join(unhex("08000000ffffff00"),
		eth(0x86dd, ipv6(6, join(tcpHeader(5), zeros(100))))))))
	records := join(rec(1043, unhex("17974f0000000001")), rec(1001, u(1, 2, 3, 4)),
		rawHeader(rawOpts{1, 4, int64(len(frame) + 4), -1}, frame), rec(1002, u(1, 0x0a0000fe, 24, 32)))
	compact := rec(1, u(9, 5, 1000, 9000, 7, 5, 6, 4), records)
	expanded := rec(3, u(9, 0, 5, 1000, 9000, 7, 0, 5, 0, 6, 4), records)
	return dgram(2, expanded, compact)
}

// TestShortWay decodes by both ways all that there is, whole and damaged.
func TestShortWay(t *testing.T) {
	limit := 200 // of a recording
	if raceDetector {
		limit = 10
	}
	p := newPair()
	random := rand.New(rand.NewPCG(1, 2))
	check := func(name string, datagrams [][]byte) {
		t.Run(name, func(t *testing.T) {
			for _, payload := range datagrams {
				p.check(t, payload)
				for range 4 {
					p.check(t, damaged(random, payload))
				}
				p.check(t, remains())
			}
		})
	}
	realistic, _ := mix()
	check("mix", realistic)
	for _, name := range captures(t) {
		c := capture(t, name)
		check(name, c[:min(len(c), limit)])
	}
	for name, datagrams := range publicDatagrams(t) {
		check(name, datagrams)
	}
	for _, c := range hostileCases(t) {
		if len(c.data) < 4096 {
			check(c.name, [][]byte{c.data})
		}
	}
}

// TestShortWayBytes gives every byte of ordinary samples every value.
func TestShortWayBytes(t *testing.T) {
	frame := eth(0x0800, ipv4(plain, 6, join(tcpHeader(5), zeros(6))))
	header := rawHeader(rawOpts{1, 4, int64(len(frame) + 4), -1}, frame)
	beside := join(rec(1043, unhex("17974f0000000001")), header, rec(1001, u(1, 2, 3, 4)), rec(1002, u(1, 0x0a0000fe, 24, 32)))
	step := 1
	if raceDetector {
		step = 15
	}
	p := newPair()
	for _, payload := range [][]byte{
		dgram(1, rec(1, u(9, 5, 1000, 9000, 7, 5, 6, 1), header)),
		dgram(1, rec(1, u(9, 5, 1000, 9000, 7, 5, 6, 4), beside)),
		dgram(1, rec(3, u(9, 0, 5, 1000, 9000, 7, 0, 6, 0, 5, 4), beside)),
	} {
		for i := range payload {
			b := payload[i]
			for v := 0; v < 256; v += step {
				payload[i] = byte(v)
				p.check(t, payload)
			}
			payload[i] = b
			p.check(t, payload[:i])
		}
	}
	flowOf := func(n uint32, records ...[]byte) []byte {
		return dgram(1, rec(1, u(9, 5, 1000, 9000, 7, 5, 6, n), join(records...)))
	}
	// Lengths that are no multiple of four, and behind them a record that lies there only for who forgets to round up.
	p.check(t, flowOf(2, u(1001, 17), zeros(17), header))
	p.check(t, flowOf(2, tlv(1, join(header[8:], zeros(1)), -1), rec(1001, zeros(16))))
	// Records that come twice.
	p.check(t, flowOf(3, rec(1043, u(0, 1)), rec(1043, u(0, 2)), header))
	p.check(t, flowOf(3, rec(1002, u(1, 2, 24, 24)), rec(1002, u(1, 3, 25, 25)), header))
	p.check(t, flowOf(2, header, header))
}

// damaged gives payload with a byte, or a word, changed, or with its end cut off.
func damaged(random *rand.Rand, payload []byte) []byte {
	b := slices.Clone(payload)
	if len(b) < 4 {
		return b
	}
	switch at := random.IntN(len(b)); random.IntN(4) {
	case 0:
		b[at] ^= 1 << random.IntN(8)
	case 1:
		b[at] = byte(random.Uint32())
	case 2:
		words := []uint32{0, 1, 2, 3, 4, 128, 1001, 1002, 1043, 0x3fffffff, 0x40000000, 0x7fffffff, 0xffffffff}
		binary.BigEndian.PutUint32(b[min(at/4*4, len(b)-4):], words[random.IntN(len(words))])
	case 3:
		b = b[:at]
	}
	return b
}

// TestOrdinary checks that what is meant to go the short way does, for else
// TestShortWay compares nothing.
func TestOrdinary(t *testing.T) {
	d := decode.New(&counter{})
	share := func(datagrams [][]byte) float64 {
		short, all := 0, 0
		for _, payload := range datagrams {
			short += d.ShortWay(payload)
			all += d.Decode(payload).Flow
		}
		return float64(short) / float64(all)
	}
	realistic, _ := mix()
	if got := share(append(realistic, remains())); got != 1 {
		t.Errorf("%.3f of the mix", got)
	}
	for _, name := range []string{"ovs-l3-elephants", "hsflowd-elephants"} {
		got := share(capture(t, name))
		t.Logf("%s: %.3f", name, got)
		if got < 0.9 {
			t.Errorf("%s: only %.3f", name, got)
		}
	}
}
