package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// SampledIPv4 is sampled_ipv4, extended_ipv4_tunnel_egress or _ingress.
type SampledIPv4 SampledIP

// Parse reads the structure.
func (s *SampledIPv4) Parse(b []byte) xdr.Fault { return (*SampledIP)(s).ParseIPv4(b) }

// SampledIPv6 is sampled_ipv6, extended_ipv6_tunnel_egress or _ingress.
type SampledIPv6 struct {
	Length   uint32
	Protocol uint32
	Src      flow.Addr `sflow:"src_ip"`
	Dst      flow.Addr `sflow:"dst_ip"`
	SrcPort  uint32
	DstPort  uint32
	TCPFlags uint32
	TOS      uint32 `sflow:"priority"`
}

// Parse reads the structure.
func (s *SampledIPv6) Parse(b []byte) xdr.Fault { return (*SampledIP)(s).ParseIPv6(b) }

// ExtendedDecapsulate is extended_decapsulate_egress or _ingress: where in the
// sampled header the inner packet begins.
type ExtendedDecapsulate struct {
	InnerHeaderOffset uint32 // bytes
}

// Parse reads the structure.
func (e *ExtendedDecapsulate) Parse(b []byte) (f xdr.Fault) {
	e.InnerHeaderOffset, f = number(b)
	return f
}

// ExtendedVNI is extended_vni_egress or _ingress.
type ExtendedVNI struct {
	VNI uint32
}

// Parse reads the structure.
func (e *ExtendedVNI) Parse(b []byte) (f xdr.Fault) {
	e.VNI, f = number(b)
	return f
}

// number reads a structure of a single number.
func number(b []byte) (uint32, xdr.Fault) {
	c := xdr.NewCursor(b)
	n := c.Uint32()
	return n, c.Fault()
}
