package packet_test

import (
	"strings"
	"testing"

	"spoor/decode/packet"
	"spoor/flow"
)

func TestIPv4(t *testing.T) {
	noIP := flow.Packet{SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800, Truncated: true}
	change := func(old, now string) string {
		if !strings.Contains(ipTCP, old) {
			t.Fatalf("%q is not in the header", old)
		}
		return ethIPv4 + strings.Replace(ipTCP, old, now, 1)
	}
	fragment := func(flags uint8, offset uint16) flow.Packet {
		return tcp4(func(p *flow.Packet) {
			p.IPFlags, p.FragmentOffset, p.Fragment = flags, offset, true
			p.Key.SrcPort, p.Key.DstPort, p.TCPFlags, p.TCPSequence, p.PayloadLength = 0, 0, 0, 0, 0
		})
	}
	run(t, packet.Ethernet, []packetCase{
		{"options", change("45 2e", "47 2e") + "94040000 01010101" + tcp, tcp4(func(p *flow.Packet) { p.PayloadLength = 12 })},
		{"options beyond the header", change("45 2e", "4f 2e") + "9cb0 1451 00000064", noIP},
		{"header of 16 bytes", change("45 2e", "44 2e") + tcp, noIP},
		{"version 7", change("45 2e", "75 2e") + tcp, noIP},
		{"cut", ethIPv4 + "4500003c 12344000 3f060000 0a010101 0a0201", noIP},
		{"total length 0, TSO", change("003c", "0000") + tcp, tcp4(func(p *flow.Packet) { p.IPLength, p.PayloadLength = 0, 0 })},
		{"total length below the header", change("003c", "0013") + tcp, tcp4(func(p *flow.Packet) { p.IPLength, p.PayloadLength = 0, 0 })},
		{"total length above the bytes", change("003c", "05dc") + tcp, tcp4(func(p *flow.Packet) { p.IPLength, p.PayloadLength = 1500, 1460 })},
		{"total length ends in TCP", change("003c", "0020") + tcp, tcp4(func(p *flow.Packet) {
			p.IPLength, p.PayloadLength, p.TCPFlags, p.TCPSequence, p.Truncated = 32, 0, 0, 0, true
		})},
		{"first fragment", change("4000", "2000") + tcp, fragment(1, 0)},
		{"middle fragment", change("4000", "2064") + tcp, fragment(1, 100)},
		{"last fragment", change("4000", "0064") + "deadbeefdeadbeef", fragment(0, 100)},
		{"ESP", change("3f 06", "3f 32") + tcp, tcp4(func(p *flow.Packet) {
			p.Key.SrcPort, p.Key.DstPort, p.Key.Proto, p.TCPFlags, p.TCPSequence, p.PayloadLength = 0, 0, 50, 0, 0, 0
		})},
	})
}

func TestIPv6(t *testing.T) {
	const nothing = "000000000000" // the rest of an empty extension header
	// with gives the packet with a next header, the extension headers themselves and as many more bytes of length.
	with := func(next, length, extensions string) string {
		in := strings.Replace(ip6TCP, "06 3f", next+"3f", 1)
		return ethIPv6 + strings.Replace(in, "0028", length, 1) + extensions
	}
	longer := func(n uint32) flow.Packet { return tcp6(func(p *flow.Packet) { p.IPLength += n }) }
	noPorts := func(proto uint8, f func(p *flow.Packet)) flow.Packet {
		return tcp6(func(p *flow.Packet) {
			p.Key.SrcPort, p.Key.DstPort, p.Key.Proto = 0, 0, proto
			p.TCPFlags, p.TCPSequence, p.PayloadLength = 0, 0, 0
			f(p)
		})
	}
	run(t, packet.Ethernet, []packetCase{
		{"hop-by-hop", with("00", "0030", "0600"+nothing) + tcp, longer(8)},
		{"routing, then destination options", with("2b", "0040", "3c01"+nothing+"0000000000000000"+"0600"+nothing) + tcp, longer(24)},
		{"authentication header", with("33", "0038", "0602"+nothing+"0000000000000000") + tcp, longer(16)},
		{"atomic fragment", with("2c", "0030", "06 00 0000 00000007") + tcp, tcp6(func(p *flow.Packet) { p.IPLength, p.FragmentID = 88, 7 })},
		{"first fragment", with("2c", "0030", "06 00 0001 00000007") + tcp, noPorts(6, func(p *flow.Packet) {
			p.IPLength, p.FragmentID, p.Fragment = 88, 7, true
		})},
		{"later fragment", with("2c", "0030", "06 00 0539 00000007") + tcp, noPorts(6, func(p *flow.Packet) {
			p.IPLength, p.FragmentID, p.Fragment, p.FragmentOffset = 88, 7, true, 167
		})},
		{"payload length 0", with("06", "0000", "") + tcp, tcp6(func(p *flow.Packet) { p.IPLength, p.PayloadLength = 0, 0 })},
		{"no next header", with("3b", "0000", ""), noPorts(59, func(p *flow.Packet) { p.IPLength = 0 })},
		{"ICMPv6", with("3a", "0028", "") + "8700 0000 00000000", noPorts(58, func(p *flow.Packet) { p.ICMPType, p.PayloadLength = 135, 32 })},
		{"ICMPv6 behind options", with("00", "0010", "3a00"+nothing) + "0401 0000 00000000", noPorts(58, func(p *flow.Packet) {
			p.IPLength, p.ICMPType, p.ICMPCode = 56, 4, 1
		})},
		{"SCTP", with("84", "0028", "") + "9cb0 1451 00000001 00000000", noPorts(132, func(p *flow.Packet) {
			p.Key, p.PayloadLength = key6, 28
			p.Key.Proto = 132
		})},
		{"ESP", with("32", "0028", "") + tcp, noPorts(50, func(*flow.Packet) {})},
		{"extension cut", with("00", "0028", "0600"), noPorts(0, func(p *flow.Packet) { p.Truncated = true })},
		{"extension longer than all", with("00", "0028", "06ff"+nothing), noPorts(0, func(p *flow.Packet) { p.Truncated = true })},
		{"eight extensions", with("00", "0068", strings.Repeat("0000"+nothing, 7)+"0600"+nothing) + tcp, longer(64)},
		{"nine extensions", with("00", "0070", strings.Repeat("0000"+nothing, 8)+"0600"+nothing) + tcp, noPorts(0, func(p *flow.Packet) {
			p.IPLength, p.Truncated = 152, true
		})},
		{"cut", ethIPv6 + "60000000 0028063f", flow.Packet{SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x86dd, Truncated: true}},
	})
}

