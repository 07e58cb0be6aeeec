package packet_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/packet"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

func TestVXLAN(t *testing.T) {
	inVXLAN := func(f func(p *flow.Packet)) flow.Packet {
		return tunnelled(flow.TunnelVXLAN, 50, 17, func(p *flow.Packet) {
			p.VNI, p.OuterSrcPort, p.OuterDstPort = 100, 49152, 4789
			f(p)
		})
	}
	// notFollowed is the outer packet alone.
	notFollowed := func(dst uint16, f func(p *flow.Packet)) flow.Packet {
		p := flow.Packet{
			Key:    flow.Key{Src: outerSrc, Dst: outerDst, SrcPort: 49152, DstPort: dst, Proto: 17},
			SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800, TTL: 62, IPOffset: 14,
		}
		f(&p)
		return p
	}
	same := func(*flow.Packet) {}
	const arp = "020000000002 020000000001 0806 0001080006040001"
	run(t, packet.Ethernet, []packetCase{
		{"IPv4 in IPv4", ethIPv4 + outerUDP + vxlan + ethIPv4 + ipTCP + tcp, inVXLAN(same)},
		{"inner tags are not the frame's", ethIPv4 + outerUDP + vxlan + "060000000002 060000000001 8100 0007 0800" + ipTCP + tcp, inVXLAN(same)},
		{"outer tag", "020000000002 020000000001 8100 0007 0800" + outerUDP + vxlan + ethIPv4 + ipTCP + tcp, inVXLAN(func(p *flow.Packet) {
			p.VLAN, p.VLANTags, p.OuterLength, p.IPOffset = 7, 1, 54, 18
		})},
		{"IPv6 in IPv4", ethIPv4 + outerUDP + vxlan + ethIPv6 + ip6TCP + tcp, inVXLAN(func(p *flow.Packet) {
			p.Key, p.EtherType, p.FlowLabel, p.IPFlags, p.FragmentID = key6, 0x86dd, 0xabcde, 0, 0
		})},
		{"IPv4 in IPv6", ethIPv6 + "60000000 0000 11 3e fd000000000000000000000000000001 fd000000000000000000000000000002" + vxlan + ethIPv4 + ipTCP + tcp, inVXLAN(func(p *flow.Packet) {
			p.OuterSrc, p.OuterDst, p.OuterLength = v6Src, v6Dst, 70
		})},
		{"Linux's port", ethIPv4 + outerUDP + "c000 2118 0000 0000 08000000 00006400" + ethIPv4 + ipTCP + tcp, inVXLAN(func(p *flow.Packet) {
			p.OuterDstPort = 8472
		})},
		{"without the I flag", ethIPv4 + outerUDP + "c000 12b5 0000 0000 00000000 00006400" + ethIPv4 + ipTCP + tcp, notFollowed(4789, same)},
		{"another port", ethIPv4 + outerUDP + "c000 12b4 0000 0000 08000000 00006400" + ethIPv4 + ipTCP + tcp, notFollowed(4788, same)},
		{"cut before the VNI", ethIPv4 + outerUDP + "c000 12b5 0000 0000 08000000", notFollowed(4789, same)},
		{"ARP inside", ethIPv4 + outerUDP + vxlan + arp, notFollowed(4789, same)},
		{"inner IP cut", ethIPv4 + outerUDP + vxlan + ethIPv4 + "4500 003c", notFollowed(4789, func(p *flow.Packet) { p.Truncated = true })},
		{"inner TCP cut", ethIPv4 + outerUDP + vxlan + ethIPv4 + ipTCP + "9cb0 1451", inVXLAN(func(p *flow.Packet) {
			p.TCPFlags, p.TCPSequence, p.PayloadLength, p.Truncated = 0, 0, 0, true
		})},
		{"VXLAN in VXLAN", ethIPv4 + outerUDP + vxlan + ethIPv4 + outerUDP + vxlan + ethIPv4 + ipTCP + tcp, inVXLAN(func(p *flow.Packet) {
			p.Key = flow.Key{Src: outerSrc, Dst: outerDst, SrcPort: 49152, DstPort: 4789, Proto: 17}
			p.TTL, p.TOS, p.TCPFlags, p.IPFlags, p.FragmentID, p.TCPSequence, p.PayloadLength = 62, 0, 0, 0, 0, 0, 0
		})},
	})
}

