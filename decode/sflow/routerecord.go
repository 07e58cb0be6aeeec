package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// ExtendedGateway is extended_gateway: what BGP knows of the packet's ends.
type ExtendedGateway struct {
	NextHop     flow.Addr `sflow:"nexthop"`
	AS          uint32    `sflow:"as"` // the router's own
	SrcAS       uint32    // 0: local
	SrcPeerAS   uint32
	DstASPath   ASPath // empty: local
	Communities Words
	LocalPref   uint32 `sflow:"localpref"`
}

// Parse reads the structure.
func (e *ExtendedGateway) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedGateway{Address(&c), c.Uint32(), c.Uint32(), c.Uint32(), asPath(&c), words(&c), c.Uint32()}
	return c.Fault()
}

// ExtendedUser is extended_user: who the ends are. The character sets are IANA's MIBenum numbers.
type ExtendedUser struct {
	SrcCharset uint32
	SrcUser    Text
	DstCharset uint32
	DstUser    Text
}

// Parse reads the structure.
func (e *ExtendedUser) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedUser{c.Uint32(), c.Opaque(), c.Uint32(), c.Opaque()}
	return c.Fault()
}

// ExtendedMPLS is extended_mpls: the label stacks that came in and go out, as RFC 3032 has their entries.
type ExtendedMPLS struct {
	NextHop  flow.Addr `sflow:"nexthop"`
	InStack  Words
	OutStack Words
}

// Parse reads the structure.
func (e *ExtendedMPLS) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedMPLS{Address(&c), words(&c), words(&c)}
	return c.Fault()
}

// VLANStack is extended_vlantunnel, extended_vlanin or extended_vlanout: tags,
// outermost first, each with its TPID in the high half.
type VLANStack struct {
	Stack Words
}

// Parse reads the structure.
func (e *VLANStack) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	e.Stack = words(&c)
	return c.Fault()
}