func TestTransport(t *testing.T) {
	// behind gives the packet with another protocol (its number in hexadecimal) and what lies behind IP.
	behind := func(proto, rest string) string {
		return ethIPv4 + strings.Replace(ipTCP, "3f 06", "3f "+proto, 1) + rest
	}
	other := func(proto uint8, f func(p *flow.Packet)) flow.Packet {
		return tcp4(func(p *flow.Packet) {
			p.Key.Proto, p.TCPFlags, p.TCPSequence, p.PayloadLength = proto, 0, 0, 0
			f(p)
		})
	}
	noPorts := func(p *flow.Packet) { p.Key.SrcPort, p.Key.DstPort = 0, 0 }
	run(t, packet.Ethernet, []packetCase{
		{"SYN takes a number", behind("06", "9cb0 1451 00000064 00000000 50 02 0200 00000000"), tcp4(func(p *flow.Packet) {
			p.TCPFlags, p.TCPSequence = 2, 101
		})},
		{"TCP options", behind("06", "9cb0 1451 00000064 000000c8 80 18 0200 00000000 0101080a0000000000000000"), tcp4(func(p *flow.Packet) {
			p.PayloadLength = 8
		})},
		{"TCP data offset 0", behind("06", "9cb0 1451 00000064 000000c8 00 18 0200 00000000"), tcp4(func(p *flow.Packet) { p.PayloadLength = 0 })},
		{"TCP cut after the flags", behind("06", "9cb0 1451 00000064 000000c8 50 18"), tcp4(func(p *flow.Packet) {
			p.TCPSequence, p.PayloadLength, p.Truncated = 0, 0, true
		})},
		{"TCP cut before the flags", behind("06", "9cb0 1451 0000"), tcp4(func(p *flow.Packet) {
			p.TCPFlags, p.TCPSequence, p.PayloadLength, p.Truncated = 0, 0, 0, true
		})},
		{"TCP cut in the ports", behind("06", "9cb0 14"), other(6, func(p *flow.Packet) {
			noPorts(p)
			p.Truncated = true
		})},
		{"UDP", behind("11", "9cb0 1451 0028 0000"), other(17, func(p *flow.Packet) { p.PayloadLength = 32 })},
		{"UDP cut", behind("11", "9cb0 1451 00"), other(17, func(p *flow.Packet) { p.Truncated = true })},
		{"SCTP", behind("84", "9cb0 1451 00000001 00000000"), other(132, func(p *flow.Packet) { p.PayloadLength = 28 })},
		{"ICMP", behind("01", "0304 0000 00000000"), other(1, func(p *flow.Packet) {
			noPorts(p)
			p.ICMPType, p.ICMPCode, p.PayloadLength = 3, 4, 32
		})},
		{"ICMP cut", behind("01", "03"), other(1, func(p *flow.Packet) {
			noPorts(p)
			p.Truncated = true
		})},
	})
}
