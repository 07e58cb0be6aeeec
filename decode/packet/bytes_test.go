package packet_test

import (
	"testing"

	"spoor/decode/packet"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// Headers for the tests, each field on its line; what follows a "#" is a remark.
const (
	ethIPv4 = `
		020000000002      # to
		020000000001      # from
		0800              # IPv4
`
	ethIPv6 = `
		020000000002 020000000001
		86dd              # IPv6
`
	ipTCP = `
		45 2e             # version 4, 20 bytes; TOS
		003c              # total length 60
		1234 4000         # id; DF
		3f 06 0000        # TTL 63; TCP; checksum
		0a010101 0a020101 # 10.1.1.1 > 10.2.1.1
`
	tcp = `
		9cb0 1451         # 40112 > 5201
		00000064 000000c8 # sequence 100, acknowledgement
		50 18             # header of 20 bytes; PSH, ACK
		0200 0000 0000    # window, checksum, urgent
		000102030405060708090a0b0c0d0e0f10111213 # 20 bytes of payload
`
	ip6TCP = `
		6 2e abcde        # version 6, traffic class, flow label
		0028              # payload length 40
		06 3f             # TCP; hop limit 63
		fd000000000000000000000000000001
		fd000000000000000000000000000002`
	// The outer headers of a tunnel from 10.255.0.1 to 10.255.0.2; the total length is left at 0, as before segmentation.
	outerUDP  = `4500 0000 0000 0000 3e 11 0000 0aff0001 0aff0002`
	outerGRE  = `4500 0000 0000 0000 3e 2f 0000 0aff0001 0aff0002`
	outerIPIP = `4500 0000 0000 0000 3e 04 0000 0aff0001 0aff0002`
	outer6in4 = `4500 0000 0000 0000 3e 29 0000 0aff0001 0aff0002`
	vxlan     = `
		c000 12b5 0000 0000 # UDP 49152 > 4789
		08 000000         # flags: I
		000064 00         # VNI 100
`
)

var (
	v4Src, v4Dst       = flow.AddrFrom4([4]byte{10, 1, 1, 1}), flow.AddrFrom4([4]byte{10, 2, 1, 1})
	outerSrc, outerDst = flow.AddrFrom4([4]byte{10, 255, 0, 1}), flow.AddrFrom4([4]byte{10, 255, 0, 2})
	v6Src, v6Dst       = flow.Addr{0: 0xfd, 15: 1}, flow.Addr{0: 0xfd, 15: 2}
	key4               = flow.Key{Src: v4Src, Dst: v4Dst, SrcPort: 40112, DstPort: 5201, Proto: 6}
	key6               = flow.Key{Src: v6Src, Dst: v6Dst, SrcPort: 40112, DstPort: 5201, Proto: 6}
)

// dissect gives the dissection of a text of bytes.
func dissect(tb testing.TB, text string, protocol uint32) flow.Packet {
	tb.Helper()
	var p flow.Packet
	packet.Dissect(annotated.Bytes(tb, text), protocol, &p)
	return p
}

// tcp4 is the dissection of ethIPv4 + ipTCP + tcp, changed by f.
func tcp4(f func(p *flow.Packet)) flow.Packet {
	p := flow.Packet{
		Key: key4, SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800,
		TTL: 63, TOS: 0x2e, TCPFlags: 0x18, IPFlags: 2, FragmentID: 0x1234,
		TCPSequence: 100, PayloadLength: 20, IPLength: 60, IPOffset: 14,
	}
	if f != nil {
		f(&p)
	}
	return p
}

// tcp6 is the dissection of ethIPv6 + ip6TCP + tcp, changed by f.
func tcp6(f func(p *flow.Packet)) flow.Packet {
	return tcp4(func(p *flow.Packet) {
		p.Key, p.EtherType, p.IPFlags, p.FragmentID = key6, 0x86dd, 0, 0
		p.FlowLabel, p.IPLength = 0xabcde, 80
		if f != nil {
			f(p)
		}
	})
}

// tunnelled is the dissection of a tunnel with ipTCP + tcp inside, after n bytes of headers.
func tunnelled(t flow.Tunnel, n uint16, proto uint8, f func(p *flow.Packet)) flow.Packet {
	return tcp4(func(p *flow.Packet) {
		p.Tunnel, p.OuterLength, p.OuterProto, p.OuterTTL = t, n, proto, 62
		p.OuterSrc, p.OuterDst = outerSrc, outerDst
		p.IPLength = 0 // the outer one's, which is unknown
		if f != nil {
			f(p)
		}
	})
}