func TestVXLANGPE(t *testing.T) {
	inside := func(n uint16, f func(p *flow.Packet)) flow.Packet {
		return tunnelled(flow.TunnelVXLAN, n, 17, func(p *flow.Packet) {
			p.VNI, p.OuterSrcPort, p.OuterDstPort = 100, 49152, 4790
			if f != nil {
				f(p)
			}
		})
	}
	outer := flow.Packet{
		Key:    flow.Key{Src: outerSrc, Dst: outerDst, SrcPort: 49152, DstPort: 4790, Proto: 17},
		SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800, TTL: 62, IPOffset: 14,
	}
	const udp = ethIPv4 + outerUDP + "c000 12b6 0000 0000"
	run(t, packet.Ethernet, []packetCase{
		{"Ethernet", udp + "0c000003 00006400" + ethIPv4 + ipTCP + tcp, inside(50, nil)},
		{"without the P bit", udp + "08000000 00006400" + ethIPv4 + ipTCP + tcp, inside(50, nil)},
		{"IPv4", udp + "0c000001 00006400" + ipTCP + tcp, inside(50, nil)},
		{"IPv6", udp + "0c000002 00006400" + ip6TCP + tcp, inside(50, func(p *flow.Packet) {
			p.Key, p.EtherType, p.FlowLabel, p.IPFlags, p.FragmentID = key6, 0x86dd, 0xabcde, 0, 0
		})},
		{"NSH", udp + "0c000004 00006400" + ipTCP + tcp, outer},
		{"OAM", udp + "0d000001 00006400" + ipTCP + tcp, outer},
		{"version 1", udp + "1c000001 00006400" + ipTCP + tcp, outer},
		{"cut", udp + "0c000001 000064", outer},
	})
}

func TestRoCE(t *testing.T) {
	with := func(f func(p *flow.Packet)) flow.Packet {
		p := flow.Packet{
			Key:    flow.Key{Src: outerSrc, Dst: outerDst, SrcPort: 49152, DstPort: 4791, Proto: 17},
			SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800, TTL: 62, IPOffset: 14,
		}
		f(&p)
		return p
	}
	const udp = ethIPv4 + outerUDP + "c000 12b7 0000 0000"
	run(t, packet.Ethernet, []packetCase{
		{"RC send only", udp + "0440 ffff ff00012c 00000001", with(func(p *flow.Packet) {
			p.RDMA, p.RDMAOpcode, p.RDMAQueuePair = true, 4, 300
		})},
		{"cut", udp + "0440 ffff ff00012c 000000", with(func(*flow.Packet) {})},
		{"another version", udp + "0441 ffff ff00012c 00000001", with(func(*flow.Packet) {})},
	})
}

// TestIPsec: the authentication header is stepped over, ESP is not.
func TestIPsec(t *testing.T) {
	const authentication = "06 04 0000 00000100 00000001 000000000000000000000000" // TCP next, 24 bytes
	const ah = "4500 0054 1234 4000 3f 33 0000 0a010101 0a020101" + authentication
	run(t, packet.Ethernet, []packetCase{
		{"AH", ethIPv4 + ah + tcp, tcp4(func(p *flow.Packet) { p.TOS, p.IPLength = 0, 84 })},
		{"AH cut", ethIPv4 + ah[:len(ah)-8], tcp4(func(p *flow.Packet) {
			p.Key = flow.Key{Src: v4Src, Dst: v4Dst, Proto: 51}
			p.TOS, p.IPLength, p.TCPFlags, p.TCPSequence, p.PayloadLength, p.Truncated = 0, 84, 0, 0, 0, true
		})},
		{"ESP", ethIPv4 + "4500 003c 1234 4000 3f 32 0000 0a010101 0a020101" + tcp, tcp4(func(p *flow.Packet) {
			p.Key = flow.Key{Src: v4Src, Dst: v4Dst, Proto: 50}
			p.TOS, p.TCPFlags, p.TCPSequence, p.PayloadLength = 0, 0, 0, 0
		})},
	})
}

