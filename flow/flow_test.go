package flow

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"
)

func addr(s string) Addr { return AddrFromNetip(netip.MustParseAddr(s)) }

// The golden vectors are published (docs/interfaces.md): they must never change.
func TestIDGolden(t *testing.T) {
	f := func(src, dst string, proto uint8, sport, dport uint16, want string) {
		t.Helper()
		k := Key{Src: addr(src), Dst: addr(dst), SrcPort: sport, DstPort: dport, Proto: proto}
		if got := FormatID(k.ID()); got != want {
			t.Errorf("id of %v is %s, want %s", k, got, want)
		}
	}
	f("10.1.1.1", "10.2.1.1", 6, 40112, 5201, "fd80419af28b11f8")
	f("fd00:1:1::1", "fd00:2:1::1", 17, 40000, 4791, "8bb71898c9867cc1")
	f("10.1.1.1", "10.2.1.1", 1, 0, 0, "5159487af45fe7a1")
}

func TestExchangeGolden(t *testing.T) {
	f := func(src, dst string, proto uint8, sport, dport uint16, want string) {
		t.Helper()
		k := Key{Src: addr(src), Dst: addr(dst), SrcPort: sport, DstPort: dport, Proto: proto}
		r := k.Reverse()
		if got := FormatID(k.Exchange()); got != want || r.Exchange() != k.Exchange() {
			t.Errorf("exchange hash of %v is %s (reverse %s), want %s", k, got, FormatID(r.Exchange()), want)
		}
	}
	f("10.1.1.1", "10.2.1.1", 6, 40112, 5201, "fd80419af28b11f8") // the lower end is the source: as the id
	f("10.1.1.1", "10.1.1.1", 6, 2, 1, FormatID((&Key{Src: addr("10.1.1.1"), Dst: addr("10.1.1.1"), SrcPort: 1, DstPort: 2, Proto: 6}).ID()))
}

// canonical gives the 37 bytes that the id hashes, as docs/interfaces.md has them.
func canonical(k *Key) []byte {
	b := slices.Concat(k.Src[:], k.Dst[:])
	b = binary.BigEndian.AppendUint16(b, k.SrcPort)
	b = binary.BigEndian.AppendUint16(b, k.DstPort)
	return append(b, k.Proto)
}

func randomKey(rng *rand.Rand) Key {
	k := Key{SrcPort: uint16(rng.Uint32()), DstPort: uint16(rng.Uint32()), Proto: uint8(rng.Uint32())}
	for i := range k.Src {
		k.Src[i], k.Dst[i] = byte(rng.Uint32()), byte(rng.Uint32())
	}
	return k
}

func TestHashesAgreeWithXXH64(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		k := randomKey(rng)
		if got, want := k.ID(), xxhash.Sum64(canonical(&k)); got != want {
			t.Fatalf("id of %v is %x, XXH64 of its canonical form %x", k, got, want)
		}
		r := k.Reverse()
		if k.Exchange() != r.Exchange() {
			t.Fatalf("the directions of %v do not meet", k)
		}
		if k.Exchange() != k.ID() && k.Exchange() != r.ID() {
			t.Fatalf("exchange hash of %v is neither direction's id", k)
		}
		if id, exchange := k.Hashes(); id != k.ID() || exchange != k.Exchange() {
			t.Fatalf("both hashes of %v are %x and %x", k, id, exchange)
		}
	}
}

func TestZeroKey(t *testing.T) {
	var k Key
	if !k.IsZero() || k.ID() != 0 || k.String() != "no flow" {
		t.Errorf("the zero key has id %x and text %q", k.ID(), k)
	}
	if id, exchange := k.Hashes(); id != 0 || exchange != k.Exchange() {
		t.Errorf("both hashes of the zero key are %x and %x", id, exchange)
	}
}

