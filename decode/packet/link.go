package packet

// EtherTypes that lead further, or that name a tag.
const (
	typeIPv4    = 0x0800
	typeVLAN    = 0x8100
	typeIPv6    = 0x86dd
	typeMPLS    = 0x8847
	typeMPLSUp  = 0x8848 // upstream-assigned label
	typeQinQ    = 0x88a8
	typeVNTag   = 0x8926
	typeQinQOld = 0x9100
	typeQinQAlt = 0x9200
	typeBridge  = 0x6558 // Ethernet inside GRE or Geneve
)

// lastLength is the largest value of the type field that is an 802.3 length.
const lastLength = 0x05ff

// ethernet reads the MAC addresses, the tags and the type.
func (w *walk) ethernet() layer {
	b := w.h[w.off:]
	if len(b) < 14 {
		return w.cut()
	}
	p := w.p
	if !w.inside {
		p.DstMAC, p.SrcMAC = be.Uint64(b)>>16, be.Uint64(b[6:])>>16
	}
	t := be.Uint16(b[12:])
	w.off += 14
	if t == typeIPv4 { // by far the commonest: past the loop
		p.EtherType = t
		return w.ip4()
	}
	t, ok := w.tags(t)
	if !ok {
		return w.cut()
	}
	p.EtherType = t
	return layerOf(t)
}

// layerOf gives the layer that an EtherType announces.
func layerOf(t uint16) layer {
	switch t {
	case typeIPv4:
		return ip4
	case typeIPv6:
		return ip6
	case typeMPLS, typeMPLSUp:
		return mpls
	}
	return none
}

// tags steps over VLAN tags, VN-Tags and LLC/SNAP and gives the type behind
// them, 0 for LLC of another kind. ok is false if the header ends before, or
// the tags do not.
func (w *walk) tags(t uint16) (_ uint16, ok bool) {
	for range maxTags + 1 {
		b := w.h[w.off:]
		switch {
		case t == typeVLAN || t == typeQinQ || t == typeQinQOld || t == typeQinQAlt:
			if len(b) < 4 {
				return 0, false
			}
			w.tag(be.Uint16(b) & 0xfff)
			t = be.Uint16(b[2:])
			w.off += 4
		case t == typeVNTag:
			if len(b) < 6 {
				return 0, false
			}
			t = be.Uint16(b[4:])
			w.off += 6
		case t <= lastLength:
			return w.llc()
		default:
			return t, true
		}
	}
	return 0, false
}

// tag notes a VLAN tag of the outermost frame.
func (w *walk) tag(id uint16) {
	if w.inside {
		return
	}
	switch w.p.VLANTags {
	case 0:
		w.p.VLAN = id
	case 1:
		w.p.InnerVLAN = id
	}
	w.p.VLANTags++
}

// llc reads an LLC header; SNAP with an organisation of 0 continues with an EtherType.
func (w *walk) llc() (t uint16, ok bool) {
	b := w.h[w.off:]
	if len(b) < 3 {
		return 0, false
	}
	if b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 {
		return 0, true
	}
	if len(b) < 8 {
		return 0, false
	}
	w.off += 8
	if b[3]|b[4]|b[5] != 0 {
		return 0, true
	}
	return be.Uint16(b[6:]), true
}

// mpls reads a label stack. Nothing in it names what follows: an IP version
// does, or a control word, or the lack of both, which is taken for Ethernet.
func (w *walk) mpls() layer {
	p := w.p
	for range maxLabels {
		b := w.h[w.off:]
		if len(b) < 4 {
			return w.cut()
		}
		entry := be.Uint32(b)
		if !w.inside {
			if int(p.MPLSDepth) < len(p.MPLS) {
				p.MPLS[p.MPLSDepth] = entry
			}
			p.MPLSDepth++
		}
		w.off += 4
		if entry&0x100 != 0 { // bottom of stack
			return w.behindLabels()
		}
	}
	return w.cut()
}

// behindLabels tells what the label stack carries by the first four bits.
func (w *walk) behindLabels() layer {
	b := w.h[w.off:]
	if len(b) == 0 {
		return w.cut()
	}
	switch b[0] >> 4 {
	case 4:
		w.p.EtherType = typeIPv4
		return ip4
	case 6:
		w.p.EtherType = typeIPv6
		return ip6
	case 0:
		return w.pseudowire(4) // RFC 4385: control word
	}
	return w.pseudowire(0)
}
