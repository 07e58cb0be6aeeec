package publish

import "spoor/flow"

// headCache keeps the encoded fields that all samples of a datagram share.
type headCache struct {
	agent        flow.Addr
	received     int64
	sequence     uint32
	samplingRate uint32
	subAgent     uint32
	encoded      []byte
}

// encode gives fields 1, 3, 4, 10, 11, 110 and 201, borrowed until the next call.
func (c *headCache) encode(s *flow.Sample) []byte {
	if c.received == s.Received && c.sequence == s.DatagramSeq && c.samplingRate == s.SamplingRate && c.subAgent == s.SubAgent &&
		c.agent == s.Agent && c.encoded != nil {
		return c.encoded
	}
	c.agent, c.received, c.sequence, c.samplingRate, c.subAgent = s.Agent, s.Received, s.DatagramSeq, s.SamplingRate, s.SubAgent
	b := appendUint(c.encoded[:0], 1, 1) // SFLOW_5
	b = appendUint(b, 3, uint64(s.SamplingRate))
	b = appendUint(b, 4, uint64(s.DatagramSeq))
	b = appendUint(b, 10, 1) // packets
	b = appendAddr(b, 11, &s.Agent)
	b = appendUint(b, 110, uint64(max(s.Received, 0)))
	c.encoded = appendUint(b, 201, uint64(s.SubAgent))
	return c.encoded
}

// portSlots is the number of places in a portCache.
const portSlots = 1024

// portCache keeps the encoded fields that samples of one pair of ports share,
// names above all: they change rarely and cost more than the rest of a record.
type portCache struct {
	slots [portSlots]portSlot
}

type portSlot struct {
	ports   ports
	labels  flow.Labels
	encoded []byte
}

// ports are the values of a sample that its ports decide.
type ports struct {
	agent                flow.Addr
	input, output        flow.Interface
	class, index         uint32
	srcVLAN, dstVLAN     uint32
	recordVNI            uint32
	headerProtocol       uint32
	stripped             uint32
	direction            flow.Direction
	hasSwitch, hasRecVNI bool
}

// encode gives fields 18, 19, 33, 34, 205 to 211, 213, 214, 220 to 225 and 230
// (from the VNI record), then tail; borrowed until the next call.
func (c *portCache) encode(s *flow.Sample, l *flow.Labels, tail []byte) []byte {
	h := uint32(s.Agent[15]) | uint32(s.Agent[14])<<8 ^ s.Input.Value*31 ^ s.Output.Value*0x85
	slot := &c.slots[h*0x9e3779b1>>22]
	k := ports{
		s.Agent, s.Input, s.Output, s.SourceClass, s.SourceIndex, s.SrcVLAN, s.DstVLAN, s.RecordVNI, s.HeaderProtocol, s.Stripped,
		s.Direction, s.HasSwitch, s.HasRecVNI && s.Packet.VNI == 0,
	}
	if slot.ports == k && slot.labels == *l && slot.encoded != nil {
		return slot.encoded
	}
	slot.ports, slot.labels = k, *l
	b := k.append(slot.encoded[:0])
	if l.CountOnce {
		b = appendUint(b, 214, 1)
	}
	b = appendString(b, fieldSwitch, l.Switch)
	b = appendString(b, fieldInName, l.InName)
	b = appendString(b, fieldOutName, l.OutName)
	b = appendString(b, fieldLink, l.Link)
	b = appendString(b, fieldSrcName, l.SrcName)
	b = appendString(b, fieldDstName, l.DstName)
	slot.encoded = append(b, tail...)
	return slot.encoded
}

func (k *ports) append(b []byte) []byte {
	b = appendUint(b, 18, uint64(ifIndex(k.input)))
	b = appendUint(b, 19, uint64(ifIndex(k.output)))
	if k.hasSwitch {
		b = appendVLAN(b, 33, k.srcVLAN)
		b = appendVLAN(b, 34, k.dstVLAN)
	}
	b = appendUint(b, 205, uint64(k.class))
	b = appendUint(b, 206, uint64(k.index))
	b = appendUint(b, 207, uint64(k.input.Kind))
	b = appendUint(b, 208, uint64(k.output.Kind))
	if k.output.Kind == flow.InterfaceDiscarded {
		b = appendUint(b, 209, uint64(k.output.Value))
	}
	b = appendUint(b, 210, uint64(k.headerProtocol))
	b = appendUint(b, 211, uint64(k.stripped))
	b = appendUint(b, 213, uint64(k.direction))
	if k.hasRecVNI {
		b = appendUint(b, 230, uint64(k.recordVNI))
	}
	return b
}

// appendVLAN appends a VLAN unless it is unknown (all ones) or 0.
func appendVLAN(b []byte, field int, v uint32) []byte {
	if v == 1<<32-1 {
		return b
	}
	return appendUint(b, field, uint64(v))
}

// ifIndex is what in_if and out_if hold: the index, or the count of ports.
func ifIndex(i flow.Interface) uint32 {
	if i.Kind == flow.InterfaceMultiple {
		return i.Value
	}
	return i.Index()
}
