package flow

// Tunnel names the encapsulation around the innermost packet. The numbers are those of flow.proto.
type Tunnel uint8

// Tunnels that the dissector follows.
const (
	TunnelNone Tunnel = iota
	TunnelVXLAN
	TunnelGeneve
	TunnelGRE
	TunnelIPIP
	TunnelGTPU
	TunnelPseudowire
)

// String gives the name used in JSON, "" for none.
func (t Tunnel) String() string {
	names := [...]string{"", "vxlan", "geneve", "gre", "ipip", "gtpu", "mpls_pseudowire"}
	if int(t) < len(names) {
		return names[t]
	}
	return "unknown"
}

// Packet is the dissection of a sampled header: the outermost Ethernet header,
// the innermost IP packet that could be read (its 5-tuple is the Flow Key), and
// where that lies in a tunnel, the outer IP packet. Fields that the header does
// not show are zero.
type Packet struct {
	Key Key // innermost 5-tuple; zero if no IP header could be read

	SrcMAC, DstMAC uint64    // of the outermost Ethernet header, in the low 48 bits
	EtherType      uint16    // of the innermost packet, after all VLAN tags
	VLAN           uint16    // outermost tag's VLAN id
	InnerVLAN      uint16    // second tag's VLAN id
	VLANTags       uint8     // tags of the outermost frame
	MPLSDepth      uint8     // labels that were read
	MPLS           [4]uint32 // the first four label stack entries as on the wire (RFC 3032)

	TTL            uint8 // or hop limit, of the innermost packet
	TOS            uint8 // or traffic class
	TCPFlags       uint8
	IPFlags        uint8 // IPv4: reserved, DF, MF from high to low
	ICMPType       uint8
	ICMPCode       uint8
	Fragment       bool   // a piece of a fragmented packet, the first one too: ports are 0, so that all pieces meet
	Truncated      bool   // the captured bytes end inside a header, or it makes no sense, or is too deep: what came before stands
	FragmentOffset uint16 // in units of 8 bytes
	FragmentID     uint32
	FlowLabel      uint32 // IPv6
	TCPSequence    uint32 // of the first payload byte; 0 with Fragment
	PayloadLength  uint32 // bytes of transport payload by the IP header's length; 0 if unknown

	RDMA          bool   // RoCEv2: the next two fields are known
	RDMAOpcode    uint8  // of the InfiniBand base transport header
	RDMAQueuePair uint32 // destination queue pair, 24 bits

	Tunnel       Tunnel
	VNI          uint32 // or GRE key, GTP-U TEID
	OuterSrc     Addr
	OuterDst     Addr
	OuterSrcPort uint16
	OuterDstPort uint16
	OuterProto   uint8
	OuterTTL     uint8
	OuterTOS     uint8
	OuterLength  uint16 // bytes of headers in front of the inner frame (or inner IP packet)

	IPLength uint32 // total length of the outermost IP packet by its own header; 0 if unknown or TSO
	IPOffset uint16 // where the outermost IP header begins in the sampled header
}

// EntryTTL gives the TTL that routers count: the outer one in a tunnel.
func (p *Packet) EntryTTL() uint8 {
	if p.Tunnel == TunnelNone || p.OuterTTL == 0 {
		return p.TTL
	}
	return p.OuterTTL
}
