package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// Header protocols whose headers are dissected.
const (
	HeaderEthernet = 1
	HeaderIPv4     = 11
	HeaderIPv6     = 12
	HeaderMPLS     = 13
)

// SampledHeader is sampled_header: the first bytes of a packet.
type SampledHeader struct {
	Protocol    uint32 `sflow:"header_protocol"`
	FrameLength uint32 // bytes of the original frame with its FCS
	Stripped    uint32 // bytes removed before the header was cut, at least 4 (the FCS) for Ethernet
	Header      []byte
	Clamped     bool `sflow:"-"` // the header claimed more bytes than its record holds
}

// Parse reads the structure. A header length beyond the record is cut to it.
func (h *SampledHeader) Parse(b []byte) xdr.Fault {
	if len(b) < 16 {
		return xdr.Short
	}
	h.Protocol, h.FrameLength, h.Stripped = be.Uint32(b), be.Uint32(b[4:]), be.Uint32(b[8:])
	n := uint64(be.Uint32(b[12:]))
	b = b[16:]
	h.Clamped = n > uint64(len(b))
	if h.Clamped {
		n = uint64(len(b))
	}
	h.Header = b[:n:n]
	return xdr.OK
}

// SampledEthernet is sampled_ethernet, from agents that send no header.
type SampledEthernet struct {
	Length uint32 // of the frame with its FCS
	SrcMAC MAC
	DstMAC MAC
	Type   uint32
}

// Parse reads the structure. Some agents leave out the padding of the MACs,
// which shows in a length of 20 instead of 24.
func (e *SampledEthernet) Parse(b []byte) xdr.Fault {
	switch {
	case len(b) >= 24:
		*e = SampledEthernet{be.Uint32(b), MAC(be.Uint64(b[4:]) >> 16), MAC(be.Uint64(b[12:]) >> 16), be.Uint32(b[20:])}
	case len(b) == 20:
		*e = SampledEthernet{be.Uint32(b), MAC(be.Uint64(b[4:]) >> 16), MAC(be.Uint64(b[10:]) >> 16), be.Uint32(b[16:])}
	default:
		return xdr.Short
	}
	return xdr.OK
}

// SampledIP is sampled_ipv4 or sampled_ipv6; the tunnel records share its layout.
type SampledIP struct {
	Length   uint32 // of the IP packet, without any layer below
	Protocol uint32
	Src      flow.Addr `sflow:"src_ip"`
	Dst      flow.Addr `sflow:"dst_ip"`
	SrcPort  uint32
	DstPort  uint32
	TCPFlags uint32
	TOS      uint32 // or priority: the IPv6 traffic class
}

// ParseIPv4 reads a sampled_ipv4, extended_ipv4_tunnel_egress or _ingress.
func (s *SampledIP) ParseIPv4(b []byte) xdr.Fault {
	if len(b) < 32 {
		return xdr.Short
	}
	s.Src, s.Dst = flow.AddrFrom4([4]byte(b[8:])), flow.AddrFrom4([4]byte(b[12:]))
	s.around(b, b[16:])
	return xdr.OK
}

// ParseIPv6 reads a sampled_ipv6, extended_ipv6_tunnel_egress or _ingress.
func (s *SampledIP) ParseIPv6(b []byte) xdr.Fault {
	if len(b) < 56 {
		return xdr.Short
	}
	s.Src, s.Dst = flow.Addr(b[8:]), flow.Addr(b[24:])
	s.around(b, b[40:])
	return xdr.OK
}

// around reads the fields before and after the addresses.
func (s *SampledIP) around(head, tail []byte) {
	s.Length, s.Protocol = be.Uint32(head), be.Uint32(head[4:])
	s.SrcPort, s.DstPort = be.Uint32(tail), be.Uint32(tail[4:])
	s.TCPFlags, s.TOS = be.Uint32(tail[8:]), be.Uint32(tail[12:])
}

// ExtendedSwitch is extended_switch; all ones mean unknown.
type ExtendedSwitch struct{ SrcVLAN, SrcPriority, DstVLAN, DstPriority uint32 }

// Parse reads the structure.
func (e *ExtendedSwitch) Parse(b []byte) xdr.Fault {
	if len(b) < 16 {
		return xdr.Short
	}
	*e = ExtendedSwitch{be.Uint32(b), be.Uint32(b[4:]), be.Uint32(b[8:]), be.Uint32(b[12:])}
	return xdr.OK
}

// ExtendedRouter is extended_router: where the packet is routed to, and the prefix lengths of both ends.
type ExtendedRouter struct {
	NextHop    flow.Addr `sflow:"nexthop"`
	SrcMaskLen uint32
	DstMaskLen uint32
}

// Parse reads the structure.
func (e *ExtendedRouter) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedRouter{Address(&c), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// ParseVNI reads extended_vni_egress or _ingress.
func ParseVNI(b []byte) (vni uint32, f xdr.Fault) {
	c := xdr.NewCursor(b)
	vni = c.Uint32()
	return vni, c.Fault()
}

// ParseTimestamp reads extended_timestamp: nanoseconds since 1970 UTC by the agent's clock.
func ParseTimestamp(b []byte) (ns uint64, f xdr.Fault) {
	c := xdr.NewCursor(b)
	ns = c.Uint64()
	return ns, c.Fault()
}
