package sflow

import "encoding/binary"

var be = binary.BigEndian

// Sizes of the samples before their records.
const (
	flowSampleSize             = 32
	flowSampleExpandedSize     = 44
	countersSampleSize         = 12
	countersSampleExpandedSize = 16
	discardedPacketSize        = 32
)

// Interface formats (the top two bits of a compact interface, the first word of an expanded one).
const (
	InterfaceSingle    = 0 // value is an ifIndex
	InterfaceDiscarded = 1 // value is a reason code
	InterfaceMultiple  = 2 // value is the number of interfaces, 0 = more than one
)

// Interface is an input or output interface: what the value is, and the value.
type Interface struct{ Format, Value uint32 }

// DataSource is a source_id: what the index counts (0 ifIndex, 1 VLAN, 2 physical entity, 3 logical entity), and the index.
type DataSource struct{ Type, Index uint32 }

// FlowSample is flow_sample or flow_sample_expanded; the records follow. Its counters
// wrap at 2^32 and begin anew together when the agent resets the data source.
type FlowSample struct {
	SequenceNumber uint32     // of the flow samples of this data source: a gap is samples lost
	SourceID       DataSource // where the sampling took place
	SamplingRate   uint32     // N of "one in N packets", at the moment of this sample; agents change it
	SamplePool     uint32     // packets that could have been sampled so far
	Drops          uint32     // samples so far that the agent could not send
	Input          Interface
	Output         Interface
	Records        uint32 // as claimed
}

// Parse reads a flow_sample and gives the bytes of its records; ok is false if b is too short.
func (s *FlowSample) Parse(b []byte) (records []byte, ok bool) {
	if len(b) < flowSampleSize {
		return nil, false
	}
	s.SequenceNumber = be.Uint32(b)
	s.SourceID = compactSource(be.Uint32(b[4:]))
	s.SamplingRate = be.Uint32(b[8:])
	s.SamplePool = be.Uint32(b[12:])
	s.Drops = be.Uint32(b[16:])
	s.Input = compactInterface(be.Uint32(b[20:]))
	s.Output = compactInterface(be.Uint32(b[24:]))
	s.Records = be.Uint32(b[28:])
	return b[flowSampleSize:], true
}

// ParseExpanded reads a flow_sample_expanded, as Parse does.
func (s *FlowSample) ParseExpanded(b []byte) (records []byte, ok bool) {
	if len(b) < flowSampleExpandedSize {
		return nil, false
	}
	s.SequenceNumber = be.Uint32(b)
	s.SourceID = DataSource{be.Uint32(b[4:]), be.Uint32(b[8:])}
	s.SamplingRate = be.Uint32(b[12:])
	s.SamplePool = be.Uint32(b[16:])
	s.Drops = be.Uint32(b[20:])
	s.Input = Interface{be.Uint32(b[24:]), be.Uint32(b[28:])}
	s.Output = Interface{be.Uint32(b[32:]), be.Uint32(b[36:])}
	s.Records = be.Uint32(b[40:])
	return b[flowSampleExpandedSize:], true
}

// CountersSample is counters_sample or counters_sample_expanded; the records follow.
type CountersSample struct {
	SequenceNumber uint32 // of the counters samples of this data source; begins anew if one of its counters does
	SourceID       DataSource
	Records        uint32 // as claimed
}

// Parse reads a counters_sample and gives the bytes of its records; ok is false if b is too short.
func (s *CountersSample) Parse(b []byte) (records []byte, ok bool) {
	if len(b) < countersSampleSize {
		return nil, false
	}
	*s = CountersSample{be.Uint32(b), compactSource(be.Uint32(b[4:])), be.Uint32(b[8:])}
	return b[countersSampleSize:], true
}

// ParseExpanded reads a counters_sample_expanded, as Parse does.
func (s *CountersSample) ParseExpanded(b []byte) (records []byte, ok bool) {
	if len(b) < countersSampleExpandedSize {
		return nil, false
	}
	*s = CountersSample{be.Uint32(b), DataSource{be.Uint32(b[4:]), be.Uint32(b[8:])}, be.Uint32(b[12:])}
	return b[countersSampleExpandedSize:], true
}

// DiscardedPacket is discarded_packet; the records follow. There is no sampling
// rate: each stands for one packet, up to a limit that the agent keeps to.
type DiscardedPacket struct {
	SequenceNumber uint32
	SourceID       DataSource
	Drops          uint32 // notifications so far that the limit held back
	Input          uint32 // ifIndex of a physical port, all 32 bits; 0 unknown
	Output         uint32 // as Input
	Reason         uint32 // enum drop_reason, see flow.DropReason
	Records        uint32 // as claimed
}

// Parse reads a discarded_packet and gives the bytes of its records; ok is false if b is too short.
func (s *DiscardedPacket) Parse(b []byte) (records []byte, ok bool) {
	if len(b) < discardedPacketSize {
		return nil, false
	}
	*s = DiscardedPacket{
		be.Uint32(b),
		DataSource{be.Uint32(b[4:]), be.Uint32(b[8:])},
		be.Uint32(b[12:]),
		be.Uint32(b[16:]), be.Uint32(b[20:]), be.Uint32(b[24:]), be.Uint32(b[28:]),
	}
	return b[discardedPacketSize:], true
}

// compactSource splits a source_id: 8 bits type, 24 bits index.
func compactSource(v uint32) DataSource { return DataSource{v >> 24, v & 0xffffff} }

// compactInterface splits an interface: 2 bits format, 30 bits value.
func compactInterface(v uint32) Interface { return Interface{v >> 30, v & 0x3fffffff} }
