package decode

import (
	"encoding/binary"
	"math"

	"spoor/decode/packet"
	"spoor/decode/sflow"
	"spoor/flow"
)

var be = binary.BigEndian

// ordinaries reads samples from the front of b, at most n, as long as they are
// what nearly all samples are: flow samples with one sampled_header of Ethernet
// and at most an extended_switch, extended_router and extended_timestamp beside
// it, all lengths true, nothing to be refused, mended or flagged. It gives what
// remains; the first sample that is otherwise is left to flowSample.
//
// This is a short way to what flowSample gives, at half its cost, and never
// another meaning: FuzzDecode compares the two. Everything lies at a known place,
// so that one check of a length serves a whole structure. And d.ordinary is not
// cleared, which would take a tenth of the time: each sample sets all fields that
// any ordinary sample has, and nobody ever writes the others.
func (d *Decoder) ordinaries(b []byte, n uint32) (rest []byte, left uint32) {
	const compact, expanded = sflow.ItemHeader + 28, sflow.ItemHeader + 40 // up to the number of records
	s, h, claimed := &d.ordinary, &d.header, n
	s.Agent, s.SubAgent, s.DatagramSeq = h.Agent, h.SubAgentID, h.SequenceNumber
walk:
	for ; n > 0 && len(b) >= expanded+4; n-- {
		size := uint(be.Uint32(b[4:])) + sflow.ItemHeader
		if size < expanded+4 || size > uint(len(b)) {
			break
		}
		var in, out, notSingle uint32
		records := b[compact:size]
		switch sflow.Format(be.Uint32(b)) {
		case sflow.FormatFlowSample:
			source := be.Uint32(b[12:])
			s.SourceClass, s.SourceIndex = source>>24, source&0xffffff
			s.SamplingRate, s.SamplePool, s.Drops = be.Uint32(b[16:]), be.Uint32(b[20:]), be.Uint32(b[24:])
			in, out = be.Uint32(b[28:]), be.Uint32(b[32:])
			notSingle = (in | out) >> 30
			s.Expanded, s.Quirks = false, 0
		case sflow.FormatFlowSampleExpanded:
			s.SourceClass, s.SourceIndex = be.Uint32(b[12:]), be.Uint32(b[16:])
			s.SamplingRate, s.SamplePool, s.Drops = be.Uint32(b[20:]), be.Uint32(b[24:]), be.Uint32(b[28:])
			in, out = be.Uint32(b[36:]), be.Uint32(b[44:])
			notSingle = be.Uint32(b[32:]) | be.Uint32(b[40:])
			s.Expanded, s.Quirks = true, 0
			if in == internalCompact || out == internalCompact {
				s.Quirks = flow.QuirkInternal
			}
			records = b[expanded:size]
		default:
			break walk
		}
		s.Sequence = be.Uint32(b[8:])
		s.Input.Kind, s.Input.Value = single(in), in
		s.Output.Kind, s.Output.Value = single(out), out
		s.Direction = ordinaryDirection(s)
		if notSingle != sflow.InterfaceSingle || s.SamplingRate == 0 || !ordinaryRecords(records, s) {
			break
		}
		s.Received, s.NotBefore, s.Time, s.EffectiveRate, s.FlowID, s.Exchange = 0, 0, 0, 0, 0, 0
		d.countBeside(s)
		b = b[size:]
		d.sink.FlowSample(s)
	}
	done := claimed - n
	d.result.Flow += int(done)
	d.stats.Samples[KindFlow][Decoded] += uint64(done)
	d.stats.Records[RecordSampledHeader][Decoded] += uint64(done)
	return b, n
}

// ordinaryDirection is direction where input and output are single: one of them
// can be the data source, if it is a port.
func ordinaryDirection(s *flow.Sample) flow.Direction {
	if s.SourceClass == 0 && s.Input.Value != s.Output.Value {
		switch {
		case s.Input.Value == s.SourceIndex && s.Input.Kind == flow.InterfaceIndex:
			return flow.Ingress
		case s.Output.Value == s.SourceIndex && s.Output.Kind == flow.InterfaceIndex:
			return flow.Egress
		}
	}
	return flow.DirectionUnknown
}

