package topology

import "spoor/flow"

// Protocols that switches speak with their neighbours (IANA's numbers).
const (
	protoIGMP  = 2
	protoRSVP  = 46
	protoEIGRP = 88
	protoOSPF  = 89
	protoPIM   = 103
	protoVRRP  = 112
)

// ofSwitches reports whether a packet is one that switches send as well as hosts, or only they:
// routing protocols, the watch over a link or a pair, neighbour discovery, answers to traceroute. Unforwarded it
// enters by links between switches too, so it proves neither that a port is a host's nor where its sender lives.
func ofSwitches(s *flow.Sample) bool {
	k := &s.Packet.Key
	switch k.Proto {
	case flow.ProtoTCP:
		if controlTCP(min(k.SrcPort, k.DstPort)) { // the other one is ephemeral
			return true
		}
	case flow.ProtoUDP:
		if controlUDP(k.DstPort) || k.SrcPort == 4784 {
			return true
		}
	case flow.ProtoICMP, flow.ProtoICMPv6: // hosts send echoes with 64 or 128, neighbour discovery and routers' errors have 255; who is asked at the switch itself may be a switch
		if s.Packet.TTL == 255 || s.Output.Kind == flow.InterfaceInternal {
			return true
		}
	case protoIGMP, protoRSVP, protoEIGRP, protoOSPF, protoPIM, protoVRRP:
		return true
	}
	return onLink(&k.Dst) || onLink(&k.Src)
}

// controlTCP: BGP, LDP, and what the switches of a pair tell each other.
func controlTCP(port uint16) bool {
	switch port {
	case 179, 646, 639, 4432, 5342:
		return true
	}
	return false
}

// controlUDP: BFD in its kinds, LDP, HSRP, GLBP, PTP, a pair's heartbeats, DHCP that is relayed, RIP, and samples such as ours.
func controlUDP(port uint16) bool {
	switch port {
	case 3784, 3785, 4784, 6784, 7784, 646, 1985, 2029, 3222, 319, 320, 3200, 4432, 67, 547, 520, 521, 6343:
		return true
	}
	return false
}

// ofRouter reports whether frames that nobody has forwarded come from another switch all the same, by whose MAC forwarded ones go.
func (l *Learner) ofRouter(n *node, mac uint64) bool {
	o, ok := l.owners[mac]
	return ok && !o.shared && !o.weak && o.sw != n.id
}

// onLink reports whether an address has a meaning on one link only.
func onLink(a *flow.Addr) bool {
	if a[0] >= 0xfe {
		return a[0] == 0xfe && a[1]&0xc0 == 0x80 || a[0] == 0xff && a[1]&0x0f <= 2
	}
	return (a[12] == 224 && a[13]|a[14] == 0 || a[12] == 169 && a[13] == 254 || a[12] == 255) && a.Is4()
}
