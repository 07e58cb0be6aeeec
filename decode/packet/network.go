package packet

import "spoor/flow"

// IP protocols and IPv6 extension headers that lead further.
const (
	protoHopByHop    = 0
	protoIPv4        = 4
	protoIPv6        = 41
	protoRouting     = 43
	protoFragment    = 44
	protoGRE         = 47
	protoAH          = 51
	protoDestination = 60
	protoMobility    = 135
	protoHIP         = 139
	protoShim6       = 140
)

// IPv4's flags and fragment offset.
const (
	moreFragments  = 0x2000
	fragmentOffset = 0x1fff
)

// ip4 reads an IPv4 header.
func (w *walk) ip4() layer {
	b := w.h[w.off:]
	if len(b) < 20 {
		return w.cut()
	}
	size := int(b[0]&15) * 4
	if b[0]>>4 != 4 || size < 20 || size > len(b) {
		return w.cut()
	}
	p := w.p
	w.hasIP, p.EtherType = true, typeIPv4
	total := int(be.Uint16(b[2:])) // 0: left to the network card (TSO)
	if total < size {
		total = 0
	}
	w.length(total)
	p.TOS, p.TTL, p.Key.Proto = b[1], b[8], b[9]
	p.FragmentID = uint32(be.Uint16(b[4:]))
	frag := be.Uint16(b[6:])
	p.IPFlags, p.FragmentOffset = uint8(frag>>13), frag&fragmentOffset
	p.Key.Src.Set4(b[12:])
	p.Key.Dst.Set4(b[16:])
	w.off += size
	if frag&(moreFragments|fragmentOffset) != 0 {
		p.Fragment = true
		return none
	}
	if p.Key.Proto == protoAH {
		return w.extensions(max(total-size, 0))
	}
	return w.transport(max(total-size, 0))
}

// ip6 reads an IPv6 header and its extension headers.
func (w *walk) ip6() layer {
	b := w.h[w.off:]
	if len(b) < 40 || b[0]>>4 != 6 {
		return w.cut()
	}
	p := w.p
	w.hasIP, p.EtherType = true, typeIPv6
	first := be.Uint32(b)
	payload := int(be.Uint16(b[4:])) // 0: a jumbogram, or left to the network card
	if payload == 0 {
		w.length(0)
	} else {
		w.length(40 + payload)
	}
	p.TOS, p.FlowLabel = uint8(first>>20), first&0xfffff
	p.Key.Proto, p.TTL = b[6], b[7]
	p.Key.Src, p.Key.Dst = flow.Addr(b[8:]), flow.Addr(b[24:])
	w.off += 40
	if isExtension(b[6]) {
		return w.extensions(payload)
	}
	return w.transport(payload)
}

// isExtension reports whether an IPv6 next header is one that is stepped over.
func isExtension(next uint8) bool {
	switch next {
	case protoHopByHop, protoRouting, protoFragment, protoAH, protoDestination, protoMobility, protoHIP, protoShim6:
		return true
	}
	return false
}

// extensions steps over IPv6 extension headers, and the authentication header
// of IPv4; payload is what IP says that remains with them.
func (w *walk) extensions(payload int) layer {
	p := w.p
	for range maxExtensions {
		b := w.h[w.off:]
		if len(b) < 8 {
			return w.cut()
		}
		size := 8 + int(b[1])*8
		switch p.Key.Proto {
		case protoFragment:
			size = 8
		case protoAH:
			size = 8 + int(b[1])*4
		}
		if size > len(b) {
			return w.cut()
		}
		fragment := p.Key.Proto == protoFragment
		p.Key.Proto = b[0]
		w.off += size
		payload = max(payload-size, 0)
		if fragment && w.fragment(b) {
			return none
		}
		if !isExtension(p.Key.Proto) {
			return w.transport(payload)
		}
	}
	return w.cut()
}

// fragment reads a fragment header and tells whether the packet is a real
// fragment: an atomic one (RFC 6946) is whole.
func (w *walk) fragment(b []byte) bool {
	p, word := w.p, be.Uint16(b[2:])
	p.FragmentID, p.FragmentOffset = be.Uint32(b[4:]), word>>3
	p.Fragment = word&^6 != 0 // offset or M bit; two bits are reserved
	return p.Fragment
}

// length takes IP's total length: it bounds the layers behind, and is noted for the outermost packet. 0 is unknown.
func (w *walk) length(total int) {
	if !w.sized {
		w.sized = true
		w.p.IPLength, w.p.IPOffset = uint32(total), uint16(min(w.off, 0xffff))
	}
	if total != 0 && w.off+total < len(w.h) {
		w.h = w.h[:w.off+total]
	}
}