// countBeside counts the records beside a sampled_header.
func (d *Decoder) countBeside(s *flow.Sample) {
	if s.HasSwitch {
		d.stats.Records[RecordExtendedSwitch][Decoded]++
	}
	if s.HasRouter {
		d.stats.Records[RecordExtendedRouter][Decoded]++
	}
	if s.Timestamp != 0 {
		d.stats.Records[RecordExtendedTimestamp][Decoded]++
	}
}

// ordinaryRecords reads the records of an ordinary sample, in front of which is
// their number; false if there is anything else.
func ordinaryRecords(b []byte, s *flow.Sample) bool {
	records := be.Uint32(b)
	b = b[4:]
	s.HeaderProtocol, s.Timestamp = 0, 0
	s.NextHop = flow.Addr{}
	s.HasSwitch, s.HasRouter, s.SrcMask, s.DstMask, s.SrcVLAN, s.DstVLAN = false, false, 0, 0, 0, 0
	for ; records > 0 && len(b) >= sflow.ItemHeader+8; records-- {
		n := uint(be.Uint32(b[4:])) + sflow.ItemHeader
		if n%4 != 0 || n > uint(len(b)) {
			return false
		}
		switch sflow.Format(be.Uint32(b)) {
		case sflow.FormatSampledHeader:
			if s.HeaderProtocol != 0 || !ordinaryHeader(b[:n], s) {
				return false
			}
		case sflow.FormatExtendedSwitch:
			if n < sflow.ItemHeader+16 || s.HasSwitch {
				return false
			}
			s.HasSwitch, s.SrcVLAN, s.DstVLAN = true, be.Uint32(b[8:]), be.Uint32(b[16:])
		case sflow.FormatExtendedRouter:
			if n < sflow.ItemHeader+16 || s.HasRouter || be.Uint32(b[8:]) != sflow.AddressIPv4 {
				return false
			}
			s.NextHop.Set4(b[12:])
			src, dst := be.Uint32(b[16:]), be.Uint32(b[20:])
			s.HasRouter, s.SrcMask, s.DstMask = true, uint8(min(src, 128)), uint8(min(dst, 128))
		case sflow.FormatExtendedTimestamp:
			ns := be.Uint64(b[8:])
			if n < sflow.ItemHeader+8 || s.Timestamp != 0 || ns-1 > math.MaxInt64-1 {
				return false
			}
			s.Timestamp = int64(ns)
		default:
			return false
		}
		b = b[n:]
	}
	return records == 0 && len(b) == 0 && s.HeaderProtocol != 0
}

// ordinaryHeader reads the record of a sampled_header of Ethernet whose lengths
// can be believed, as sampledHeader does, and frameLength and settle after it.
func ordinaryHeader(b []byte, s *flow.Sample) bool {
	const head = sflow.ItemHeader + 16
	if len(b) < head {
		return false
	}
	frame, stripped, n := be.Uint32(b[12:]), be.Uint32(b[16:]), be.Uint32(b[20:])
	if be.Uint32(b[8:]) != sflow.HeaderEthernet || uint(n) > uint(len(b)-head) || frame > maxFrame || frame < n {
		return false
	}
	p := &s.Packet
	if !packet.Ordinary(b[head:head+n], p) {
		return false
	}
	s.HeaderProtocol, s.Stripped, s.HeaderLength = sflow.HeaderEthernet, stripped, n
	shown := uint32(p.IPOffset) + p.IPLength
	switch {
	case frame == shown+fcs:
		frame = shown
	case frame == shown:
	case stripped >= fcs && frame > fcs:
		frame -= fcs
	}
	s.FrameLength = max(frame, n)
	if p.PayloadLength > s.FrameLength {
		p.PayloadLength = 0
	}
	return true
}
