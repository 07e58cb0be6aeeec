package decode

import (
	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// Header is the head of a datagram. Its agent is as sent; zero if the agent
// states that it knows none.
type Header = sflow.Datagram

// Sink takes what a Decoder reads. Pointers are borrowed until the call returns.
type Sink interface {
	// Datagram is called once the head is read, before any sample. It may replace
	// h.Agent, which samples then carry; false leaves the samples alone.
	Datagram(h *Header) bool
	// FlowSample takes a flow sample; the fields marked "worker" in it are zero,
	// and the only ones that may be written.
	FlowSample(s *flow.Sample)
	// CountersSample takes a counters sample. Byte slices in it are parts of the
	// datagram, of at most 255 bytes, and need not be UTF-8.
	CountersSample(c *flow.Counters)
	// DiscardedPacket takes a discarded packet; the fields marked "worker" in it
	// are zero. Byte slices in it are parts of the datagram, as in a counters sample.
	DiscardedPacket(x *flow.Discard)
}

// Decoder decodes datagrams for one goroutine.
type Decoder struct {
	sink   Sink
	header Header
	result Result
	quirks flow.Quirks // of all flow samples of the datagram

	ordinary flow.Sample // what ordinaries hands over
	long     bool        // for tests: do without ordinaries

	sample     flow.Sample
	hasHeader  bool // a sampled_header was read in this sample
	substitute substitute

	discard  flow.Discard
	counters flow.Counters
	adapters []flow.Adapter // memory of counters.Adapters; grows to what one datagram can hold at most
	stats    Stats

	way            *sflow.ExtendedGateway  // of the sample at hand, if it HasGateway
	flowReaders    map[sflow.Format]reader // of the records that fabrics seldom send
	lag            sflow.LAGPortStats
	counterReaders map[sflow.Format]reader
}

// New gives a decoder that hands over to sink.
func New(sink Sink) *Decoder {
	return &Decoder{
		sink: sink, adapters: make([]flow.Adapter, 0, 64),
		flowReaders: readers(KindFlow, sflow.FlowRecords()), counterReaders: readers(KindCounter, sflow.CounterRecords()),
	}
}

// Stats gives the decoder's counts. They belong to the goroutine that calls Decode.
func (d *Decoder) Stats() *Stats { return &d.stats }

// AppendGateway appends the AS path and the communities of the flow sample at
// hand, each up to most numbers; for Sink.FlowSample, where the sample HasGateway.
func (d *Decoder) AppendGateway(g *flow.Gateway, most int) {
	for _, numbers := range d.way.DstASPath.All() {
		g.ASPath = appendWords(g.ASPath, numbers, most)
	}
	g.Communities = appendWords(g.Communities, d.way.Communities, most)
}

func appendWords(dst []uint32, w sflow.Words, most int) []uint32 {
	for i := range min(w.Len(), most-len(dst)) {
		dst = append(dst, w.At(i))
	}
	return dst
}

// Decode reads one datagram and hands its samples to the sink. It keeps nothing
// of payload, and allocates nothing (but for a host with more adapters than any
// before: the memory for them grows once).
func (d *Decoder) Decode(payload []byte) Result {
	d.result = Result{}
	samples, reason := d.head(payload)
	switch {
	case reason != ReasonNone:
		d.stats.Reasons[reason]++
		d.result.Outcome, d.result.Reason = Rejected, reason
	case !d.sink.Datagram(&d.header):
		d.result.Outcome = Skipped
	default:
		d.samples(samples)
	}
	d.stats.Datagrams[d.result.Outcome]++
	return d.result
}

// head reads what precedes the samples.
func (d *Decoder) head(payload []byte) (samples []byte, reason Reason) {
	if len(payload) < 4 {
		return nil, ReasonShort
	}
	if r := VersionReason(be.Uint32(payload)); r != ReasonNone {
		return nil, r
	}
	samples, fault := d.header.Parse(payload[4:])
	switch fault {
	case xdr.OK:
		d.quirks = 0
		if d.header.Agent.NamesNobody() {
			d.quirks = flow.QuirkAgent
			d.stats.NamelessAgents++
		}
	case xdr.Value:
		return nil, ReasonAgentType
	default:
		return nil, ReasonShort
	}
	return samples, ReasonNone
}

// samples walks the samples, at most as many as claimed.
func (d *Decoder) samples(b []byte) {
	for left := d.header.Samples; left > 0; left-- {
		if !d.long {
			if b, left = d.ordinaries(b, left); left == 0 {
				break
			}
		}
		format, body, rest, ok := sflow.Item(b)
		if !ok {
			if len(b) < sflow.ItemHeader {
				d.refuse(ReasonSampleCount)
			} else {
				d.refuse(ReasonSampleOverrun)
			}
			return
		}
		b = rest
		switch format {
		case sflow.FormatFlowSample:
			d.flowSample(body, false)
		case sflow.FormatFlowSampleExpanded:
			d.flowSample(body, true)
		case sflow.FormatCountersSample:
			d.countersSample(body, false)
		case sflow.FormatCountersSampleExpanded:
			d.countersSample(body, true)
		case sflow.FormatDiscardedPacket:
			d.discardedPacket(body)
		default:
			d.result.Unknown++
			d.stats.Samples[KindUnknown][Passed]++
			d.stats.Unknown.add(KindUnknown, format, 1)
		}
	}
	d.result.Trailing = len(b)
	d.stats.TrailingBytes += uint64(len(b))
}

// refuse counts something malformed inside a datagram.
func (d *Decoder) refuse(r Reason) {
	d.stats.Reasons[r]++
	d.result.Outcome = Partial
	if d.result.Reason == ReasonNone {
		d.result.Reason = r
	}
}

// endRecords notes how the records of a sample ended: claimed more than there are,
// the last one longer than the rest, or with bytes behind them.
func (d *Decoder) endRecords(rest []byte, missing uint32) {
	switch {
	case missing == 0:
		d.stats.SampleTrailingBytes += uint64(len(rest))
	case len(rest) < sflow.ItemHeader:
		d.refuse(ReasonRecordCount)
	default:
		d.refuse(ReasonRecordOverrun)
	}
}

// count notes what became of a record that is read.
func (d *Decoder) count(r Record, fault xdr.Fault) {
	if fault == xdr.OK {
		d.stats.Records[r][Decoded]++
		return
	}
	d.refuseRecord(r, fault)
}

func (d *Decoder) refuseRecord(r Record, fault xdr.Fault) {
	d.stats.Records[r][Refused]++
	d.refuse(RecordReason(fault))
}

// passed notes a record that is stepped over, of a kind of sample.
func (d *Decoder) passed(r Record, k Kind, format sflow.Format) {
	d.stats.Records[r][Passed]++
	d.stats.Unknown.add(k, format, 1)
}