func TestOtherTunnels(t *testing.T) {
	const geneve, gtp = "c000 17c1 0000 0000", "c000 0868 0000 0000"
	overUDP := func(t flow.Tunnel, n, dst uint16, vni uint32) flow.Packet {
		return tunnelled(t, n, 17, func(p *flow.Packet) { p.VNI, p.OuterSrcPort, p.OuterDstPort = vni, 49152, dst })
	}
	gre := func(n uint16, key uint32) flow.Packet {
		return tunnelled(flow.TunnelGRE, n, 47, func(p *flow.Packet) { p.VNI = key })
	}
	outer := func(proto uint8, src, dst uint16, f func(p *flow.Packet)) flow.Packet {
		p := flow.Packet{
			Key:    flow.Key{Src: outerSrc, Dst: outerDst, SrcPort: src, DstPort: dst, Proto: proto},
			SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800, TTL: 62, IPOffset: 14,
		}
		f(&p)
		return p
	}
	same, cut := func(*flow.Packet) {}, func(p *flow.Packet) { p.Truncated = true }
	run(t, packet.Ethernet, []packetCase{
		{"GRE, IPv4", ethIPv4 + outerGRE + "0000 0800" + ipTCP + tcp, gre(38, 0)},
		{"GRE, Ethernet, with checksum, key and sequence", ethIPv4 + outerGRE + "b000 6558 00000000 00000007 00000001" + ethIPv4 + ipTCP + tcp, gre(50, 7)},
		{"GRE version 1", ethIPv4 + outerGRE + "2081 880b 00100001", outer(47, 0, 0, same)},
		{"GRE with a source route", ethIPv4 + outerGRE + "4000 0800" + ipTCP, outer(47, 0, 0, same)},
		{"ERSPAN", ethIPv4 + outerGRE + "1000 88be 00000001 0000000000000000" + ethIPv4 + ipTCP + tcp, outer(47, 0, 0, same)},
		{"GRE cut", ethIPv4 + outerGRE + "b000 6558 00000000", outer(47, 0, 0, cut)},
		{"IP in IP", ethIPv4 + outerIPIP + ipTCP + tcp, tunnelled(flow.TunnelIPIP, 34, 4, nil)},
		{"6in4", ethIPv4 + outer6in4 + ip6TCP + tcp, tunnelled(flow.TunnelIPIP, 34, 41, func(p *flow.Packet) {
			p.Key, p.EtherType, p.FlowLabel, p.IPFlags, p.FragmentID = key6, 0x86dd, 0xabcde, 0, 0
		})},
		{"IP in IP in IP", ethIPv4 + outerIPIP + outerIPIP + ipTCP + tcp, tunnelled(flow.TunnelIPIP, 34, 4, func(p *flow.Packet) {
			p.Key = flow.Key{Src: outerSrc, Dst: outerDst, Proto: 4}
			p.TTL, p.TOS, p.TCPFlags, p.IPFlags, p.FragmentID, p.TCPSequence, p.PayloadLength, p.Truncated = 62, 0, 0, 0, 0, 0, 0, true
		})},
		{"Geneve with options", ethIPv4 + outerUDP + geneve + "0100 6558 00000900 00000000" + ethIPv4 + ipTCP + tcp, overUDP(flow.TunnelGeneve, 54, 6081, 9)},
		{"Geneve, options cut", ethIPv4 + outerUDP + geneve + "0200 6558 00000900 00000000", outer(17, 49152, 6081, cut)},
		{"Geneve version 1", ethIPv4 + outerUDP + geneve + "4000 6558 00000900", outer(17, 49152, 6081, same)},
		{"GTP-U", ethIPv4 + outerUDP + gtp + "30ff 003c 0000abcd" + ipTCP + tcp, overUDP(flow.TunnelGTPU, 50, 2152, 0xabcd)},
		{"GTP-U with an extension", ethIPv4 + outerUDP + gtp + "34ff 0044 0000abcd 0001 00 85 01 1009 00" + ipTCP + tcp, overUDP(flow.TunnelGTPU, 58, 2152, 0xabcd)},
		{"GTP-U, extension of length 0", ethIPv4 + outerUDP + gtp + "34ff 0044 0000abcd 0001 00 85 00 1009 00" + ipTCP, outer(17, 49152, 2152, cut)},
		{"GTP-U, echo", ethIPv4 + outerUDP + gtp + "3201 0004 00000000 00010000", outer(17, 49152, 2152, same)},
	})
}

// TestGREFlags: with every combination of checksum, key and sequence number the
// inner packet is found behind them, and the key with it (RFC 2784, 2890).
func TestGREFlags(t *testing.T) {
	for flags := range 8 {
		checksum, key, sequence := flags&4 != 0, flags&2 != 0, flags&1 != 0
		head, n, vni, first := "", uint16(38), uint32(0), 0
		if checksum {
			head, n, first = head+"dead0000", n+4, first|0x80
		}
		if key {
			head, n, vni, first = head+"00c0ffee", n+4, 0xc0ffee, first|0x20
		}
		if sequence {
			head, n, first = head+"00000009", n+4, first|0x10
		}
		want := tunnelled(flow.TunnelGRE, n, 47, func(p *flow.Packet) { p.VNI = vni })
		in := ethIPv4 + outerGRE + fmt.Sprintf("%02x00 0800", first) + head
		if diff := cmp.Diff(want, dissect(t, in+ipTCP+tcp, packet.Ethernet)); diff != "" {
			t.Errorf("first byte %#02x:\n%s", first, diff)
		}
		for cut := range (len(head) + 7) / 8 { // within the optional fields
			p := dissect(t, in[:len(in)-len(head)]+head[:8*cut], packet.Ethernet)
			if !p.Truncated || p.Tunnel != flow.TunnelNone || p.Key.Proto != 47 {
				t.Errorf("first byte %#02x with %d words: %+v", first, cut, p)
			}
		}
	}
}

// TestOuterLength subtracts the outer headers from a frame: what remains is the inner one.
func TestOuterLength(t *testing.T) {
	in := annotated.Bytes(t, ethIPv4+outerUDP+vxlan+ethIPv4+ipTCP+tcp)
	var p flow.Packet
	packet.Dissect(in, packet.Ethernet, &p)
	inner := annotated.Bytes(t, ethIPv4+ipTCP+tcp)
	if got := len(in) - int(p.OuterLength); got != len(inner) {
		t.Errorf("inner frame of %d bytes, want %d", got, len(inner))
	}
	if p.EntryTTL() != 62 {
		t.Errorf("TTL at entry %d", p.EntryTTL())
	}
}
