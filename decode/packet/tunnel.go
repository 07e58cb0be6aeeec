package packet

import "spoor/flow"

// UDP ports of tunnels and of RoCEv2.
const (
	portGTPU       = 2152
	portVXLAN      = 4789
	portVXLANGPE   = 4790
	portRoCE       = 4791
	portGeneve     = 6081
	portVXLANLinux = 8472 // Linux's default before the assignment
)

// ipInIP enters an IP packet right behind an IP header. A deeper one is not
// read, which is marked: such a stack never ends in a transport header.
func (w *walk) ipInIP(entry layer) layer {
	if w.inside {
		return w.cut()
	}
	return w.found(flow.TunnelIPIP, 0, 0, entry)
}

// vxlan reads a VXLAN header (RFC 7348): flags with the I bit, a 24-bit VNI.
func (w *walk) vxlan(b []byte) layer {
	if len(b) < 8 || b[0]&8 == 0 {
		return none
	}
	return w.found(flow.TunnelVXLAN, be.Uint32(b[4:])>>8, 8+8, ethernet)
}

// vxlanGPE reads a VXLAN-GPE header (draft-ietf-nvo3-vxlan-gpe) of version 0:
// with the P bit the last byte of its first word names what is inside, else it
// is Ethernet as in VXLAN. OAM packets (O bit) are not followed.
func (w *walk) vxlanGPE(b []byte) layer {
	const instance, nextProtocol, oam, version = 0x08, 0x04, 0x01, 0x30
	if len(b) < 8 || b[0]&instance == 0 || b[0]&(oam|version) != 0 {
		return none
	}
	entry := ethernet
	if b[0]&nextProtocol != 0 {
		switch b[3] {
		case 1:
			entry = ip4
		case 2:
			entry = ip6
		case 3:
		default:
			return none
		}
	}
	return w.found(flow.TunnelVXLAN, be.Uint32(b[4:])>>8, 8+8, entry)
}

// geneve reads a Geneve header (RFC 8926) of version 0 with its options.
func (w *walk) geneve(b []byte) layer {
	if len(b) < 8 || b[0]>>6 != 0 {
		return none
	}
	size := 8 + int(b[0]&63)*4
	if size > len(b) {
		return w.cut()
	}
	return w.found(flow.TunnelGeneve, be.Uint32(b[4:])>>8, 8+size, payloadOf(be.Uint16(b[2:])))
}

// gre reads a GRE header (RFC 2784, 2890). Version 1 (PPTP) and source routes end the dissection.
func (w *walk) gre() layer {
	const checksum, routing, key, sequence, version = 0x8000, 0x4000, 0x2000, 0x1000, 7
	b := w.h[w.off:]
	if len(b) < 4 {
		return w.cut()
	}
	flags := be.Uint16(b)
	if flags&(routing|version) != 0 {
		return none
	}
	if w.inside {
		return w.cut()
	}
	size := 4
	if flags&checksum != 0 {
		size += 4
	}
	keyAt := size
	if flags&key != 0 {
		size += 4
	}
	if flags&sequence != 0 {
		size += 4
	}
	if size > len(b) {
		return w.cut()
	}
	var vni uint32
	if flags&key != 0 {
		vni = be.Uint32(b[keyAt:])
	}
	return w.found(flow.TunnelGRE, vni, size, payloadOf(be.Uint16(b[2:])))
}

// payloadOf gives the layer that a GRE or Geneve protocol type announces.
func payloadOf(t uint16) layer {
	switch t {
	case typeBridge:
		return ethernet
	case typeIPv4:
		return ip4
	case typeIPv6:
		return ip6
	}
	return none
}

// gtpu reads a GTP-U header (3GPP TS 29.281) of a user packet (message type 255).
func (w *walk) gtpu(b []byte) layer {
	const userPacket = 255
	if len(b) < 8 || b[0]>>5 != 1 || b[0]&0x10 == 0 || b[1] != userPacket {
		return none
	}
	teid, size := be.Uint32(b[4:]), 8
	if b[0]&7 != 0 { // any of extension, sequence number, N-PDU number
		size += 4
		var ok bool
		if size, ok = gtpExtensions(b, size); !ok {
			return w.cut()
		}
	}
	if size >= len(b) {
		return w.cut()
	}
	switch b[size] >> 4 {
	case 4:
		return w.found(flow.TunnelGTPU, teid, 8+size, ip4)
	case 6:
		return w.found(flow.TunnelGTPU, teid, 8+size, ip6)
	}
	return none
}

// gtpExtensions steps over extension headers, each announced by the byte before
// it; at is where the first would begin.
func gtpExtensions(b []byte, at int) (end int, ok bool) {
	const extension = 4
	if at > len(b) {
		return 0, false
	}
	if b[0]&extension == 0 {
		return at, true
	}
	for range maxGTP {
		if b[at-1] == 0 {
			return at, true
		}
		if at >= len(b) || b[at] == 0 {
			return 0, false
		}
		at += int(b[at]) * 4
		if at > len(b) {
			return 0, false
		}
	}
	return at, b[at-1] == 0
}

// pseudowire enters the Ethernet frame behind a label stack and, if skip is 4, a control word.
func (w *walk) pseudowire(skip int) layer {
	if len(w.h)-w.off < skip {
		return w.cut()
	}
	return w.found(flow.TunnelPseudowire, 0, skip, ethernet)
}
