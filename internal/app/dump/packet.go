package dump

import (
	"encoding/binary"

	"spoor/decode/packet"
	"spoor/decode/sflow"
	"spoor/flow"
)

// EtherType of ARP.
const typeARP = 0x0806

// dissection gives what the sampled header shows. What it does not show is left out.
func dissection(h *sflow.SampledHeader) object {
	var p flow.Packet
	packet.Dissect(h.Header, h.Protocol, &p)
	o := object{{"truncated", p.Truncated || h.Clamped}}
	if h.Protocol == packet.Ethernet && len(h.Header) >= 14 {
		o.add("src_mac", mac(p.SrcMAC))
		o.add("dst_mac", mac(p.DstMAC))
	}
	if p.VLANTags > 0 {
		o.add("vlan_tags", uint64(p.VLANTags))
		o.add("vlan", uint64(p.VLAN))
	}
	if p.VLANTags > 1 {
		o.add("inner_vlan", uint64(p.InnerVLAN))
	}
	if p.MPLSDepth > 0 {
		o.add("mpls_depth", uint64(p.MPLSDepth))
		o.add("mpls", labels(&p))
	}
	o.addUint("ethertype", uint64(p.EtherType))
	o = appendInner(o, &p)
	if p.RDMA {
		o.add("rdma", object{{"opcode", uint64(p.RDMAOpcode)}, {"queue_pair", uint64(p.RDMAQueuePair)}})
	}
	if p.Tunnel != flow.TunnelNone {
		o.add("tunnel", outer(&p))
	}
	if p.EtherType == typeARP {
		o = appendARP(o, h.Header, &p)
	}
	return o
}

// labels gives the MPLS label stack, as far as it is kept.
func labels(p *flow.Packet) list {
	l := make(list, 0, len(p.MPLS))
	for _, e := range p.MPLS[:min(int(p.MPLSDepth), len(p.MPLS))] {
		l = append(l, object{
			{"label", uint64(e >> 12)}, {"traffic_class", uint64(e >> 9 & 7)}, {"bottom", e&0x100 != 0}, {"ttl", uint64(e & 0xff)},
		})
	}
	return l
}

// appendInner appends the innermost IP packet.
func appendInner(o object, p *flow.Packet) object {
	k := &p.Key
	if k.IsZero() {
		return o
	}
	f := object{
		{"id", flow.FormatID(k.ID())},
		{"src", address(k.Src)},
		{"dst", address(k.Dst)},
		{"proto", uint64(k.Proto)},
		{"sport", nil},
		{"dport", nil},
	}
	if k.SrcPort|k.DstPort != 0 {
		f[4].value, f[5].value = uint64(k.SrcPort), uint64(k.DstPort)
	}
	o.add("flow", f)
	o.add("ttl", uint64(p.TTL))
	o.add("tos", uint64(p.TOS))
	if p.Fragment {
		o.add("fragment", true)
		o.add("fragment_offset", uint64(p.FragmentOffset)*8)
	}
	o.addUint("fragment_id", uint64(p.FragmentID))
	o.addUint("ip_flags", uint64(p.IPFlags))
	o.addUint("flow_label", uint64(p.FlowLabel))
	switch k.Proto {
	case flow.ProtoTCP:
		o.addUint("tcp_flags", uint64(p.TCPFlags))
		o.addUint("tcp_sequence", uint64(p.TCPSequence))
	case flow.ProtoICMP, flow.ProtoICMPv6:
		o.add("icmp_type", uint64(p.ICMPType))
		o.add("icmp_code", uint64(p.ICMPCode))
	}
	o.addUint("payload_length", uint64(p.PayloadLength))
	if p.Tunnel == flow.TunnelNone {
		o.addUint("ip_length", uint64(p.IPLength))
	}
	return o
}

// outer gives the packet around the tunnel.
func outer(p *flow.Packet) object {
	o := object{{"type", p.Tunnel.String()}}
	switch p.Tunnel {
	case flow.TunnelVXLAN, flow.TunnelGeneve:
		o.add("vni", uint64(p.VNI))
	case flow.TunnelGRE:
		o.addUint("key", uint64(p.VNI))
	case flow.TunnelGTPU:
		o.add("teid", uint64(p.VNI))
	default: // no number of its own
	}
	if !p.OuterSrc.IsZero() || !p.OuterDst.IsZero() {
		o.add("src", address(p.OuterSrc))
		o.add("dst", address(p.OuterDst))
		o.add("proto", uint64(p.OuterProto))
		o.addUint("sport", uint64(p.OuterSrcPort))
		o.addUint("dport", uint64(p.OuterDstPort))
		o.add("ttl", uint64(p.OuterTTL))
		o.add("tos", uint64(p.OuterTOS))
		o.addUint("ip_length", uint64(p.IPLength))
	}
	o.add("header_bytes", uint64(p.OuterLength))
	return o
}

// appendARP appends an ARP packet for IPv4 over Ethernet (RFC 826).
func appendARP(o object, header []byte, p *flow.Packet) object {
	at := 14 + 4*int(p.VLANTags)
	be := binary.BigEndian
	if len(header) < at+28 || be.Uint16(header[at-2:]) != typeARP {
		return o
	}
	b := header[at:]
	if be.Uint16(b) != 1 || be.Uint16(b[2:]) != 0x0800 || b[4] != 6 || b[5] != 4 {
		return o
	}
	o.add("arp", object{
		{"operation", uint64(be.Uint16(b[6:]))},
		{"sender_mac", mac(be.Uint64(b[8:]) >> 16)},
		{"sender_ip", flow.AddrFrom4([4]byte(b[14:])).String()},
		{"target_mac", mac(be.Uint64(b[18:]) >> 16)},
		{"target_ip", flow.AddrFrom4([4]byte(b[24:])).String()},
	})
	return o
}
