package sflow

import "spoor/decode/xdr"

// ExtendedMPLSTunnel is extended_mpls_tunnel: the label switched path that the packet takes.
type ExtendedMPLSTunnel struct {
	TunnelLSPName Text
	TunnelID      uint32
	TunnelCOS     uint32
}

// Parse reads the structure.
func (e *ExtendedMPLSTunnel) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedMPLSTunnel{c.Opaque(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// ExtendedMPLSVC is extended_mpls_vc: the virtual circuit that the packet takes.
type ExtendedMPLSVC struct {
	VCInstanceName Text
	VLLVCID        uint32 `sflow:"vll_vc_id"`
	VCLabelCOS     uint32
}

// Parse reads the structure.
func (e *ExtendedMPLSVC) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedMPLSVC{c.Opaque(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// ExtendedMPLSFTN is extended_mpls_FTN: the entry that chose the path of a class of packets.
type ExtendedMPLSFTN struct {
	Descr Text   `sflow:"mplsFTNDescr"`
	Mask  uint32 `sflow:"mplsFTNMask"`
}

// Parse reads the structure.
func (e *ExtendedMPLSFTN) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedMPLSFTN{c.Opaque(), c.Uint32()}
	return c.Fault()
}

// ExtendedMPLSFEC is extended_mpls_LDP_FEC: the class that LDP put the packet into.
type ExtendedMPLSFEC struct {
	AddrPrefixLength uint32 `sflow:"mplsFecAddrPrefixLength"` // bits
}

// Parse reads the structure.
func (e *ExtendedMPLSFEC) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedMPLSFEC{c.Uint32()}
	return c.Fault()
}
