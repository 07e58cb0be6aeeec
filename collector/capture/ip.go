package capture

import (
	"encoding/binary"
	"net/netip"
)

// Sizes and numbers of IP and UDP.
const (
	ipv4Size     = 20
	ipv6Size     = 40
	fragmentSize = 8
	udpSize      = 8

	protoHopByHop = 0
	protoUDP      = 17
	protoRouting  = 43
	protoFragment = 44
	protoAuth     = 51
	protoDestOpts = 60

	maxExtensions = 16
)

// segment is the payload of an IP packet, or a part of it.
type segment struct {
	src, dst netip.Addr
	id       uint32
	offset   int  // of data in the whole payload
	more     bool // parts follow
	data     []byte
	cut      bool // the capture lacks its end
}

func (s *segment) fragment() bool { return s.more || s.offset != 0 }

// transport finds the UDP segment of an IP packet.
func transport(b []byte, s *segment) skip {
	if len(b) == 0 {
		return skipMalformed
	}
	switch b[0] >> 4 {
	case 4:
		return transport4(b, s)
	case 6:
		return transport6(b, s)
	}
	return skipMalformed
}

func transport4(b []byte, s *segment) skip {
	if len(b) < ipv4Size {
		return skipMalformed
	}
	head := int(b[0]&15) * 4
	if head < ipv4Size || head > len(b) {
		return skipMalformed
	}
	if b[9] != protoUDP {
		return skipNotUDP
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // recorded before the network card cut it into segments
		total = len(b)
	}
	if total < head {
		return skipMalformed
	}
	s.src, s.dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	s.id = uint32(binary.BigEndian.Uint16(b[4:]))
	flags := binary.BigEndian.Uint16(b[6:])
	s.offset, s.more = int(flags&0x1fff)*8, flags&0x2000 != 0
	s.cut = total > len(b)
	s.data = b[head:min(total, len(b))]
	return delivered
}

func transport6(b []byte, s *segment) skip {
	if len(b) < ipv6Size {
		return skipMalformed
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	rest := b[ipv6Size:]
	if length == 0 { // jumbogram, or recorded before segmentation
		length = len(rest)
	}
	s.src, s.dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	s.id, s.offset, s.more = 0, 0, false
	s.cut = length > len(rest)
	s.data = rest[:min(length, len(rest))]
	return extensions(b[6], s)
}

// extensions passes the extension headers of IPv6 (RFC 8200).
func extensions(next uint8, s *segment) skip {
	for range maxExtensions {
		b := s.data
		var head int
		switch next {
		case protoUDP:
			return delivered
		case protoFragment:
			if len(b) < fragmentSize {
				return shortBy(s)
			}
			word := binary.BigEndian.Uint16(b[2:])
			s.offset, s.more = int(word&^7), word&1 != 0
			s.id = binary.BigEndian.Uint32(b[4:])
			s.data = b[fragmentSize:]
			if b[0] != protoUDP && s.fragment() {
				return skipNotUDP // or options in front of UDP, which nobody sends
			}
			next = b[0]
			continue
		case protoHopByHop, protoRouting, protoDestOpts:
			if len(b) >= 2 {
				head = (int(b[1]) + 1) * 8
			}
		case protoAuth:
			if len(b) >= 2 {
				head = (int(b[1]) + 2) * 4
			}
		default:
			return skipNotUDP
		}
		if head == 0 || head > len(b) {
			return shortBy(s)
		}
		next, s.data = b[0], b[head:]
	}
	return skipMalformed
}

// shortBy tells a header that the capture cut from one that lies.
func shortBy(s *segment) skip {
	if s.cut {
		return skipCut
	}
	return skipMalformed
}

// userDatagram takes a UDP datagram apart.
func userDatagram(s *segment) (from netip.AddrPort, port uint16, payload []byte, reason skip) {
	b := s.data
	if len(b) < udpSize {
		return from, 0, nil, shortBy(s)
	}
	from = netip.AddrPortFrom(s.src, binary.BigEndian.Uint16(b))
	port = binary.BigEndian.Uint16(b[2:])
	length := int(binary.BigEndian.Uint16(b[4:]))
	switch {
	case length == 0: // jumbogram, or recorded before segmentation
		length = len(b)
	case length < udpSize:
		return from, port, nil, skipMalformed
	}
	if length > len(b) {
		return from, port, nil, shortBy(s)
	}
	return from, port, b[udpSize:length:length], delivered
}
