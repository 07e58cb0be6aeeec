package dump

import (
	"encoding/binary"
	"time"

	"spoor/collector"
	"spoor/decode"
	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// walk is one datagram being shown.
type walk struct {
	payload []byte
	errors  list
	seen    *meanings
	flows   int // flow samples met, to find their meaning
}

// datagram gives what a datagram holds. Time and source are unknown for a bare payload.
func (s *show) datagram(d *collector.Datagram) (o object, agent flow.Addr, outcome decode.Outcome) {
	s.meanings = meanings{flows: s.meanings.flows[:0]}
	s.decoder.Decode(d.Payload)
	w := &walk{payload: d.Payload, errors: list{}, seen: &s.meanings}
	body, agent, outcome := w.body()
	o = make(object, 0, 4+len(body))
	o = append(o, object{{"time", nil}, {"source", nil}, {"outcome", outcome.String()}, {"errors", w.errors}}...)
	if d.Received != 0 {
		o[0].value = time.Unix(0, d.Received).UTC().Format(time.RFC3339Nano)
	}
	if d.From.IsValid() {
		o[1].value = d.From.String()
		if agent.NamesNobody() {
			agent = flow.AddrFromNetip(d.From.Addr())
		}
	}
	return append(o, body...), agent, outcome
}

// refuse notes an error at an offset in the payload.
func (w *walk) refuse(offset int, what string, format any, r decode.Reason) {
	w.errors = append(w.errors, object{{"offset", uint64(offset)}, {"what", what}, {"format", format}, {"reason", r.String()}})
}

// body gives what follows time, source, outcome and errors.
func (w *walk) body() (o object, agent flow.Addr, outcome decode.Outcome) {
	b := w.payload
	reject := func(offset int, r decode.Reason) (object, flow.Addr, decode.Outcome) {
		w.refuse(offset, "datagram", nil, r)
		return append(o, field{"data", hexBytes(b)}), flow.Addr{}, decode.Rejected
	}
	if len(b) < 4 {
		o.add("version", nil)
		return reject(len(b), decode.ReasonShort)
	}
	version := binary.BigEndian.Uint32(b)
	o.add("version", uint64(version))
	if r := decode.VersionReason(version); r != decode.ReasonNone {
		return reject(0, r)
	}
	var h sflow.Datagram
	samples, fault := h.Parse(b[4:])
	switch fault {
	case xdr.OK:
	case xdr.Value:
		return reject(4, decode.ReasonAgentType)
	default:
		return reject(len(b), decode.ReasonShort)
	}
	o = append(o, object{
		{"agent", address(h.Agent)},
		{"sub_agent_id", uint64(h.SubAgentID)},
		{"sequence_number", uint64(h.SequenceNumber)},
		{"uptime_ms", uint64(h.Uptime)},
		{"sample_count", uint64(h.Samples)},
	}...)
	all, trailing := w.samples(samples, h.Samples)
	o.add("trailing_bytes", uint64(trailing))
	o.add("samples", all)
	if len(w.errors) > 0 {
		outcome = decode.Partial
	}
	return o, h.Agent, outcome
}

// at gives the offset of rest, which ends where the payload does.
func (w *walk) at(rest []byte) int { return len(w.payload) - len(rest) }

// samples gives the samples, as many as claimed at most.
func (w *walk) samples(b []byte, claimed uint32) (all list, trailing int) {
	all = list{}
	for range claimed {
		format, body, rest, ok := sflow.Item(b)
		switch {
		case ok:
		case len(b) < sflow.ItemHeader:
			w.refuse(w.at(b), "datagram", nil, decode.ReasonSampleCount)
			return all, 0
		default:
			w.refuse(w.at(b), "sample", format.String(), decode.ReasonSampleOverrun)
			return all, 0
		}
		all = append(all, w.sample(format, body, w.at(b)))
		b = rest
	}
	return all, len(b)
}

// sample gives one sample, whose header lies at an offset in the payload.
func (w *walk) sample(format sflow.Format, body []byte, at int) object {
	o, records, claimed, can, ok := w.head(format, body)
	if !ok {
		w.refuse(at, "sample", format.String(), decode.ReasonSampleShort)
		return append(o, field{"error", decode.ReasonSampleShort.String()}, field{"data", hexBytes(body)})
	}
	if can == nil {
		return o
	}
	end := at + sflow.ItemHeader + len(body)
	all, rest := w.records(records, claimed, can, end, format)
	if rest > 0 {
		o.add("trailing_bytes", uint64(rest))
	}
	o.add("records", all)
	return o
}

// records gives a sample's records, whose last byte lies before the offset end.
func (w *walk) records(b []byte, claimed uint32, can known, end int, of sflow.Format) (all list, rest int) {
	all = list{}
	for ; claimed > 0; claimed-- {
		format, body, next, ok := sflow.Item(b)
		at := end - len(b)
		switch {
		case ok:
		case len(b) < sflow.ItemHeader:
			w.refuse(at, "sample", of.String(), decode.ReasonRecordCount)
			return all, 0
		default:
			w.refuse(at, "record", format.String(), decode.ReasonRecordOverrun)
			return all, 0
		}
		all = append(all, w.record(format, body, can, at))
		b = next
	}
	return all, len(b)
}

// record gives one record.
func (w *walk) record(format sflow.Format, b []byte, can known, at int) object {
	k, ok := can[format]
	if !ok {
		return object{{"kind", "unknown"}, {"format", format.String()}, {"data", hexBytes(b)}}
	}
	o := object{{"kind", k.Name}, {"format", format.String()}}
	s := k.New()
	if r := decode.RecordReason(s.Parse(b)); r != decode.ReasonNone {
		w.refuse(at, "record", format.String(), r)
		return append(o, field{"error", r.String()}, field{"data", hexBytes(b)})
	}
	o = appendFields(o, s)
	if h, ok := s.(*sflow.SampledHeader); ok {
		o.add("packet", dissection(h))
	}
	return o
}
