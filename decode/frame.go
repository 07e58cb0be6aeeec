package decode

import (
	"spoor/decode/sflow"
	"spoor/flow"
)

const (
	fcs      = 4
	etherLen = 14
	maxFrame = 64<<10 + 128 // hosts sample packets of up to 64 KiB, with what lies in front, before they are cut into frames
)

// frameLength gives the bytes of the frame on the wire without its FCS, as the
// package comment says. believed is false where the agent's figure cannot be.
func frameLength(h *sflow.SampledHeader, p *flow.Packet) (n uint32, believed bool) {
	captured := uint32(len(h.Header))
	byIP := lengthByIP(h.Protocol, p)
	shown := uint32(p.IPOffset) + p.IPLength // where IP says that the packet ends in the frame that the header shows
	switch {
	case h.FrameLength == 0:
		return max(byIP, captured), false
	case h.FrameLength > maxFrame:
		if byIP == 0 {
			byIP = maxFrame
		}
		return max(byIP, captured), false
	case h.FrameLength < captured:
		return captured, false
	case shown > h.FrameLength && cutLength(h.FrameLength, captured):
		return min(byIP, largestFrame), false
	}
	n = h.FrameLength
	switch {
	case p.IPLength != 0 && n == shown+fcs:
		n = shown
	case p.IPLength != 0 && n == shown:
	case h.Stripped >= fcs && n > fcs:
		n -= fcs
	}
	return max(n, captured), true
}

const (
	cutHeader    = 128  // bytes of header from which it is taken for cut by the agent
	largestFrame = 9600 // no switch forwards larger ones
)

// cutLength reports whether an agent gives as the frame's length what it showed of it (some releases of
// Junos: 132 bytes of a frame of 1518). Then IP's length tells, as it cannot be more in a true frame.
func cutLength(frame, captured uint32) bool { return captured >= cutHeader && frame-captured <= fcs }

// lengthByIP gives the frame's length without FCS by IP's total length, at most
// maxFrame, 0 if that is unknown. Bare IP packets are given the Ethernet header that they travelled in.
func lengthByIP(protocol uint32, p *flow.Packet) uint32 {
	if p.IPLength == 0 {
		return 0
	}
	if protocol != sflow.HeaderEthernet {
		return etherLen + p.IPLength
	}
	return min(uint32(p.IPOffset)+p.IPLength, maxFrame)
}

// settle makes the packet's lengths agree with the frame's.
func settle(s *flow.Sample) {
	p := &s.Packet
	if p.PayloadLength > s.FrameLength {
		p.PayloadLength = 0 // IP's header lies about its length
	}
	if p.Tunnel == flow.TunnelNone || s.HeaderProtocol == sflow.HeaderEthernet {
		return
	}
	// The agent counts the link layer that it does not show: it lies in front of the inner frame as well.
	if p.IPLength != 0 && s.FrameLength > uint32(p.IPOffset)+p.IPLength {
		p.OuterLength += uint16(min(s.FrameLength-uint32(p.IPOffset)-p.IPLength, 0xff))
	}
}