func TestKeyString(t *testing.T) {
	f := func(k Key, want string) {
		t.Helper()
		if got := k.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(Key{Src: addr("10.1.1.1"), Dst: addr("10.2.1.1"), SrcPort: 1, DstPort: 2, Proto: ProtoTCP}, "10.1.1.1:1 > 10.2.1.1:2 tcp")
	f(Key{Src: addr("fd00::1"), Dst: addr("fd00::2"), SrcPort: 1, DstPort: 2, Proto: ProtoUDP}, "[fd00::1]:1 > [fd00::2]:2 udp")
	f(Key{Src: addr("10.1.1.1"), Dst: addr("10.2.1.1"), Proto: ProtoICMP}, "10.1.1.1 > 10.2.1.1 icmp")
	f(Key{Src: addr("10.1.1.1"), Dst: addr("10.2.1.1"), Proto: 89}, "10.1.1.1 > 10.2.1.1 proto 89")
}

func TestAddr(t *testing.T) {
	v4, v6 := addr("192.0.2.1"), addr("2001:db8::1")
	if !v4.Is4() || v6.Is4() || v4 != AddrFrom4([4]byte{192, 0, 2, 1}) {
		t.Error("IPv4 is not told from IPv6")
	}
	if v4.String() != "192.0.2.1" || v6.String() != "2001:db8::1" || (Addr{}).String() != "" {
		t.Errorf("texts are %q, %q, %q", v4, v6, Addr{})
	}
	if !(Addr{}).IsZero() || (Addr{}).Netip().IsValid() || AddrFromNetip(netip.Addr{}) != (Addr{}) {
		t.Error("unknown does not survive")
	}
	if v4.Compare(v6) >= 0 || v6.Compare(v4) <= 0 || v4.Compare(addr("192.0.2.1")) != 0 || addr("10.0.0.9").Compare(addr("10.0.0.10")) >= 0 {
		t.Error("addresses are not ordered as numbers")
	}
}

// TestAddrByWords: what is told from an address's words is what its bytes, or netip, say.
func TestAddrByWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	list := []Addr{{}, addr("0.0.0.0"), addr("0.0.0.1"), addr("127.0.0.1"), addr("128.0.0.1"), addr("::"), addr("::1"), addr("255.255.255.255"), addr("240.0.0.1"), addr("224.0.0.1"), addr("ff02::1"), addr("2001:db8::1")}
	for range 2000 {
		a := Addr{10: 0xff, 11: 0xff, 12: byte(rng.Uint32()), 15: byte(rng.Uint32())}
		a[rng.IntN(16)] ^= byte(rng.IntN(3))
		list = append(list, a)
	}
	for i, a := range list {
		n := a.Netip()
		if got, want := a.NamesNobody(), !n.IsValid() || n.IsUnspecified() || n.IsLoopback() || n.IsMulticast() || n.String() == "255.255.255.255"; got != want {
			t.Errorf("%v names nobody: %v, want %v", n, got, want)
		}
		if got, want := a.Is4(), netip.AddrFrom16(a).Is4In6(); got != want {
			t.Errorf("%v is IPv4: %v, want %v", n, got, want)
		}
		b := list[(i*7+1)%len(list)]
		if got, want := a.Compare(b), bytes.Compare(a[:], b[:]); got != want {
			t.Errorf("%v to %v: %d, want %d", a, b, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	if (&Sample{}).Rate() != 0 || (&Sample{SamplingRate: 100}).Rate() != 100 || (&Sample{SamplingRate: 100, EffectiveRate: 130}).Rate() != 130 {
		t.Error("a sample stands for its effective rate, or nobody knows for how many")
	}
}

func TestEntryTTL(t *testing.T) {
	for want, p := range map[uint8]Packet{
		60: {TTL: 60, OuterTTL: 63},             // no tunnel: what stands as outer is left over
		61: {TTL: 61, Tunnel: TunnelPseudowire}, // a tunnel without IP around it
	} {
		if got := p.EntryTTL(); got != want {
			t.Errorf("%+v: %d, want %d", p, got, want)
		}
	}
	if (&Packet{TTL: 60}).EntryTTL() != 60 || (&Packet{TTL: 60, Tunnel: TunnelVXLAN, OuterTTL: 63}).EntryTTL() != 63 {
		t.Error("routers count the outer TTL in a tunnel, else the packet's own")
	}
}

func BenchmarkIDAndExchange(b *testing.B) {
	k := randomKey(rand.New(rand.NewPCG(1, 2)))
	b.ReportAllocs()
	b.SetBytes(keyBytes)
	var sum uint64
	for b.Loop() {
		k.SrcPort++
		sum += k.ID() + k.Exchange()
	}
	if sum == 0 {
		b.Error("no hash")
	}
}
