package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// ExtendedURL is extended_url: what a web server was asked for.
type ExtendedURL struct {
	Direction uint32 `sflow:"direction"`
	URL       Text
	Host      Text
}

// Parse reads the structure.
func (e *ExtendedURL) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedURL{
		c.Uint32(), c.Opaque(), c.Opaque(),
	}
	return c.Fault()
}

// ExtendedNAT is extended_nat: the addresses after translation.
type ExtendedNAT struct {
	SrcAddress flow.Addr
	DstAddress flow.Addr
}

// Parse reads the structure.
func (e *ExtendedNAT) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedNAT{
		Address(&c), Address(&c),
	}
	return c.Fault()
}

// ExtendedNATPort is extended_nat_port: the ports after translation.
type ExtendedNATPort struct {
	SrcPort uint32
	DstPort uint32
}

// Parse reads the structure.
func (e *ExtendedNATPort) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedNATPort{
		c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ExtendedSocketIPv4 is extended_socket_ipv4: the socket of a program that reports its work.
type ExtendedSocketIPv4 struct {
	Protocol   uint32
	LocalIP    flow.Addr `sflow:"local_ip"`
	RemoteIP   flow.Addr `sflow:"remote_ip"`
	LocalPort  uint32
	RemotePort uint32
}

// Parse reads the structure.
func (e *ExtendedSocketIPv4) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedSocketIPv4{
		c.Uint32(), ipv4(&c), ipv4(&c), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ExtendedSocketIPv6 is extended_socket_ipv6, as ExtendedSocketIPv4.
type ExtendedSocketIPv6 struct {
	Protocol   uint32
	LocalIP    flow.Addr `sflow:"local_ip"`
	RemoteIP   flow.Addr `sflow:"remote_ip"`
	LocalPort  uint32
	RemotePort uint32
}

// Parse reads the structure.
func (e *ExtendedSocketIPv6) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedSocketIPv6{
		c.Uint32(), ipv6(&c), ipv6(&c), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ExtendedTCPInfo is extended_tcp_info: what a host's kernel knows of the connection. Times are in microseconds;
// the direction is 1 for a received packet, 2 for one sent.
type ExtendedTCPInfo struct {
	Direction  uint32
	SndMSS     uint32 `sflow:"snd_mss"`
	RcvMSS     uint32 `sflow:"rcv_mss"`
	Unacked    uint32
	Lost       uint32
	Retrans    uint32
	PMTU       uint32 `sflow:"pmtu"`
	RTT        uint32 `sflow:"rtt"`
	RTTVar     uint32 `sflow:"rttvar"`
	SndCwnd    uint32 `sflow:"snd_cwnd"`
	Reordering uint32
	MinRTT     uint32 `sflow:"min_rtt"`
}

// Parse reads the structure.
func (e *ExtendedTCPInfo) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedTCPInfo{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ExtendedEntities is extended_entities: the data sources at both ends, such as containers; zeros are unknown.
type ExtendedEntities struct {
	SrcDSClass uint32 `sflow:"src_ds_class"`
	SrcDSIndex uint32 `sflow:"src_ds_index"`
	DstDSClass uint32 `sflow:"dst_ds_class"`
	DstDSIndex uint32 `sflow:"dst_ds_index"`
}

// Parse reads the structure.
func (e *ExtendedEntities) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedEntities{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

func ipv4(c *xdr.Cursor) (a flow.Addr) {
	if b := c.Fixed(4); b != nil {
		a = flow.AddrFrom4([4]byte(b))
	}
	return a
}

func ipv6(c *xdr.Cursor) (a flow.Addr) {
	copy(a[:], c.Fixed(len(a)))
	return a
}
