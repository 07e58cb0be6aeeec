package sflow

import "spoor/decode/xdr"

// IPGroup is mib2_ip_group: IP by MIB-II (RFC 4293, 4022, 4113), under its names.
type IPGroup struct {
	Forwarding      uint32 `sflow:"ipForwarding"`
	DefaultTTL      uint32 `sflow:"ipDefaultTTL"`
	InReceives      uint32 `sflow:"ipInReceives"`
	InHdrErrors     uint32 `sflow:"ipInHdrErrors"`
	InAddrErrors    uint32 `sflow:"ipInAddrErrors"`
	ForwDatagrams   uint32 `sflow:"ipForwDatagrams"`
	InUnknownProtos uint32 `sflow:"ipInUnknownProtos"`
	InDiscards      uint32 `sflow:"ipInDiscards"`
	InDelivers      uint32 `sflow:"ipInDelivers"`
	OutRequests     uint32 `sflow:"ipOutRequests"`
	OutDiscards     uint32 `sflow:"ipOutDiscards"`
	OutNoRoutes     uint32 `sflow:"ipOutNoRoutes"`
	ReasmTimeout    uint32 `sflow:"ipReasmTimeout"`
	ReasmReqds      uint32 `sflow:"ipReasmReqds"`
	ReasmOKs        uint32 `sflow:"ipReasmOKs"`
	ReasmFails      uint32 `sflow:"ipReasmFails"`
	FragOKs         uint32 `sflow:"ipFragOKs"`
	FragFails       uint32 `sflow:"ipFragFails"`
	FragCreates     uint32 `sflow:"ipFragCreates"`
}

// Parse reads the structure.
func (g *IPGroup) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*g = IPGroup{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ICMPGroup is mib2_icmp_group: ICMP by MIB-II (RFC 4293, 4022, 4113), under its names.
type ICMPGroup struct {
	InMsgs           uint32 `sflow:"icmpInMsgs"`
	InErrors         uint32 `sflow:"icmpInErrors"`
	InDestUnreachs   uint32 `sflow:"icmpInDestUnreachs"`
	InTimeExcds      uint32 `sflow:"icmpInTimeExcds"`
	InParamProbs     uint32 `sflow:"icmpInParamProbs"`
	InSrcQuenchs     uint32 `sflow:"icmpInSrcQuenchs"`
	InRedirects      uint32 `sflow:"icmpInRedirects"`
	InEchos          uint32 `sflow:"icmpInEchos"`
	InEchoReps       uint32 `sflow:"icmpInEchoReps"`
	InTimestamps     uint32 `sflow:"icmpInTimestamps"`
	InAddrMasks      uint32 `sflow:"icmpInAddrMasks"`
	InAddrMaskReps   uint32 `sflow:"icmpInAddrMaskReps"`
	OutMsgs          uint32 `sflow:"icmpOutMsgs"`
	OutErrors        uint32 `sflow:"icmpOutErrors"`
	OutDestUnreachs  uint32 `sflow:"icmpOutDestUnreachs"`
	OutTimeExcds     uint32 `sflow:"icmpOutTimeExcds"`
	OutParamProbs    uint32 `sflow:"icmpOutParamProbs"`
	OutSrcQuenchs    uint32 `sflow:"icmpOutSrcQuenchs"`
	OutRedirects     uint32 `sflow:"icmpOutRedirects"`
	OutEchos         uint32 `sflow:"icmpOutEchos"`
	OutEchoReps      uint32 `sflow:"icmpOutEchoReps"`
	OutTimestamps    uint32 `sflow:"icmpOutTimestamps"`
	OutTimestampReps uint32 `sflow:"icmpOutTimestampReps"`
	OutAddrMasks     uint32 `sflow:"icmpOutAddrMasks"`
	OutAddrMaskReps  uint32 `sflow:"icmpOutAddrMaskReps"`
}

// Parse reads the structure.
func (g *ICMPGroup) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*g = ICMPGroup{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(),
	}
	return c.Fault()
}

// TCPGroup is mib2_tcp_group: TCP by MIB-II (RFC 4293, 4022, 4113), under its names.
type TCPGroup struct {
	RtoAlgorithm uint32 `sflow:"tcpRtoAlgorithm"`
	RtoMin       uint32 `sflow:"tcpRtoMin"`
	RtoMax       uint32 `sflow:"tcpRtoMax"`
	MaxConn      uint32 `sflow:"tcpMaxConn"`
	ActiveOpens  uint32 `sflow:"tcpActiveOpens"`
	PassiveOpens uint32 `sflow:"tcpPassiveOpens"`
	AttemptFails uint32 `sflow:"tcpAttemptFails"`
	EstabResets  uint32 `sflow:"tcpEstabResets"`
	CurrEstab    uint32 `sflow:"tcpCurrEstab"`
	InSegs       uint32 `sflow:"tcpInSegs"`
	OutSegs      uint32 `sflow:"tcpOutSegs"`
	RetransSegs  uint32 `sflow:"tcpRetransSegs"`
	InErrs       uint32 `sflow:"tcpInErrs"`
	OutRsts      uint32 `sflow:"tcpOutRsts"`
	InCsumErrors uint32 `sflow:"tcpInCsumErrors"`
}

// Parse reads the structure.
func (g *TCPGroup) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*g = TCPGroup{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// UDPGroup is mib2_udp_group: UDP by MIB-II (RFC 4293, 4022, 4113), under its names.
type UDPGroup struct {
	InDatagrams  uint32 `sflow:"udpInDatagrams"`
	NoPorts      uint32 `sflow:"udpNoPorts"`
	InErrors     uint32 `sflow:"udpInErrors"`
	OutDatagrams uint32 `sflow:"udpOutDatagrams"`
	RcvbufErrors uint32 `sflow:"udpRcvbufErrors"`
	SndbufErrors uint32 `sflow:"udpSndbufErrors"`
	InCsumErrors uint32 `sflow:"udpInCsumErrors"`
}

// Parse reads the structure.
func (g *UDPGroup) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*g = UDPGroup{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}
