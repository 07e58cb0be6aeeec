package dump

import (
	"spoor/decode"
	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// meanings are a datagram's flow samples as decode interprets them, in their order.
type meanings struct{ flows []meaning }

// meaning is what decode makes of a flow sample beyond its values.
type meaning struct {
	input, output flow.Interface
	direction     flow.Direction
	frame         uint32
}

// Datagram takes every datagram.
func (*meanings) Datagram(*decode.Header) bool { return true }

// FlowSample keeps what the sample means.
func (m *meanings) FlowSample(s *flow.Sample) {
	m.flows = append(m.flows, meaning{s.Input, s.Output, s.Direction, s.FrameLength})
}

// CountersSample keeps nothing: counters mean what they say.
func (*meanings) CountersSample(*flow.Counters) {}

// DiscardedPacket keeps nothing.
func (*meanings) DiscardedPacket(*flow.Discard) {}

// known are records by format; nil for samples without records.
type known = map[sflow.Format]sflow.Known

var flowRecords, counterRecords = byFormat(sflow.FlowRecords()), byFormat(sflow.CounterRecords())

func byFormat(list []sflow.Known) known {
	m := make(known, len(list))
	for _, k := range list {
		m[k.Format] = k
	}
	return m
}

// head gives a sample up to its records, with their bytes, their number as
// claimed and what they can be; ok is false if it is shorter than its fixed part.
func (w *walk) head(format sflow.Format, body []byte) (o object, records []byte, claimed uint32, can known, ok bool) {
	start := func(kind string) { o = object{{"kind", kind}, {"format", format.String()}} }
	switch format {
	case sflow.FormatFlowSample, sflow.FormatFlowSampleExpanded:
		var s sflow.FlowSample
		if format == sflow.FormatFlowSample {
			start("flow_sample")
			records, ok = s.Parse(body)
		} else {
			start("flow_sample_expanded")
			records, ok = s.ParseExpanded(body)
		}
		if ok {
			o = w.flowSample(o, &s)
		}
		return o, records, s.Records, flowRecords, ok
	case sflow.FormatCountersSample, sflow.FormatCountersSampleExpanded:
		var s sflow.CountersSample
		if format == sflow.FormatCountersSample {
			start("counters_sample")
			records, ok = s.Parse(body)
		} else {
			start("counters_sample_expanded")
			records, ok = s.ParseExpanded(body)
		}
		if ok {
			o = appendSource(o, s.SequenceNumber, s.SourceID)
		}
		return o, records, s.Records, counterRecords, ok
	case sflow.FormatDiscardedPacket:
		start("discarded_packet")
		var s sflow.DiscardedPacket
		if records, ok = s.Parse(body); ok {
			o = discardedPacket(o, &s)
		}
		return o, records, s.Records, flowRecords, ok
	}
	return other(format, body), nil, 0, nil, true
}

func appendSource(o object, sequence uint32, s sflow.DataSource) object {
	return append(o, object{
		{"sequence_number", uint64(sequence)}, {"source_id_class", uint64(s.Type)}, {"source_id_index", uint64(s.Index)},
	}...)
}

func (w *walk) flowSample(o object, s *sflow.FlowSample) object {
	m := w.seen.flows[w.flows]
	w.flows++
	out := port(m.output)
	if s.Output.Format == sflow.InterfaceDiscarded && m.output.Kind != flow.InterfaceDiscarded {
		out.add("sent", "discarded") // an agent's mistake that decode repairs
	}
	frame := any(nil) // unless the sample says something of the packet
	if m.frame != 0 {
		frame = uint64(m.frame)
	}
	return append(appendSource(o, s.SequenceNumber, s.SourceID), object{
		{"sampling_rate", uint64(s.SamplingRate)},
		{"sample_pool", uint64(s.SamplePool)},
		{"drops", uint64(s.Drops)},
		{"input", port(m.input)},
		{"output", out},
		{"direction", m.direction.String()},
		{"frame_bytes", frame},
	}...)
}

// port gives what an interface means, and its value.
func port(i flow.Interface) object {
	kinds := [...]string{"unknown", "ifindex", "discarded", "multiple", "internal"}
	o := object{{"kind", kinds[i.Kind]}, {"value", uint64(i.Value)}}
	if i.Kind == flow.InterfaceDiscarded {
		o.add("reason", flow.DropReason(i.Value).String())
	}
	return o
}

func discardedPacket(o object, s *sflow.DiscardedPacket) object {
	plain := func(index uint32) object {
		if index == 0 {
			return port(flow.Interface{})
		}
		return port(flow.Interface{Kind: flow.InterfaceIndex, Value: index})
	}
	return append(appendSource(o, s.SequenceNumber, s.SourceID), object{
		{"drops", uint64(s.Drops)},
		{"input", plain(s.Input)},
		{"output", plain(s.Output)},
		{"reason", uint64(s.Reason)},
		{"reason_name", flow.DropReason(s.Reason).String()},
	}...)
}

// other gives a sample that has no records: host-sflow's, or an unknown one.
func other(format sflow.Format, body []byte) object {
	var s sflow.RealTime
	switch {
	case format == sflow.FormatRTMetric && s.ParseMetric(body) == xdr.OK:
		return object{
			{"kind", "rtmetric"},
			{"format", format.String()},
			{"datasource", string(s.DataSource)},
			{"metrics", values(s.Values)},
		}
	case format == sflow.FormatRTFlow && s.ParseFlow(body) == xdr.OK:
		return object{
			{"kind", "rtflow"},
			{"format", format.String()},
			{"datasource", string(s.DataSource)},
			{"sampling_rate", uint64(s.SamplingRate)},
			{"sample_pool", uint64(s.SamplePool)},
			{"fields", values(s.Values)},
		}
	}
	return object{{"kind", "unknown"}, {"format", format.String()}, {"data", hexBytes(body)}}
}

func values(v sflow.Values) list {
	l, _ := listed(v)
	return l
}
