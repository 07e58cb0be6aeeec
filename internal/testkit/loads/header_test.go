package loads

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"spoor/flow"
)

// kinds are those of headers, as often as they are drawn.
var kinds = []string{
	"tcp", "tcp", "tcp", "udp", "udp", "sctp", "esp", "icmp", "icmp6", "tcp6", "udp6", "ext6", "frag", "frag6",
	"options", "vlan", "qinq", "mpls", "gre", "vxlan", "geneve", "ipip",
}

func (s *stream) ports() bool {
	return !slices.Contains([]string{"esp", "icmp", "icmp6", "frag", "frag6"}, s.kind)
}

// name gives a stream its key by its kind.
func (l *load) name(s *stream) {
	proto := uint8(flow.ProtoUDP)
	switch s.kind {
	case "tcp", "vlan", "qinq", "options", "gre", "mpls", "tcp6", "ext6":
		proto = flow.ProtoTCP
	case "sctp":
		proto = flow.ProtoSCTP
	case "esp":
		proto = 50
	case "icmp":
		proto = flow.ProtoICMP
	case "icmp6":
		proto = flow.ProtoICMPv6
	}
	a, b := s.src.ip4, s.dst.ip4
	if slices.Contains([]string{"icmp6", "tcp6", "udp6", "ext6", "frag6"}, s.kind) {
		a, b = s.src.ip6, s.dst.ip6
	}
	s.key = flow.Key{Src: flow.AddrFromNetip(a), Dst: flow.AddrFromNetip(b), Proto: proto}
	if s.ports() {
		s.src.next++
		s.key.SrcPort, s.key.DstPort = 20000+s.src.next, 7000+uint16(s.dst.number)
	}
	s.first = l.r.Uint32()
	s.payload = s.frame - 4 - 14 - 40
	switch s.kind {
	case "options":
		s.payload -= 8
	case "tcp6":
		s.payload -= 20
	case "ext6":
		s.payload -= 36
	}
}

// octets are a header as far as it is written.
type octets []byte

func (b octets) u8(v ...byte) octets { return append(b, v...) }
func (b octets) u16(v ...uint16) octets {
	for _, v := range v {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func (b octets) u32(v ...uint32) octets {
	for _, v := range v {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}
func (b octets) u64(v float64) octets { return binary.BigEndian.AppendUint64(b, uint64(v)) }
func (b octets) mac(m uint64) octets  { return b.u16(uint16(m >> 32)).u32(uint32(m)) }

func (b octets) ip4(src, dst netip.Addr, size int, fragment uint16, ttl, proto byte, options int) octets {
	b = b.u8(byte(0x45+options), 0).u16(uint16(size), 0x1234, fragment).u8(ttl, proto).u16(0)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	for range options {
		b = b.u8(1, 1, 1, 1)
	}
	return b
}

func (b octets) ip6(src, dst netip.Addr, size int, ttl, proto byte) octets {
	b = b.u32(6<<28).u16(uint16(size)).u8(proto, ttl)
	return append(append(b, src.AsSlice()...), dst.AsSlice()...)
}

func (b octets) tcp(from, to uint16, sequence uint32) octets {
	return b.u16(from, to).u32(sequence, 1).u8(0x50, 0x10).u16(500).u32(0)
}

func (b octets) udp(from, to uint16, size int) octets { return b.u16(from, to, uint16(size), 0) }

// header gives what an agent captures of a frame, and how long the frame is with all headers.
func (s *stream) header(from, to uint64, ttl byte, sequence uint32) (octets, float64) {
	b := octets{}.mac(to).mac(from)
	size, outer := int(s.frame)-4-14, 0
	switch s.kind {
	case "tcp", "udp", "sctp", "esp", "icmp", "options", "frag":
		b = s.over4(b.u16(0x800), size, ttl, sequence)
	case "icmp6", "tcp6", "udp6", "ext6", "frag6":
		b = s.over6(b.u16(0x86dd), size, ttl, sequence)
	case "vlan":
		b = s.over4(b.u16(0x8100, 100, 0x800), size, ttl, sequence)
	case "qinq":
		b = s.over4(b.u16(0x88a8, 200, 0x8100, 100, 0x800), size, ttl, sequence)
	case "mpls":
		b = s.over4(b.u16(0x8847).u32(100<<12|uint32(ttl), 200<<12|1<<8|uint32(ttl)), size, ttl, sequence)
	default:
		b, outer = s.tunnel(b.u16(0x800), size, ttl)
		b = s.over4(b, size, 64, sequence)
	}
	for len(b) < int(s.frame) && len(b) < 128 {
		b = b.u8(0)
	}
	return b[:min(len(b), 128)], s.frame + float64(outer)
}

// tunnel writes the outer headers; it tells how many octets they are.
func (s *stream) tunnel(b octets, size int, ttl byte) (octets, int) {
	src, dst := s.src.ip4, s.dst.ip4
	switch s.kind {
	case "gre":
		return b.ip4(src, dst, size+24, 0x4000, ttl, 47, 0).u16(0, 0x800), 24
	case "ipip":
		return b.ip4(src, dst, size+20, 0x4000, ttl, 4, 0), 20
	case "vxlan":
		b = b.ip4(src, dst, size+50, 0x4000, ttl, 17, 0).udp(50000, 4789, size+30).u32(0x08000000, 77<<8)
	case "geneve":
		b = b.ip4(src, dst, size+50, 0x4000, ttl, 17, 0).udp(50000, 6081, size+30).u16(0, 0x6558).u32(77 << 8)
	}
	return b.mac(0x0a0000000002).mac(0x0a0000000001).u16(0x800), 50
}

func (s *stream) over4(b octets, size int, ttl byte, sequence uint32) octets {
	fragment, options := uint16(0x4000), 0
	switch {
	case s.kind == "options":
		options = 2
	case s.kind == "frag" && sequence%3 == 0:
		fragment = 0x2000
	case s.kind == "frag":
		fragment = 0x20b9
	}
	b = b.ip4(s.src.ip4, s.dst.ip4, size, fragment, ttl, s.key.Proto, options)
	switch {
	case s.kind == "frag":
		return b.udp(4444, 5555, size-20)
	case s.kind == "sctp":
		return b.u16(s.key.SrcPort, s.key.DstPort).u32(7, 0)
	case s.kind == "esp":
		return b.u32(0xabc, sequence)
	case s.kind == "icmp":
		return b.u8(8, 0).u16(0).u32(sequence)
	case s.key.Proto == flow.ProtoTCP:
		return b.tcp(s.key.SrcPort, s.key.DstPort, sequence)
	}
	return b.udp(s.key.SrcPort, s.key.DstPort, size-20)
}

func (s *stream) over6(b octets, size int, ttl byte, sequence uint32) octets {
	next := s.key.Proto
	switch s.kind {
	case "ext6":
		next = 0
	case "frag6":
		next = 44
	}
	b = b.ip6(s.src.ip6, s.dst.ip6, size-40, ttl, next)
	switch s.kind {
	case "icmp6":
		return b.u8(128, 0).u16(0).u32(sequence)
	case "ext6":
		b = b.u8(60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0)
	case "frag6":
		return b.u8(17, 0).u16(uint16(sequence%3*180)<<3|1).u32(77).udp(4444, 5555, size-48)
	case "udp6":
		return b.udp(s.key.SrcPort, s.key.DstPort, size-40)
	}
	return b.tcp(s.key.SrcPort, s.key.DstPort, sequence)
}
