package packet_test

import (
	"slices"
	"testing"

	"spoor/decode/packet"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// FuzzDissect checks what must hold for any header: no panic, nothing read
// beyond its end, the same result twice and by the long way, and no contradiction in it.
func FuzzDissect(f *testing.F) {
	for _, text := range []string{
		ethIPv4 + ipTCP + tcp, ethIPv6 + ip6TCP + tcp,
		ethIPv4 + outerUDP + vxlan + ethIPv4 + ipTCP + tcp,
		ethIPv4 + outerGRE + "b000 6558 00000000 00000007 00000001" + ethIPv4 + ipTCP + tcp,
		ethIPv4 + outerIPIP + ipTCP + tcp, ethIPv4 + outer6in4 + ip6TCP + tcp,
		ethIPv4 + outerUDP + "c000 17c1 0000 0000 0100 6558 00000900 00000000" + ethIPv4 + ipTCP + tcp,
		ethIPv4 + outerUDP + "c000 0868 0000 0000 34ff 0044 0000abcd 0001 00 85 01 1009 00" + ipTCP + tcp,
		"020000000002 020000000001 8847 0001013f 00000000" + ethIPv4 + ipTCP + tcp,
		"020000000002 020000000001 88a8 0064 8100 0065 0800" + ipTCP + tcp,
		"020000000002 020000000001 0044 aaaa03 000000 0800" + ipTCP + tcp,
	} {
		f.Add(annotated.Bytes(f, text), uint32(packet.Ethernet))
	}
	f.Add(annotated.Bytes(f, ipTCP+tcp), uint32(packet.IPv4))
	f.Add(annotated.Bytes(f, ip6TCP+tcp), uint32(packet.IPv6))
	f.Fuzz(func(t *testing.T, header []byte, protocol uint32) {
		var p, again, long flow.Packet
		packet.Dissect(slices.Clip(header), protocol, &p)
		packet.Dissect(append(slices.Clip(header), 0x45, 0, 0, 20)[:len(header)], protocol, &again)
		if p != again {
			t.Fatalf("the bytes behind the header matter:\n%+v\n%+v", p, again)
		}
		if packet.DissectLong(header, protocol, &long); p != long {
			t.Fatalf("the short way leads elsewhere:\n%+v\n%+v", p, long)
		}
		switch {
		case p.Fragment && (p.Key.SrcPort != 0 || p.Key.DstPort != 0 || p.TCPSequence != 0),
			(p.Tunnel == flow.TunnelNone) != (p.OuterLength == 0),
			p.Tunnel == flow.TunnelNone && (p.OuterProto != 0 || p.VNI != 0 || !p.OuterSrc.IsZero()),
			p.Tunnel != flow.TunnelNone && p.Key.Src.IsZero() && p.Key.Dst.IsZero() && p.IPOffset == 0 && p.OuterProto == 0,
			int(p.IPOffset) > len(header), int(p.OuterLength) > len(header),
			p.IPLength > 1<<16+40, p.PayloadLength > 1<<16:
			t.Fatalf("contradiction: %+v", p)
		}
	})
}

// TestDissectDoesNotAllocate covers a plain packet and a tunnel.
func TestDissectDoesNotAllocate(t *testing.T) {
	plain, tunnel := annotated.Bytes(t, ethIPv4+ipTCP+tcp), annotated.Bytes(t, ethIPv4+outerUDP+vxlan+ethIPv6+ip6TCP+tcp)
	var p flow.Packet
	if n := testing.AllocsPerRun(100, func() {
		p = flow.Packet{}
		packet.Dissect(plain, packet.Ethernet, &p)
		p = flow.Packet{}
		packet.Dissect(tunnel, packet.Ethernet, &p)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDissect(b *testing.B) {
	for name, text := range map[string]string{
		"tcp": ethIPv4 + ipTCP + tcp, "tcp6": ethIPv6 + ip6TCP + tcp, "vxlan": ethIPv4 + outerUDP + vxlan + ethIPv4 + ipTCP + tcp,
	} {
		b.Run(name, func(b *testing.B) {
			header := annotated.Bytes(b, text)
			b.SetBytes(int64(len(header)))
			b.ReportAllocs()
			var p flow.Packet
			for b.Loop() {
				p = flow.Packet{}
				packet.Dissect(header, packet.Ethernet, &p)
			}
			if p.Key.IsZero() {
				b.Fatal("no flow")
			}
		})
	}
}
