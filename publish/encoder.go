package publish

import "spoor/flow"

// Encoder writes a worker's samples into open blocks. It is not for concurrent
// use; each worker has its own.
type Encoder struct {
	p       *Publisher
	lanes   []encoderLane
	labels  labelCache
	key     []byte // scratch: the record's key
	value   []byte // scratch: a counters message
	part    []byte // scratch: a part of it
	headers [topics][]byte
	schema  []byte // collector and schema: the end of each message
}

type encoderLane struct{ flows, counters openBlocks }

// Encoder gives an encoder for one worker.
func (p *Publisher) Encoder() *Encoder {
	e := &Encoder{p: p}
	for _, l := range p.lanes {
		e.lanes = append(e.lanes, encoderLane{newOpenBlocks(l, Flows), newOpenBlocks(l, Counters)})
	}
	for _, t := range []Topic{Flows, Counters} {
		e.headers[t] = protobufHeaders(t)
	}
	e.schema = appendUint(appendString(nil, fieldCollector, p.cfg.Collector), fieldSchema, schemaVersion)
	return e
}

// protobufHeaders are the same for all records of a protobuf topic.
func protobufHeaders(t Topic) []byte {
	return appendHeaders(nil, "content-type", "application/x-protobuf", "schema", t.Policy().Schema)
}

// noLabels stands for labels that nobody gave.
var noLabels flow.Labels

// Flow encodes a flow sample. Its key is the flow id; a sample that is not IP
// has none and goes where its agent's others go, so that order within a data
// source holds. Both arguments are borrowed until it returns; the strings in l
// may be kept, as strings may. l may be nil.
func (e *Encoder) Flow(s *flow.Sample, l *flow.Labels) {
	if l == nil {
		l = &noLabels
	}
	var hash uint32
	if s.FlowID != 0 {
		e.key = flow.AppendID(e.key[:0], s.FlowID)
		hash = Murmur2(e.key)
	} else {
		e.key = e.key[:0]
		hash = Murmur2(s.Agent[:])
	}
	names := e.labels.encode(s, l, e.schema)
	for i := range e.lanes {
		o := &e.lanes[i].flows
		n := flowBytes + len(names)
		b := o.block(place(hash, o.partitions()), n, s.Received)
		b.addFlow(s, l.CountOnce, e.key, names, e.headers[Flows])
	}
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
	h := e.headers[Counters]
	for i := range e.lanes {
		o := &e.lanes[i].counters
		size := recordSize(e.key, e.value, h)
		if size > e.p.cfg.RecordBytes {
			o.lane.refuse(Counters, TooLarge, nil)
			continue
		}
		b := o.block(place(Murmur2(e.key), o.partitions()), size, c.Received)
		b.add(c.Received/1e6, e.key, e.value, h)
	}
}

// Flush hands over what has been open for the topic's linger; now is Unix
// nanoseconds on the clock of the samples' Received. Call it after each batch
// of datagrams and now and then while idle.
func (e *Encoder) Flush(now int64) {
	for i := range e.lanes {
		l := &e.lanes[i]
		if l.flows.due(now) {
			l.flows.seal()
		}
		if l.counters.due(now) {
			l.counters.seal()
		}
	}
}

// Close hands over all that is open. The encoder may be used on.
func (e *Encoder) Close() {
	for i := range e.lanes {
		e.lanes[i].flows.seal()
		e.lanes[i].counters.seal()
	}
}

// labelSlots is the number of label sets whose encoding an encoder keeps.
const labelSlots = 1024

// labelCache keeps the encoded names of the ports that samples came from: they
// change rarely and take longer to encode than the rest of a record.
type labelCache struct {
	slots [labelSlots]labelSlot
}

type labelSlot struct {
	labels  flow.Labels // CountOnce is always false here
	encoded []byte
}

// encode gives the encoded names of l, followed by tail.
func (c *labelCache) encode(s *flow.Sample, l *flow.Labels, tail []byte) []byte {
	h := uint32(s.Agent[15]) | uint32(s.Agent[14])<<8 ^ s.Input.Value*31 ^ s.Output.Value*0x85
	slot := &c.slots[h*0x9e3779b1>>22]
	if k := &slot.labels; slot.encoded != nil && k.Switch == l.Switch && k.InName == l.InName && k.OutName == l.OutName &&
		k.Link == l.Link && k.SrcName == l.SrcName && k.DstName == l.DstName {
		return slot.encoded
	}
	slot.labels = *l
	slot.labels.CountOnce = false
	b := slot.encoded[:0]
	b = appendString(b, fieldSwitch, l.Switch)
	b = appendString(b, fieldInName, l.InName)
	b = appendString(b, fieldOutName, l.OutName)
	b = appendString(b, fieldLink, l.Link)
	b = appendString(b, fieldSrcName, l.SrcName)
	b = appendString(b, fieldDstName, l.DstName)
	slot.encoded = append(b, tail...)
	return slot.encoded
}
