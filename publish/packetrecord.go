package publish

import "spoor/flow"

// putPacket writes the flow's id and what the sampled headers of a flow have in common.
func putPacket(w *window, id uint64, p *flow.Packet) int {
	i := 0
	if id != 0 {
		w.store(0, tag2(200)|wireFixed64)
		w.store(2, id)
		i = 10
	}
	if !p.Key.IsZero() {
		i = putInner(w, i, p)
	}
	i = w.uint16(i, 29, p.VLAN)
	i = w.uint16(i, 30, p.EtherType)
	if p.MPLSDepth > 0 {
		i = putLabels(w, i, p)
	}
	if p.RDMA {
		i = w.uint8(i, 243, p.RDMAOpcode)
		i = w.uint32(i, 244, p.RDMAQueuePair)
	}
	i = w.uint32(i, 230, p.VNI)
	if p.Tunnel != flow.TunnelNone {
		i = putTunnel(w, i, p)
	}
	return i
}

// putInner writes the innermost IP packet. Its addresses are known even if they
// are all zero.
func putInner(w *window, i int, p *flow.Packet) int {
	src, src4 := ipv4(&p.Key.Src)
	dst, dst4 := ipv4(&p.Key.Dst)
	if src4 && dst4 {
		w.store(i, 6<<3|wireBytes|4<<8|src<<16)
		w.store(i+6, 7<<3|wireBytes|4<<8|dst<<16)
		i += 12
	} else {
		w.store(i, 6<<3|wireBytes)
		i = w.addr(i+1, &p.Key.Src)
		w.store(i, 7<<3|wireBytes)
		i = w.addr(i+1, &p.Key.Dst)
	}
	i = w.uint8(i, 20, p.Key.Proto)
	i = w.uint16(i, 21, p.Key.SrcPort)
	i = w.uint16(i, 22, p.Key.DstPort)
	i = w.uint8(i, 23, p.TOS)
	i = w.uint8(i, 38, p.IPFlags)
	i = w.uint32(i, 37, p.FlowLabel)
	if p.Key.Proto == flow.ProtoICMP || p.Key.Proto == flow.ProtoICMPv6 {
		i = w.uint8(i, 31, p.ICMPType)
		i = w.uint8(i, 32, p.ICMPCode)
	}
	return w.uint8(i, 25, p.TTL)
}

// putLabels writes the MPLS stack, packed: the TTLs and the labels.
func putLabels(w *window, i int, p *flow.Packet) int {
	stack := p.MPLS[:min(int(p.MPLSDepth), len(p.MPLS))]
	at := i
	i += 3
	for _, e := range stack {
		i = w.varint(i, uint64(e&0xff))
	}
	w.length(at, 80, i)
	at = i
	i += 3
	for _, e := range stack {
		i = w.varint(i, uint64(e>>12))
	}
	w.length(at, 81, i)
	return i
}

// length writes the tag and the length, below 128, of a field that ends at end.
func (w *window) length(i int, field uint64, end int) {
	tag := tag2(field) | wireBytes
	w[i&windowMask], w[(i+1)&windowMask], w[(i+2)&windowMask] = byte(tag), byte(tag>>8), byte(end-i-3)
}

func putTunnel(w *window, i int, p *flow.Packet) int {
	i = w.uint8(i, 231, uint8(p.Tunnel))
	i = w.addr2(i, 232, &p.OuterSrc)
	i = w.addr2(i, 233, &p.OuterDst)
	i = w.uint8(i, 234, p.OuterProto)
	i = w.uint16(i, 235, p.OuterSrcPort)
	i = w.uint16(i, 236, p.OuterDstPort)
	i = w.uint8(i, 237, p.OuterTTL)
	return w.uint8(i, 238, p.OuterTOS)
}
