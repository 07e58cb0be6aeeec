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
			s.Quirks = d.quirks
		case sflow.FormatFlowSampleExpanded:
			s.SourceClass, s.SourceIndex = be.Uint32(b[12:]), be.Uint32(b[16:])
			s.SamplingRate, s.SamplePool, s.Drops = be.Uint32(b[20:]), be.Uint32(b[24:]), be.Uint32(b[28:])
			in, out = be.Uint32(b[36:]), be.Uint32(b[44:])
			notSingle = be.Uint32(b[32:]) | be.Uint32(b[40:])
			s.Quirks = d.quirks
			if in == internalCompact || out == internalCompact {
				s.Quirks |= flow.QuirkInternal
			}
			records = b[expanded:size]
		default:
			break walk
		}
		s.Sequence = be.Uint32(b[8:])
		s.Input.Kind, s.Input.Value = flow.InterfaceIndex, in
		s.Output.Kind, s.Output.Value = flow.InterfaceIndex, out
		if isPort(in) && isPort(out) {
			s.Direction = side(in, out, s)
		} else {
			s.Input.Kind, s.Output.Kind = single(in), single(out)
			s.Direction = direction(s)
		}
		if s.Direction == flow.DirectionUnknown && (in|out) > compactIndex && mended(b, s) {
			break
		}
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

// mended reports whether flowSample would mend the data source of a compact sample.
func mended(b []byte, s *flow.Sample) bool {
	return sflow.Format(be.Uint32(b)) == sflow.FormatFlowSample &&
		(overflows(s.SourceClass, s.SourceIndex, s.Input.Index()) || overflows(s.SourceClass, s.SourceIndex, s.Output.Index()))
}

// isPort reports whether a single interface is surely a port: all of a small number are.
func isPort(v uint32) bool { return v-1 < internalCompact-1 }

// side is direction where input and output are ports.
func side(in, out uint32, s *flow.Sample) flow.Direction {
	if in != out && s.SourceClass == 0 {
		switch s.SourceIndex {
		case in:
			return flow.Ingress
		case out:
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

// Records beside a sampled_header as they begin: format and length. All send
// them in their exact length.
const (
	switchItem    = uint64(sflow.FormatExtendedSwitch)<<32 | 16
	routerItem    = uint64(sflow.FormatExtendedRouter)<<32 | 16 // with an IPv4 next hop
	timestampItem = uint64(sflow.FormatExtendedTimestamp)<<32 | 8
)

// ordinaryRecords reads the records of an ordinary sample, in front of which is
// their number; false if there is anything else, or one of them twice.
func ordinaryRecords(b []byte, s *flow.Sample) bool {
	const short, long = sflow.ItemHeader + 8, sflow.ItemHeader + 16
	records := be.Uint32(b)
	b = b[4:]
	s.HeaderProtocol, s.Timestamp = 0, 0
	s.NextHop = flow.Addr{}
	s.HasSwitch, s.HasRouter, s.SrcMask, s.DstMask, s.SrcVLAN, s.DstVLAN = false, false, 0, 0, 0, 0
	for ; records > 0 && len(b) >= short; records-- {
		switch be.Uint64(b) {
		case switchItem:
			if len(b) < long || s.HasSwitch {
				return false
			}
			s.HasSwitch, s.SrcVLAN, s.DstVLAN = true, be.Uint32(b[8:]), be.Uint32(b[16:])
			b = b[long:]
		case routerItem:
			if len(b) < long || s.HasRouter || be.Uint32(b[8:]) != sflow.AddressIPv4 {
				return false
			}
			s.NextHop.Set4(b[12:])
			src, dst := be.Uint32(b[16:]), be.Uint32(b[20:])
			s.HasRouter, s.SrcMask, s.DstMask = true, uint8(min(src, 128)), uint8(min(dst, 128))
			b = b[long:]
		case timestampItem:
			ns := be.Uint64(b[8:])
			if s.Timestamp != 0 || ns-1 > math.MaxInt64-1 {
				return false
			}
			s.Timestamp = int64(ns)
			b = b[short:]
		default:
			n := ordinaryHeader(b, s)
			if n == 0 {
				return false
			}
			b = b[n:]
		}
	}
	return records == 0 && len(b) == 0 && s.HeaderProtocol != 0
}

// ordinaryHeader reads the record at the front of b, and gives its size, if it
// is a first sampled_header of Ethernet whose lengths can be believed. It does
// as sampledHeader, and frameLength and settle after it.
func ordinaryHeader(b []byte, s *flow.Sample) (size uint) {
	const head = sflow.ItemHeader + 16
	if len(b) < head || s.HeaderProtocol != 0 {
		return 0
	}
	size = uint(be.Uint32(b[4:])) + sflow.ItemHeader
	frame, stripped, n := be.Uint32(b[12:]), be.Uint32(b[16:]), be.Uint32(b[20:])
	if be.Uint32(b) != uint32(sflow.FormatSampledHeader) || size%4 != 0 || size < head || size > uint(len(b)) ||
		be.Uint32(b[8:]) != sflow.HeaderEthernet || uint(n) > size-head || frame > maxFrame || frame < n {
		return 0
	}
	p := &s.Packet
	if !packet.Ordinary(b[head:head+n], p) {
		return 0
	}
	s.HeaderProtocol, s.Stripped, s.HeaderLength = sflow.HeaderEthernet, stripped, n
	shown := uint32(p.IPOffset) + p.IPLength
	switch {
	case frame == shown+fcs:
		frame = shown
	case frame == shown:
	case shown > frame && cutLength(frame, n):
		return 0
	case stripped >= fcs && frame > fcs:
		frame -= fcs
	}
	s.FrameLength = max(frame, n)
	if p.PayloadLength > s.FrameLength {
		p.PayloadLength = 0
	}
	return size
}
