package decode

import (
	"math"

	"spoor/decode/packet"
	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// What agents do otherwise than the standard says, and what is made of it, is a table of
// docs/sflow.md ("What agents do, and what is made of it"); each mending below is a row of it.

// flowSample reads a flow_sample (0:1) or flow_sample_expanded (0:3) of sflow_version_5.txt and hands it over.
// It reads every valid sample; most never come here, for ordinary.go reads the commonest form of them.
func (d *Decoder) flowSample(body []byte, expanded bool) {
	var w sflow.FlowSample
	var b []byte
	var ok bool
	if expanded {
		b, ok = w.ParseExpanded(body)
	} else {
		b, ok = w.Parse(body)
	}
	if !ok {
		d.stats.Samples[KindFlow][Refused]++
		d.refuse(ReasonSampleShort)
		return
	}
	s := &d.sample
	*s = flow.Sample{Quirks: d.quirks}
	s.Agent, s.SubAgent, s.DatagramSeq = d.header.Agent, d.header.SubAgentID, d.header.SequenceNumber
	s.Sequence, s.SamplingRate, s.SamplePool, s.Drops = w.SequenceNumber, w.SamplingRate, w.SamplePool, w.Drops
	s.SourceClass, s.SourceIndex = w.SourceID.Type, w.SourceID.Index
	s.Input, s.Output = input(w.Input), output(w.Output)
	if s.Output.Kind == flow.InterfaceDiscarded {
		d.mendOutput(s)
	}
	if !expanded { // only there are the 24 bits too few
		d.mendSource(s)
	}
	s.Direction = direction(s) // of the ports and the source as mended
	if s.SamplingRate == 0 {   // it shows where a packet went, but stands for no number of them
		d.stats.ZeroRates++
		s.Quirks |= flow.QuirkNoRate
	}
	if expanded && (s.Input.Kind == flow.InterfaceInternal && s.Input.Value == internalCompact ||
		s.Output.Kind == flow.InterfaceInternal && s.Output.Value == internalCompact) {
		s.Quirks |= flow.QuirkInternal
	}
	d.flowRecords(b, w.Records)
	d.result.Flow++
	d.stats.Samples[KindFlow][Decoded]++
	d.sink.FlowSample(s)
}

// The value that means the device itself, which sent the packet (input) or received it (output): as the
// compact form and hsflowd have it, and as the errata of sflow.org has it for the expanded form. Nothing
// else is masked: there are expanded ifIndexes above 2^30.
const (
	internalCompact  = 0x3fffffff
	internalExpanded = math.MaxUint32
)

// input interprets an input interface, which can only be one port or the device itself.
func input(i sflow.Interface) flow.Interface {
	if i.Format != sflow.InterfaceSingle {
		return flow.Interface{Kind: flow.InterfaceUnknown, Value: i.Value}
	}
	return flow.Interface{Kind: single(i.Value), Value: i.Value}
}

// single tells what an interface of the single format is. The standard has no ifIndex 0: it says unknown.
func single(v uint32) flow.InterfaceKind {
	switch v {
	case 0:
		return flow.InterfaceUnknown
	case internalCompact, internalExpanded:
		return flow.InterfaceInternal
	}
	return flow.InterfaceIndex
}

// output interprets an output interface: of the formats discarded and multiple the value is no port. The
// fourth one is undefined, and unknown to us.
func output(i sflow.Interface) flow.Interface {
	switch i.Format {
	case sflow.InterfaceDiscarded:
		return flow.Interface{Kind: flow.InterfaceDiscarded, Value: i.Value}
	case sflow.InterfaceMultiple:
		return flow.Interface{Kind: flow.InterfaceMultiple, Value: i.Value}
	}
	return input(i)
}

// bridgeBase is what Open vSwitch adds to a bridge's number to name the bridge as a data source.
const bridgeBase = 1000

// mendOutput undoes Open vSwitch's "discarded for an unknown reason": it says so
// of packets that it sent, where a group chose their port. Its data source is a bridge.
func (d *Decoder) mendOutput(s *flow.Sample) {
	const entity = 2
	if flow.DropReason(s.Output.Value) == flow.DropUnknown && s.SourceClass == entity && s.SourceIndex >= bridgeBase {
		s.Output.Kind = flow.InterfaceUnknown
		s.Quirks |= flow.QuirkOutput
		d.stats.RepairedOutputs++
	}
}

// mendSource undoes that an ifIndex was written into the 24 bits that a compact sample has for
// it, and more: it went into the class as well, or was cut.
func (d *Decoder) mendSource(s *flow.Sample) {
	for _, port := range [...]uint32{s.Input.Index(), s.Output.Index()} {
		if overflows(s.SourceClass, s.SourceIndex, port) {
			s.SourceClass, s.SourceIndex = 0, port
			s.Quirks |= flow.QuirkSource
			d.stats.RepairedSources++
			return
		}
	}
}

const (
	compactIndex = 0xffffff // the largest ifIndex of a compact data source
	lastClass    = 3        // the last class of data sources that is defined: logical entities
)

// overflows reports whether a compact data source is what becomes of a port's too large number.
func overflows(class, index, port uint32) bool {
	return port > compactIndex && index == port&compactIndex && (class == 0 && index != 0 || class > lastClass && class == port>>24)
}

// direction tells on which side of its data source a packet was sampled. The standard has no field for it:
// it follows from which of the two ports is the data source. Where both are, or neither, nothing follows;
// analytics then asks how other samples of the agent were taken (analytics/side.go).
func direction(s *flow.Sample) flow.Direction {
	if s.SourceClass != 0 || s.SourceIndex == 0 {
		return flow.DirectionUnknown
	}
	in, out := s.Input.Index() == s.SourceIndex, s.Output.Index() == s.SourceIndex
	switch {
	case in && !out:
		return flow.Ingress
	case out && !in:
		return flow.Egress
	}
	return flow.DirectionUnknown
}

// flowRecords reads the records of a flow sample. Their claimed number is believed only as far as there are
// bytes: it sizes nothing. What stands in for a missing header is applied last, for agents send the
// records in any order, and a header, where there is one, decides.
func (d *Decoder) flowRecords(b []byte, claimed uint32) {
	d.hasHeader = false
	d.substitute.has = 0
	for ; claimed > 0; claimed-- {
		format, body, rest, ok := sflow.Item(b)
		if !ok {
			break
		}
		b = rest
		d.flowRecord(format, body)
	}
	if len(b) > 0 || claimed > 0 {
		d.endRecords(b, claimed)
	}
	if d.substitute.has != 0 {
		d.substitute.apply(&d.sample, d.hasHeader)
	}
}

// flowRecord reads one record into the sample. A record that is cut or lies is counted and left out: the others still tell something.
func (d *Decoder) flowRecord(format sflow.Format, b []byte) {
	switch format {
	case sflow.FormatSampledHeader:
		d.sampledHeader(b)
	case sflow.FormatExtendedSwitch:
		var r sflow.ExtendedSwitch
		fault := r.Parse(b)
		if fault == xdr.OK {
			d.sample.HasSwitch, d.sample.SrcVLAN, d.sample.DstVLAN = true, r.SrcVLAN, r.DstVLAN
		}
		d.count(RecordExtendedSwitch, fault)
	case sflow.FormatExtendedRouter:
		var r sflow.ExtendedRouter
		fault := r.Parse(b)
		if fault == xdr.OK {
			d.sample.HasRouter, d.sample.NextHop = true, r.NextHop
			d.sample.SrcMask, d.sample.DstMask = uint8(min(r.SrcMaskLen, 128)), uint8(min(r.DstMaskLen, 128))
		}
		d.count(RecordExtendedRouter, fault)
	case sflow.FormatExtendedTimestamp:
		ns, fault := sflow.ParseTimestamp(b)
		if fault == xdr.OK && ns <= math.MaxInt64 {
			d.sample.Timestamp = int64(ns)
		}
		d.count(RecordExtendedTimestamp, fault)
	default:
		d.otherFlowRecord(format, b)
	}
}

// otherFlowRecord reads the records that fabrics seldom send.
func (d *Decoder) otherFlowRecord(format sflow.Format, b []byte) {
	var r Record
	var fault xdr.Fault
	switch format {
	case sflow.FormatSampledEthernet:
		r, fault = RecordSampledEthernet, d.substitute.readEthernet(b)
	case sflow.FormatSampledIPv4:
		r, fault = RecordSampledIPv4, d.substitute.readIPv4(b)
	case sflow.FormatSampledIPv6:
		r, fault = RecordSampledIPv6, d.substitute.readIPv6(b)
	case sflow.FormatVNIEgress:
		r, fault = RecordVNIEgress, d.vni(b)
	case sflow.FormatVNIIngress:
		r, fault = RecordVNIIngress, d.vni(b)
	default:
		known, ok := d.flowReaders[format]
		if !ok {
			d.passed(RecordUnknownFlow, KindFlow, format)
			return
		}
		r, fault = known.record, known.into.Parse(b)
		if fault == xdr.OK {
			d.note(known.into)
		}
	}
	d.count(r, fault)
}

// vni reads a VNI record; the first one counts: at a tunnel's end a sample may have one for each side.
func (d *Decoder) vni(b []byte) xdr.Fault {
	vni, fault := sflow.ParseVNI(b)
	if fault == xdr.OK && !d.sample.HasRecVNI {
		d.sample.HasRecVNI, d.sample.RecordVNI = true, vni
	}
	return fault
}

// sampledHeader reads the packet itself. A second one in a sample is another
// view of the same packet, which must not count twice: the first one stands.
func (d *Decoder) sampledHeader(b []byte) {
	var h sflow.SampledHeader
	if fault := h.Parse(b); fault != xdr.OK {
		d.count(RecordSampledHeader, fault)
		return
	}
	if d.hasHeader {
		d.stats.Records[RecordSampledHeader][Passed]++
		return
	}
	d.stats.Records[RecordSampledHeader][Decoded]++
	d.hasHeader = true
	s := &d.sample
	packet.Dissect(h.Header, h.Protocol, &s.Packet)
	if h.Clamped { // the header claimed more bytes than its record has
		s.Packet.Truncated = true
	}
	if s.Packet.Truncated {
		d.stats.TruncatedHeaders++
		s.Quirks |= flow.QuirkTruncated
	}
	s.HeaderProtocol, s.Stripped, s.HeaderLength = h.Protocol, h.Stripped, uint32(len(h.Header))
	var believed bool // rates are made of this length: one that cannot be must not become an elephant
	if s.FrameLength, believed = frameLength(&h, &s.Packet); !believed {
		d.stats.BoundedFrames++
		s.Quirks |= flow.QuirkFrame
	}
	settle(s)
}
