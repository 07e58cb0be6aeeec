package decode

import (
	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// Parts of a substitute.
const (
	hasEthernet = 1 << iota
	hasIPv4
	hasIPv6
)

// substitute holds what sampled_ethernet, sampled_ipv4 and sampled_ipv6 tell
// about a packet whose header was not sent. They may come before the header and
// beside it, so they wait for the end of the sample.
type substitute struct {
	has      uint8
	ethernet sflow.SampledEthernet
	ip       sflow.SampledIP
}

func (u *substitute) readEthernet(b []byte) xdr.Fault {
	fault := u.ethernet.Parse(b)
	if fault == xdr.OK {
		u.has |= hasEthernet
	}
	return fault
}

func (u *substitute) readIPv4(b []byte) xdr.Fault {
	fault := u.ip.ParseIPv4(b)
	if fault == xdr.OK {
		u.has = u.has&^hasIPv6 | hasIPv4
	}
	return fault
}

func (u *substitute) readIPv6(b []byte) xdr.Fault {
	fault := u.ip.ParseIPv6(b)
	if fault == xdr.OK {
		u.has = u.has&^hasIPv4 | hasIPv6
	}
	return fault
}

// apply fills what the sampled header, if there was one, did not show.
func (u *substitute) apply(s *flow.Sample, hasHeader bool) {
	p := &s.Packet
	if u.has&(hasIPv4|hasIPv6) != 0 && p.Key.IsZero() {
		u.applyIP(p)
	}
	if hasHeader {
		return
	}
	if u.has&hasEthernet != 0 {
		p.SrcMAC, p.DstMAC = uint64(u.ethernet.SrcMAC), uint64(u.ethernet.DstMAC)
		p.EtherType = uint16(u.ethernet.Type)
		s.FrameLength = min(max(u.ethernet.Length, fcs)-fcs, maxFrame)
		return
	}
	s.FrameLength = min(u.ip.Length, maxFrame-etherLen) + etherLen
}

func (u *substitute) applyIP(p *flow.Packet) {
	p.EtherType = 0x0800
	if u.has&hasIPv6 != 0 {
		p.EtherType = 0x86dd
	}
	p.Key = flow.Key{
		Src: u.ip.Src, Dst: u.ip.Dst, Proto: uint8(u.ip.Protocol),
		SrcPort: uint16(u.ip.SrcPort), DstPort: uint16(u.ip.DstPort),
	}
	if !p.Key.HasPorts() {
		p.Key.SrcPort, p.Key.DstPort = 0, 0
	}
	p.TCPFlags, p.TOS = uint8(u.ip.TCPFlags), uint8(u.ip.TOS)
	p.IPLength = min(u.ip.Length, 0xffff)
}
