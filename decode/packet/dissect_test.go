package packet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/packet"
	"spoor/flow"
)

type packetCase struct {
	name string
	in   string
	want flow.Packet
}

func run(t *testing.T, protocol uint32, cases []packetCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, dissect(t, tc.in, protocol)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLink(t *testing.T) {
	const macs = "020000000002 020000000001"
	link := func(f func(p *flow.Packet)) flow.Packet {
		p := flow.Packet{SrcMAC: 0x020000000001, DstMAC: 0x020000000002}
		f(&p)
		return p
	}
	at := func(offset uint16, f func(p *flow.Packet)) flow.Packet {
		return tcp4(func(p *flow.Packet) {
			p.IPOffset = offset
			f(p)
		})
	}
	run(t, packet.Ethernet, []packetCase{
		{"IPv4", ethIPv4 + ipTCP + tcp, tcp4(nil)},
		{"IPv6", ethIPv6 + ip6TCP + tcp, tcp6(nil)},
		{"padding", ethIPv4 + ipTCP + tcp + "0000000000000000", tcp4(nil)},
		{"802.1Q", macs + "8100 6064 0800" + ipTCP + tcp, at(18, func(p *flow.Packet) { p.VLAN, p.VLANTags = 100, 1 })},
		{"QinQ", macs + "88a8 0064 8100 0065 0800" + ipTCP + tcp, at(22, func(p *flow.Packet) { p.VLAN, p.InnerVLAN, p.VLANTags = 100, 101, 2 })},
		{
			"four tags, old types", macs + "9100 0001 9200 0002 8100 0003 8100 0004 0800" + ipTCP + tcp,
			at(30, func(p *flow.Packet) { p.VLAN, p.InnerVLAN, p.VLANTags = 1, 2, 4 }),
		},
		{
			"five tags", macs + "8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800" + ipTCP + tcp,
			link(func(p *flow.Packet) { p.VLAN, p.InnerVLAN, p.VLANTags, p.Truncated = 1, 2, 5, true }),
		},
		{"VN-Tag", macs + "8926 00000000 0800" + ipTCP + tcp, at(20, func(*flow.Packet) {})},
		{"802.3 with SNAP", macs + "0044 aaaa03 000000 0800" + ipTCP + tcp, at(22, func(*flow.Packet) {})},
		{"SNAP of an organisation", macs + "0044 aaaa03 00000c 2000 0102", link(func(*flow.Packet) {})},
		{"spanning tree", macs + "0026 424203 0000", link(func(*flow.Packet) {})},
		{"LLC cut", macs + "0026 4242", link(func(p *flow.Packet) { p.Truncated = true })},
		{"SNAP cut", macs + "0026 aaaa03 000000 08", link(func(p *flow.Packet) { p.Truncated = true })},
		{"ARP", macs + "0806 0001080006040001", link(func(p *flow.Packet) { p.EtherType = 0x806 })},
		{"MACsec", macs + "88e5 0102030405060708", link(func(p *flow.Packet) { p.EtherType = 0x88e5 })},
		{"Ethernet cut", macs + "08", flow.Packet{Truncated: true}},
		{"tag cut", macs + "8100 00", link(func(p *flow.Packet) { p.Truncated = true })},
		{"VN-Tag cut", macs + "8926 00000000 08", link(func(p *flow.Packet) { p.Truncated = true })},
		{"empty", "", flow.Packet{}},
	})
}

func TestMPLS(t *testing.T) {
	const macs = "020000000002 020000000001 8847"
	run(t, packet.Ethernet, []packetCase{
		{"two labels, IPv4", macs + "0001003f 0002013f" + ipTCP + tcp, tcp4(func(p *flow.Packet) {
			p.MPLSDepth, p.MPLS, p.IPOffset = 2, [4]uint32{0x0001003f, 0x0002013f}, 22
		})},
		{"IPv6", macs + "0001013f" + ip6TCP + tcp, tcp6(func(p *flow.Packet) {
			p.MPLSDepth, p.MPLS, p.IPOffset = 1, [4]uint32{0x0001013f}, 18
		})},
		{"pseudowire, control word", macs + "0001013f 00000000" + ethIPv4 + ipTCP + tcp, tcp4(func(p *flow.Packet) {
			p.MPLSDepth, p.MPLS, p.IPOffset, p.Tunnel, p.OuterLength = 1, [4]uint32{0x0001013f}, 36, flow.TunnelPseudowire, 22
		})},
		{"pseudowire, none", macs + "0001013f" + "1e0000000002 1e0000000001 0800" + ipTCP + tcp, tcp4(func(p *flow.Packet) {
			p.MPLSDepth, p.MPLS, p.IPOffset, p.Tunnel, p.OuterLength = 1, [4]uint32{0x0001013f}, 32, flow.TunnelPseudowire, 18
		})},
		{"no bottom", macs + "0001003f 0001003f", flow.Packet{
			SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x8847, MPLSDepth: 2, MPLS: [4]uint32{0x0001003f, 0x0001003f}, Truncated: true,
		}},
		{"nothing behind", macs + "0001013f", flow.Packet{
			SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x8847, MPLSDepth: 1, MPLS: [4]uint32{0x0001013f}, Truncated: true,
		}},
	})
}

func TestHeaderProtocols(t *testing.T) {
	bare := func(p flow.Packet) flow.Packet {
		p.SrcMAC, p.DstMAC, p.IPOffset = 0, 0, 0
		return p
	}
	run(t, packet.IPv4, []packetCase{
		{"IPv4", ipTCP + tcp, bare(tcp4(nil))},
		{"but IPv6", ip6TCP + tcp, flow.Packet{Truncated: true}},
	})
	run(t, packet.IPv6, []packetCase{
		{"IPv6", ip6TCP + tcp, bare(tcp6(nil))},
		{"but IPv4", ipTCP + tcp, flow.Packet{Truncated: true}},
	})
	run(t, packet.MPLS, []packetCase{{"MPLS", "0001013f" + ipTCP + tcp, tcp4(func(p *flow.Packet) {
		p.SrcMAC, p.DstMAC, p.IPOffset, p.MPLSDepth, p.MPLS = 0, 0, 4, 1, [4]uint32{0x0001013f}
	})}})
	run(t, 99, []packetCase{{"unknown", ethIPv4 + ipTCP + tcp, flow.Packet{}}})
}
