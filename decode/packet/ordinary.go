package packet

import "spoor/flow"

// Sizes of headers without options.
const (
	ethernetSize = 14
	tagSize      = 4
	ip4Size      = 20
	ip6Size      = 40
	tcpSize      = 20
	udpSize      = 8
	vxlanSize    = 8
)

// Ordinary reads the headers that nearly all sampled packets have: Ethernet with
// at most one tag, IPv4 without options or IPv6 without extensions, whole, TCP or
// UDP, bare or in VXLAN over IPv4. It is a short way to what Dissect gives, never
// another meaning (FuzzDissect compares them): everything lies at a known place,
// so one check of a length serves a whole header. False: the header has another
// shape, and p is worth nothing.
//
// p may hold what an earlier call left, and is not cleared, which would cost as
// much as the reading: all fields that ordinary packets have are set. The others
// must be zero.
func Ordinary(h []byte, p *flow.Packet) bool {
	if len(h) < ethernetSize+tagSize+ip4Size {
		return false
	}
	at, t := ethernetSize, be.Uint16(h[12:])
	p.VLAN, p.VLANTags = 0, 0
	if t == typeVLAN {
		p.VLAN, p.VLANTags = be.Uint16(h[14:])&0xfff, 1
		at, t = ethernetSize+tagSize, be.Uint16(h[16:])
	}
	var length int
	if b := h[at:]; t == typeIPv4 && isVXLAN(b) {
		length = ordinaryVXLAN(b, at, p)
	} else {
		p.OuterSrc = flow.Addr{}
		p.OuterDst = flow.Addr{}
		p.Tunnel, p.VNI = flow.TunnelNone, 0
		p.OuterSrcPort, p.OuterDstPort, p.OuterProto, p.OuterTTL, p.OuterTOS, p.OuterLength = 0, 0, 0, 0, 0, 0
		length = ordinaryIP(b, t, p)
	}
	p.DstMAC, p.SrcMAC = be.Uint64(h)>>16, be.Uint64(h[6:])>>16
	p.IPLength, p.IPOffset = uint32(length), uint16(at)
	return length != 0
}

// isVXLAN reports whether an IPv4 packet looks like one with VXLAN in it.
func isVXLAN(b []byte) bool {
	if len(b) < ip4Size+udpSize || b[9] != flow.ProtoUDP {
		return false
	}
	port := be.Uint16(b[ip4Size+2:])
	return port == portVXLAN || port == portVXLANLinux
}

// ordinaryVXLAN reads the IPv4 packet around and the packet inside, and gives
// the length of the one around by its header, 0 if either is not ordinary. It
// begins at the offset at.
func ordinaryVXLAN(b []byte, at int, p *flow.Packet) (length int) {
	const frame = ip4Size + udpSize + vxlanSize
	length = int(be.Uint16(b[2:]))
	b = b[:min(length, len(b))]
	if len(b) < frame+ethernetSize || !plain4(b) || b[ip4Size+udpSize]&8 == 0 {
		return 0
	}
	if ordinaryIP(b[frame+ethernetSize:], be.Uint16(b[frame+12:]), p) == 0 {
		return 0
	}
	p.Tunnel, p.VNI = flow.TunnelVXLAN, be.Uint32(b[ip4Size+udpSize+4:])>>8
	p.OuterSrc.Set4(b[12:])
	p.OuterDst.Set4(b[16:])
	p.OuterSrcPort, p.OuterDstPort = be.Uint16(b[ip4Size:]), be.Uint16(b[ip4Size+2:])
	p.OuterProto, p.OuterTOS, p.OuterTTL = flow.ProtoUDP, b[1], b[8]
	p.OuterLength = uint16(at + frame)
	return length
}

// plain4 reports whether an IPv4 header has no options and tells of no fragment.
func plain4(b []byte) bool {
	return b[0] == 0x45 && be.Uint16(b[6:])&(moreFragments|fragmentOffset) == 0
}

// ordinaryIP reads an IP packet of an EtherType and gives its length by its
// header, 0 if it is not ordinary.
func ordinaryIP(b []byte, t uint16, p *flow.Packet) (length int) {
	var payload int
	var proto uint8
	switch t {
	case typeIPv4:
		if len(b) < ip4Size || !plain4(b) {
			return 0
		}
		length, proto = int(be.Uint16(b[2:])), b[9]
		p.TOS, p.TTL, p.FragmentID, p.IPFlags, p.FlowLabel = b[1], b[8], uint32(be.Uint16(b[4:])), b[6]>>5, 0
		p.Key.Src.Set4(b[12:])
		p.Key.Dst.Set4(b[16:])
		b, payload = b[ip4Size:], length-ip4Size
	case typeIPv6:
		if len(b) < ip6Size || b[0]>>4 != 6 {
			return 0
		}
		payload, proto = int(be.Uint16(b[4:])), b[6]
		first := be.Uint32(b)
		p.TOS, p.TTL, p.FragmentID, p.IPFlags, p.FlowLabel = uint8(first>>20), b[7], 0, 0, first&0xfffff
		p.Key.Src = flow.Addr(b[8:])
		p.Key.Dst = flow.Addr(b[24:])
		b, length = b[ip6Size:], ip6Size+payload
	default:
		return 0
	}
	p.EtherType, p.Key.Proto = t, proto
	switch proto {
	case flow.ProtoTCP:
		if len(b) < tcpSize || payload < tcpSize {
			return 0
		}
		p.Key.SrcPort, p.Key.DstPort = be.Uint16(b), be.Uint16(b[2:])
		p.TCPFlags, p.TCPSequence, p.PayloadLength = b[13], be.Uint32(b[4:]), 0
		if p.TCPFlags&tcpSYN != 0 {
			p.TCPSequence++
		}
		if size := int(b[12]>>4) * 4; size >= tcpSize {
			p.PayloadLength = uint32(max(payload-size, 0))
		}
	case flow.ProtoUDP:
		if len(b) < udpSize || payload < udpSize {
			return 0
		}
		p.Key.SrcPort, p.Key.DstPort = be.Uint16(b), be.Uint16(b[2:])
		p.TCPFlags, p.TCPSequence, p.PayloadLength = 0, 0, uint32(payload-udpSize)
		switch p.Key.DstPort {
		case portVXLAN, portVXLANLinux, portVXLANGPE, portRoCE, portGeneve, portGTPU:
			return 0
		}
	default:
		return 0
	}
	return length
}
