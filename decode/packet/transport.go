package packet

import "spoor/flow"

// tcpSYN takes a sequence number of its own.
const tcpSYN = 2

// transport reads the header behind IP; payload is its length by IP's header, 0 if that is unknown.
func (w *walk) transport(payload int) layer {
	switch w.p.Key.Proto {
	case flow.ProtoTCP:
		return w.tcp(payload)
	case flow.ProtoUDP:
		return w.udp(payload)
	case flow.ProtoSCTP:
		if w.ports() {
			w.payload(payload, 12)
		}
	case flow.ProtoICMP, flow.ProtoICMPv6:
		b := w.h[w.off:]
		if len(b) < 2 {
			return w.cut()
		}
		w.p.ICMPType, w.p.ICMPCode = b[0], b[1]
		w.payload(payload, 8)
	case protoGRE:
		return w.gre()
	case protoIPv4:
		return w.ipInIP(ip4)
	case protoIPv6:
		return w.ipInIP(ip6)
	}
	return none
}

// ports reads the port numbers.
func (w *walk) ports() bool {
	b := w.h[w.off:]
	if len(b) < 4 {
		w.cut()
		return false
	}
	w.p.Key.SrcPort, w.p.Key.DstPort = be.Uint16(b), be.Uint16(b[2:])
	return true
}

// payload notes what remains of n bytes behind a header.
func (w *walk) payload(n, header int) {
	w.p.PayloadLength = uint32(max(n-header, 0))
}

func (w *walk) tcp(payload int) layer {
	b := w.h[w.off:]
	if len(b) < 20 {
		return w.tcpCut(b)
	}
	p := w.p
	p.Key.SrcPort, p.Key.DstPort = be.Uint16(b), be.Uint16(b[2:])
	p.TCPFlags = b[13]
	p.TCPSequence = be.Uint32(b[4:])
	if p.TCPFlags&tcpSYN != 0 {
		p.TCPSequence++
	}
	if size := int(b[12]>>4) * 4; size >= 20 { // less is nonsense, but does not spoil the ports
		w.payload(payload, size)
	}
	return none
}

// tcpCut reads the whole fields of a TCP header that ends early.
func (w *walk) tcpCut(b []byte) layer {
	if !w.ports() {
		return none
	}
	if len(b) >= 14 {
		w.p.TCPFlags = b[13]
	}
	return w.cut()
}

func (w *walk) udp(payload int) layer {
	b := w.h[w.off:]
	if len(b) < 8 {
		if w.ports() {
			w.cut()
		}
		return none
	}
	p := w.p
	p.Key.SrcPort, p.Key.DstPort = be.Uint16(b), be.Uint16(b[2:])
	w.payload(payload, 8)
	switch p.Key.DstPort {
	case portVXLAN, portVXLANLinux:
		return w.vxlan(b[8:])
	case portVXLANGPE:
		return w.vxlanGPE(b[8:])
	case portRoCE:
		w.roce(b[8:])
	case portGeneve:
		return w.geneve(b[8:])
	case portGTPU:
		return w.gtpu(b[8:])
	}
	return none
}

// roce reads the base transport header of RoCEv2 (InfiniBand architecture,
// annex 17), version 0. Anything else on its port is left as it is.
func (w *walk) roce(b []byte) {
	const size, version = 12, 0x0f
	if len(b) < size || b[1]&version != 0 {
		return
	}
	w.p.RDMA, w.p.RDMAOpcode, w.p.RDMAQueuePair = true, b[0], be.Uint32(b[4:])&0xffffff
}
