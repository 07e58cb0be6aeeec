package fabric

import (
	"encoding/binary"
	"net/netip"

	"spoor/flow"
)

// EtherTypes and ports of the headers that are made.
const (
	typeIPv4  = 0x0800
	typeIPv6  = 0x86dd
	typeVLAN  = 0x8100
	vxlanPort = 4789
)

// TCP flags.
const (
	tcpFIN = 1
	tcpSYN = 2
	tcpPSH = 8
	tcpACK = 16
)

// header appends the first limit bytes of a packet as it is on a wire. The
// payload is all zeros, so that checksums over it are right without it.
func (c *conduit) header(b []byte, p *packet, w *wire, at int64, limit int) []byte {
	start := len(b)
	b = appendMAC(b, w.dmac)
	b = appendMAC(b, w.smac)
	if w.vlan != 0 {
		b = binary.BigEndian.AppendUint16(b, typeVLAN)
		b = binary.BigEndian.AppendUint16(b, w.vlan)
	}
	if t := &w.tunnel; w.tunnelled() {
		b = binary.BigEndian.AppendUint16(b, typeIPv4)
		b = c.appendOuter(b, p, t)
		b = appendMAC(b, t.dmac)
		b = appendMAC(b, t.smac)
	}
	b = c.appendIP(b, p, w.ttl)
	if c.key.Proto == flow.ProtoTCP {
		b = c.appendTCP(b, p, at)
	} else {
		b = c.appendUDP(b, p)
	}
	size := min(limit, int(p.frame+w.overhead()))
	for len(b)-start < size {
		b = append(b, 0)
	}
	return b[:start+size]
}

func appendMAC(b []byte, mac uint64) []byte {
	return append(b, byte(mac>>40), byte(mac>>32), byte(mac>>24), byte(mac>>16), byte(mac>>8), byte(mac))
}

// appendOuter appends the outer IPv4, UDP and VXLAN headers (RFC 7348).
func (c *conduit) appendOuter(b []byte, p *packet, t *tunnel) []byte {
	size := p.frame + udpBytes + 8
	b = appendIPv4(b, t.src, t.dst, 0, uint16(size+ipv4Bytes), uint16(mix(p.index)), t.ttl, flow.ProtoUDP)
	b = binary.BigEndian.AppendUint16(b, uint16(49152+c.hash&0x3fff))
	b = binary.BigEndian.AppendUint16(b, vxlanPort)
	b = binary.BigEndian.AppendUint16(b, uint16(size))
	b = binary.BigEndian.AppendUint16(b, 0) // no checksum, as RFC 7348 wants it
	b = binary.BigEndian.AppendUint32(b, 0x08000000)
	return binary.BigEndian.AppendUint32(b, t.vni<<8)
}

func appendIPv4(b []byte, src, dst netip.Addr, tos byte, size, id uint16, ttl, proto byte) []byte {
	start := len(b)
	b = append(b, 0x45, tos)
	b = binary.BigEndian.AppendUint16(b, size)
	b = binary.BigEndian.AppendUint16(b, id)
	b = append(b, 0x40, 0, ttl, proto, 0, 0) // don't fragment
	s, d := src.As4(), dst.As4()
	b = append(append(b, s[:]...), d[:]...)
	binary.BigEndian.PutUint16(b[start+10:], ^fold(sum(0, b[start:])))
	return b
}

// appendIP appends the type and the IP header of the flow's own packet.
func (c *conduit) appendIP(b []byte, p *packet, ttl byte) []byte {
	size := uint16(p.frame - ethernetBytes)
	if !c.stream.ipv6 {
		b = binary.BigEndian.AppendUint16(b, typeIPv4)
		return appendIPv4(b, c.key.Src.Netip(), c.key.Dst.Netip(), c.tos(), size, uint16(p.index), ttl, c.key.Proto)
	}
	b = binary.BigEndian.AppendUint16(b, typeIPv6)
	b = binary.BigEndian.AppendUint32(b, 6<<28|uint32(c.tos())<<20|uint32(c.hash)&0xfffff)
	b = binary.BigEndian.AppendUint16(b, size-ipv6Bytes)
	b = append(b, c.key.Proto, ttl)
	return append(append(b, c.key.Src[:]...), c.key.Dst[:]...)
}

// tos marks voice, so that there is more than best effort.
func (c *conduit) tos() byte {
	if c.key.Proto == flow.ProtoUDP && c.stream.tail == 172 {
		return 46 << 2
	}
	return 0
}

func (c *conduit) appendTCP(b []byte, p *packet, at int64) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint16(b, c.key.SrcPort)
	b = binary.BigEndian.AppendUint16(b, c.key.DstPort)
	flags, ack := byte(tcpACK), c.peerISN+1
	if c.stream.acks != nil {
		ack = p.ack
	}
	switch {
	case p.syn && c.stream.acks == nil:
		flags, ack = tcpSYN, 0
	case p.syn:
		flags |= tcpSYN
	case p.fin:
		flags |= tcpFIN
	case p.payload > 0 && p.payload < c.stream.full:
		flags |= tcpPSH
	}
	size := byte(tcpBytes)
	if p.syn {
		size = synBytes
	}
	b = binary.BigEndian.AppendUint32(b, p.seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, size<<2, flags, 0x01, 0xf5, 0, 0, 0, 0)
	if p.syn {
		mss := uint16(c.stream.segmentSize())
		b = append(b, 2, 4, byte(mss>>8), byte(mss), 4, 2) // MSS, SACK permitted
	} else {
		b = append(b, 1, 1)
	}
	b = append(b, 8, 10)
	b = binary.BigEndian.AppendUint32(b, uint32(at/1e6))
	b = binary.BigEndian.AppendUint32(b, uint32(at/1e6)-1)
	if p.syn {
		b = append(b, 1, 3, 3, 7) // window scale
	}
	c.checksum(b[start:], 16, uint16(size)+uint16(p.payload))
	return b
}

// segmentSize gives the maximum segment size that a SYN offers.
func (s *stream) segmentSize() uint64 { return s.mtu - s.ipBytes() - 20 }

func (c *conduit) appendUDP(b []byte, p *packet) []byte {
	start := len(b)
	size := uint16(udpBytes + p.payload)
	b = binary.BigEndian.AppendUint16(b, c.key.SrcPort)
	b = binary.BigEndian.AppendUint16(b, c.key.DstPort)
	b = binary.BigEndian.AppendUint16(b, size)
	b = binary.BigEndian.AppendUint16(b, 0)
	c.checksum(b[start:], 6, size)
	return b
}

// checksum fills in the transport checksum of a header whose payload is zeros.
func (c *conduit) checksum(h []byte, at int, size uint16) {
	s := uint32(c.key.Proto) + uint32(size)
	if c.stream.ipv6 {
		s = sum(sum(s, c.key.Src[:]), c.key.Dst[:])
	} else {
		s = sum(sum(s, c.key.Src[12:]), c.key.Dst[12:])
	}
	v := ^fold(sum(s, h))
	if v == 0 && c.key.Proto == flow.ProtoUDP {
		v = 0xffff
	}
	binary.BigEndian.PutUint16(h[at:], v)
}

// sum adds 16-bit words (RFC 1071).
func sum(s uint32, b []byte) uint32 {
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(b[i])<<8 | uint32(b[i+1])
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
