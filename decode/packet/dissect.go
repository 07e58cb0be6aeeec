package packet

import (
	"encoding/binary"

	"spoor/flow"
)

var be = binary.BigEndian

// Header protocols of sampled_header that are read (sflow_version_5.txt, header_protocol).
const (
	Ethernet = 1
	IPv4     = 11
	IPv6     = 12
	MPLS     = 13
)

// Budgets of layers in one packet.
const (
	maxTags       = 4
	maxLabels     = 10
	maxExtensions = 8
	maxGTP        = 4
)

// layer is what comes next in a packet.
type layer uint8

const (
	none layer = iota // nothing that is read
	ethernet
	mpls
	ip4
	ip6
	inner // the first layer in a tunnel: walk.entry
)

// walk is the state of one dissection.
type walk struct {
	p   *flow.Packet
	h   []byte // the captured header, cut where IP says that the packet ends
	off int    // where the next layer begins

	inside bool // in the tunnel already: no other is entered
	hasIP  bool // an IP header was read in this packet
	sized  bool // the outermost IP header was read

	entry  layer // first layer inside the tunnel that was found, at off
	tunnel flow.Tunnel
	vni    uint32
}

// Dissect reads header, of the given header protocol, into p, which must be
// zero: whoever uses one again clears it first. It keeps nothing of header. An
// unknown protocol and an empty header leave p as it is.
func Dissect(header []byte, protocol uint32, p *flow.Packet) {
	if protocol == Ethernet {
		if Ordinary(header, p) {
			return
		}
		*p = flow.Packet{}
	}
	dissect(header, protocol, p)
}

// dissect reads headers of any shape: Dissect without the short way.
func dissect(header []byte, protocol uint32, p *flow.Packet) {
	if len(header) == 0 {
		return
	}
	w := walk{p: p, h: header}
	next := none
	switch protocol {
	case Ethernet:
		next = ethernet
	case IPv4:
		next = ip4
	case IPv6:
		next = ip6
	case MPLS:
		next = mpls
	}
	if w.run(next) == inner {
		w.enter()
	}
}

// run reads layers from next on, until the end (none) or a tunnel (inner).
func (w *walk) run(next layer) layer {
	for {
		switch next {
		case ethernet:
			next = w.ethernet()
		case mpls:
			next = w.mpls()
		case ip4:
			next = w.ip4()
		case ip6:
			next = w.ip6()
		default:
			return next
		}
	}
}

// enter dissects the inside of a tunnel. What was the packet becomes the outer one.
func (w *walk) enter() {
	p, outer := w.p, *w.p
	p.Tunnel, p.VNI = w.tunnel, w.vni
	p.OuterSrc, p.OuterDst, p.OuterProto = outer.Key.Src, outer.Key.Dst, outer.Key.Proto
	p.OuterSrcPort, p.OuterDstPort = outer.Key.SrcPort, outer.Key.DstPort
	p.OuterTTL, p.OuterTOS = outer.TTL, outer.TOS
	p.OuterLength = uint16(min(w.off, 0xffff))
	// All that layers in front of a tunnel can have set for the flow itself.
	p.Key = flow.Key{}
	p.TTL, p.TOS, p.IPFlags, p.FragmentID, p.FlowLabel, p.PayloadLength = 0, 0, 0, 0, 0, 0
	w.inside, w.hasIP = true, false
	w.run(w.entry)
	if !w.hasIP {
		outer.Truncated = p.Truncated
		*p = outer
	}
}

// found notes a tunnel whose inside begins n bytes further on with the layer entry.
func (w *walk) found(t flow.Tunnel, vni uint32, n int, entry layer) layer {
	if w.inside || entry == none {
		return none
	}
	w.tunnel, w.vni, w.entry = t, vni, entry
	w.off += n
	return inner
}

// cut notes that the header ends inside a layer, or that a layer makes no sense.
func (w *walk) cut() layer {
	w.p.Truncated = true
	return none
}
