package publish

import "spoor/flow"

// putPacket writes what the sampled header says. An IP packet's addresses are
// known even if they are all zero.
func putPacket(w []byte, i int, p *flow.Packet) int {
	if !p.Key.IsZero() {
		w[i] = 6<<3 | wireBytes
		i = putAddr(w, i+1, &p.Key.Src)
		w[i] = 7<<3 | wireBytes
		i = putAddr(w, i+1, &p.Key.Dst)
		i = put2(w, i, 20, uint64(p.Key.Proto))
		i = put2(w, i, 21, uint64(p.Key.SrcPort))
		i = put2(w, i, 22, uint64(p.Key.DstPort))
		i = put2(w, i, 23, uint64(p.TOS))
		i = put2(w, i, 25, uint64(p.TTL))
		i = put2(w, i, 26, uint64(p.TCPFlags))
		i = put2(w, i, 216, uint64(p.TCPSequence))
		i = put2(w, i, 217, uint64(p.PayloadLength))
		if p.Key.Proto == flow.ProtoICMP || p.Key.Proto == flow.ProtoICMPv6 {
			i = put2(w, i, 31, uint64(p.ICMPType))
			i = put2(w, i, 32, uint64(p.ICMPCode))
		}
		i = put2(w, i, 35, uint64(p.FragmentID))
		i = put2(w, i, 36, uint64(p.FragmentOffset))
		i = put2(w, i, 37, uint64(p.FlowLabel))
		i = put2(w, i, 38, uint64(p.IPFlags))
	}
	i = put2(w, i, 27, p.SrcMAC)
	i = put2(w, i, 28, p.DstMAC)
	i = put2(w, i, 29, uint64(p.VLAN))
	i = put2(w, i, 30, uint64(p.EtherType))
	if p.MPLSDepth > 0 {
		i = putLabels(w, i, p)
	}
	if p.Tunnel != flow.TunnelNone {
		i = putTunnel(w, i, p)
	}
	return i
}

// putLabels writes the MPLS stack: labels and their TTLs, packed.
func putLabels(w []byte, i int, p *flow.Packet) int {
	n := min(int(p.MPLSDepth), len(p.MPLS))
	w[i], w[i+1] = byte(tag2(80))|wireBytes, byte(tag2(80)>>8)
	at := i + 2
	i += 3
	for _, e := range p.MPLS[:n] {
		i = putVarint(w, i, uint64(e&0xff))
	}
	w[at] = byte(i - at - 1)
	w[i], w[i+1] = byte(tag2(81))|wireBytes, byte(tag2(81)>>8)
	at = i + 2
	i += 3
	for _, e := range p.MPLS[:n] {
		i = putVarint(w, i, uint64(e>>12))
	}
	w[at] = byte(i - at - 1)
	return i
}

func putTunnel(w []byte, i int, p *flow.Packet) int {
	i = put2(w, i, 231, uint64(p.Tunnel))
	i = putAddr2(w, i, 232, &p.OuterSrc)
	i = putAddr2(w, i, 233, &p.OuterDst)
	i = put2(w, i, 234, uint64(p.OuterProto))
	i = put2(w, i, 235, uint64(p.OuterSrcPort))
	i = put2(w, i, 236, uint64(p.OuterDstPort))
	i = put2(w, i, 237, uint64(p.OuterTTL))
	return put2(w, i, 238, uint64(p.OuterTOS))
}
