package publish

import (
	"slices"

	"spoor/flow"
)

// Encoder writes a worker's samples into open blocks. It is not for concurrent
// use; each worker has its own.
type Encoder struct {
	p       *Publisher
	lanes   []encoderLane
	heads   headCache
	id      [16]byte // scratch: the flow id
	key     []byte   // scratch: the key of a counters or drops record
	value   []byte   // scratch: its message
	part    []byte   // scratch: a part of it
	headers [topics][]byte
	schema  []byte // collector and schema: the end of each message
	end     []byte // schema with the headers of a flow record, padded
}

type encoderLane struct{ flows, counters, drops openBlocks }

// Encoder gives an encoder for one worker.
func (p *Publisher) Encoder() *Encoder {
	e := &Encoder{p: p}
	for _, l := range p.lanes {
		e.lanes = append(e.lanes, encoderLane{newOpenBlocks(l, Flows), newOpenBlocks(l, Counters), newOpenBlocks(l, Drops)})
	}
	for _, t := range []Topic{Flows, Counters, Drops} {
		e.headers[t] = protobufHeaders(t)
	}
	e.schema = appendUint(appendString(nil, fieldCollector, p.cfg.Collector), fieldSchema, schemaVersion)
	e.end = padded(slices.Concat(e.schema, e.headers[Flows]))
	return e
}

// protobufHeaders are the same for all records of a protobuf topic.
func protobufHeaders(t Topic) []byte {
	return appendHeaders(nil, "content-type", contentProtobuf, "schema", t.Policy().Schema)
}

// noLabels stands for labels that nobody gave.
var noLabels flow.Labels

// Flow encodes a flow sample. Its key is the flow id; a sample that is not IP
// has none and goes where its agent's others go, so that order within a data
// source holds. Both arguments are borrowed until it returns; l may be nil.
func (e *Encoder) Flow(s *flow.Sample, l *flow.Labels) {
	if l == nil {
		l = &noLabels
	}
	var id *[16]byte
	var hash uint32
	if s.FlowID != 0 {
		id = &e.id
		hash = putHex(id, s.FlowID)
	} else {
		hash = murmur2(s.Agent[:])
	}
	var ready flowParts // filled piece by piece: a literal would be made elsewhere and copied, in wider loads than its stores
	ready.fresh, ready.head = e.heads.encode(s)
	ready.input, ready.output = inputNames(l.In), outputNames(l.Out)
	ready.end, ready.tail = e.flowEnd(l)
	n := ready.size()
	for i := range e.lanes {
		o := &e.lanes[i].flows
		b := o.block(o.place(hash), n, s.Received)
		b.addFlow(s, l, id, &ready)
	}
}

// flowEnd gives what ends a record, nearly always the same, and how much of it ends
// the message.
func (e *Encoder) flowEnd(l *flow.Labels) (end []byte, tail int) {
	if l.Gateway == nil && l.SrcName == "" && l.DstName == "" {
		return e.end, len(e.schema)
	}
	b := appendString(e.part[:0], fieldSrcName, l.SrcName)
	b = appendString(b, fieldDstName, l.DstName)
	b = append(b, e.schema...)
	if l.Gateway != nil {
		b = appendGateway(b, l.Gateway)
	}
	e.part = padded(append(b, e.headers[Flows]...))
	return e.part, len(b)
}

// Counters encodes a counters sample with the rates since the port's previous
// one. Both arguments are borrowed until it returns; l may be nil.
func (e *Encoder) Counters(c *flow.Counters, l *flow.Labels) {
	if l == nil {
		l = &noLabels
	}
	rates := e.p.rates.update(c)
	e.value = e.appendCounters(e.value[:0], c, l, &rates)
	e.key = appendCountersKey(e.key[:0], c)
	for i := range e.lanes {
		e.put(&e.lanes[i].counters, c.Received)
	}
}

// Drop encodes a discarded packet. Its key is the agent's address, so that what
// one switch dropped stays in order. Both arguments are borrowed until it
// returns; l may be nil.
func (e *Encoder) Drop(x *flow.Discard, l *flow.Labels) {
	if l == nil {
		l = &noLabels
	}
	e.value = e.appendDrop(e.value[:0], x, l)
	e.key = e.key[:0]
	if a := x.Agent.Netip(); a.IsValid() {
		e.key = a.AppendTo(e.key)
	}
	for i := range e.lanes {
		e.put(&e.lanes[i].drops, x.Received)
	}
}

// put adds the record in e.key and e.value to its partition's open block.
func (e *Encoder) put(o *openBlocks, received int64) {
	h := e.headers[o.topic]
	size := recordSize(e.key, e.value, h)
	if size > e.p.cfg.RecordBytes {
		o.lane.refuse(o.topic, TooLarge, size, nil)
		return
	}
	b := o.block(o.place(murmur2(e.key)), size, received)
	b.add(received/1e6, e.key, e.value, h)
}

// Flush hands over what has been open for the topic's linger; now is Unix
// nanoseconds on the clock of the samples' Received. Call it after each batch
// of datagrams and now and then while idle.
func (e *Encoder) Flush(now int64) {
	for i := range e.lanes {
		l := &e.lanes[i]
		for _, o := range [...]*openBlocks{&l.flows, &l.counters, &l.drops} {
			if o.due(now) {
				o.seal()
			}
		}
	}
}

// Close hands over all that is open. The encoder may be used on.
func (e *Encoder) Close() {
	for i := range e.lanes {
		e.lanes[i].flows.seal()
		e.lanes[i].counters.seal()
		e.lanes[i].drops.seal()
	}
}
