package publish

import "spoor/flow"

// appendDrop appends a DropMessage.
func (e *Encoder) appendDrop(b []byte, x *flow.Discard, l *flow.Labels) []byte {
	b = appendUint(b, 1, uint64(max(x.Received, 0)))
	b = appendUint(b, 2, uint64(max(x.Time, 0)))
	b = appendAddr(b, 3, &x.Agent)
	b = appendUint(b, 4, uint64(x.SubAgent))
	b = appendUint(b, 5, uint64(x.DatagramSeq))
	b = appendUint(b, 6, uint64(x.Sequence))
	b = appendUint(b, 7, uint64(x.SourceClass))
	b = appendUint(b, 8, uint64(x.SourceIndex))
	b = appendUint(b, 9, uint64(x.Drops))
	b = appendUint(b, 10, uint64(x.Input))
	b = appendUint(b, 11, uint64(x.Output))
	b = appendUint(b, 12, uint64(x.Reason))
	b = appendString(b, 13, x.Reason.Name())
	b = appendString(b, 14, x.Function)
	b = appendUint(b, 15, uint64(x.EgressQueue))
	b = appendUint(b, 16, uint64(x.FrameLength))
	if x.HasACL {
		b = appendUint(b, 17, uint64(x.ACL.Number))
		b = appendString(b, 18, x.ACL.Name)
	}
	b = appendString(b, 20, l.Input().Switch)
	b = appendString(b, 21, l.Input().Port)
	b = appendString(b, 22, l.Output().Port)
	b = appendString(b, 23, l.Input().Link)
	for _, name := range x.Path {
		b = appendString(b, 24, name)
	}
	b = appendString(b, 25, x.TrapGroup)
	b = appendString(b, 26, x.Trap)
	b = appendString(b, 27, x.LinuxReason)
	if n, age := e.p.rates.discards(x.Agent, x.Input, x.Output, x.Received); n >= 0 {
		b = appendDouble(b, 28, n)
		b = appendDouble(b, 29, age)
	}
	b = appendDropped(b, x)
	b = appendString(b, 53, l.SrcName)
	b = appendString(b, 54, l.DstName)
	return append(b, e.schema...)
}

// appendDropped appends the header of the packet.
func appendDropped(b []byte, x *flow.Discard) []byte {
	p := &x.Packet
	if x.FlowID != 0 {
		b = appendFixed64(b, 40, x.FlowID)
	}
	b = appendAddr(b, 41, &p.Key.Src)
	b = appendAddr(b, 42, &p.Key.Dst)
	b = appendUint(b, 43, uint64(p.EtherType))
	b = appendUint(b, 44, uint64(p.Key.Proto))
	b = appendUint(b, 45, uint64(p.Key.SrcPort))
	b = appendUint(b, 46, uint64(p.Key.DstPort))
	b = appendUint(b, 47, p.SrcMAC)
	b = appendUint(b, 48, p.DstMAC)
	b = appendUint(b, 49, uint64(p.VLAN))
	b = appendUint(b, 50, uint64(p.TTL))
	b = appendUint(b, 51, uint64(p.TCPFlags))
	return appendUint(b, 52, uint64(p.VNI))
}
