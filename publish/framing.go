package publish

import (
	"encoding/binary"
	"errors"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"spoor/proto/flowpb"
	"spoor/publish/jsonmap"
)

// Framing says how values stand in their records.
type Framing string

// Framings. Topics whose values are JSON know plain and confluent.
const (
	FramingPlain     Framing = "plain"     // the message and nothing else
	FramingDelimited Framing = "delimited" // its length as a varint in front, as goflow2 does
	FramingConfluent Framing = "confluent" // 0, the schema's id in a registry, of protobuf the message's index 0
	FramingJSON      Framing = "json"      // protobuf in its JSON mapping, names as in the schema
)

// Allows reports whether the topic's values can be framed so.
func (t Topic) Allows(f Framing) bool {
	switch f {
	case FramingPlain, FramingConfluent:
		return true
	case FramingDelimited, FramingJSON:
		return t.Policy().Protobuf
	}
	return false
}

// descriptors of the messages on protobuf topics.
func descriptor(t Topic) protoreflect.MessageDescriptor {
	switch t {
	case Flows:
		return (&flowpb.FlowMessage{}).ProtoReflect().Descriptor()
	case Counters:
		return (&flowpb.CountersMessage{}).ProtoReflect().Descriptor()
	case Drops:
		return (&flowpb.DropMessage{}).ProtoReflect().Descriptor()
	default:
		return nil
	}
}

// Content types, as the header "content-type" of each record tells them.
const (
	contentProtobuf  = "application/x-protobuf"
	contentDelimited = contentProtobuf + ";encoding=delimited"
	contentConfluent = contentProtobuf + ";encoding=confluent"
	contentJSON      = "application/json"
	contentJSONID    = contentJSON + ";encoding=confluent"
)

// contentType gives the content type of a topic's records that are framed so.
func contentType(t Topic, f Framing) string {
	switch {
	case !t.Policy().Protobuf && f == FramingConfluent:
		return contentJSONID
	case !t.Policy().Protobuf || f == FramingJSON:
		return contentJSON
	case f == FramingDelimited:
		return contentDelimited
	case f == FramingConfluent:
		return contentConfluent
	}
	return contentProtobuf
}

// headerBytes encodes a header without the count of headers.
func headerBytes(key, value string) []byte { return appendHeaders(nil, key, value)[1:] }

// Framer writes a block's records anew with their values framed. Records are
// framed on their way out, so that memory and spool hold them plain, and a
// changed configuration counts for what waits. Not for concurrent use; it
// allocates nothing once it is warm.
type Framer struct {
	mappers [topics]*jsonmap.Mapper
	content [topics]contentHeader
	value   []byte // scratch, as is prefix
	prefix  []byte
}

// contentHeader is the header content-type, encoded.
type contentHeader struct {
	how           Framing // that framed is for
	plain, framed []byte
}

// Append appends the block's records, framed, to dst, which is given back grown.
// id is the schema's for FramingConfluent.
func (f *Framer) Append(dst []byte, b *Block, how Framing, id uint32) ([]byte, error) {
	t := b.Topic
	if h := &f.content[t]; h.how != how {
		*h = contentHeader{how, headerBytes("content-type", contentType(t, FramingPlain)), headerBytes("content-type", contentType(t, how))}
	}
	w := rewriter{f: f, topic: t, how: how}
	if how == FramingConfluent {
		f.prefix = binary.BigEndian.AppendUint32(append(f.prefix[:0], 0), id)
		if t.Policy().Protobuf {
			f.prefix = append(f.prefix, 0) // the first message of its file
		}
		w.prefix = f.prefix
	}
	p := b.Payload()
	for range b.Records {
		var err error
		if dst, p, err = w.record(dst, p); err != nil {
			return nil, fmt.Errorf("frame a record of %s as %s: %w", t, how, err)
		}
	}
	return dst, nil
}

// rewriter frames the records of one block.
type rewriter struct {
	f      *Framer
	topic  Topic
	how    Framing
	prefix []byte // of FramingConfluent
}

// record appends the first record of p, framed, and gives what follows it.
func (w *rewriter) record(dst, p []byte) (out, rest []byte, err error) {
	c := cursor{b: p}
	size := c.varint()
	if c.bad || size < 1 || size > int64(len(c.b)) {
		return nil, nil, errRecord
	}
	rest, c.b = c.b[size:], c.b[:size]
	whole := c.b
	c.b = c.b[1:]
	c.varint() // of the timestamp
	c.varint() // of the offset
	c.bytes()  // the key
	before := whole[:len(whole)-len(c.b)]
	value := c.bytes()
	if c.bad {
		return nil, nil, errRecord
	}
	prefix := w.prefix
	switch {
	case value == nil: // a tombstone stays one
		prefix = nil
	case w.how == FramingDelimited:
		w.f.prefix = binary.AppendUvarint(w.f.prefix[:0], uint64(len(value)))
		prefix = w.f.prefix
	case w.how == FramingJSON:
		if value, err = w.json(value); err != nil {
			return nil, nil, err
		}
	}
	count, content, headers := w.headers(c.b)
	length := uint64(1) // of null
	if value != nil {
		length = zigzag(int64(len(prefix) + len(value)))
	}
	n := len(before) + uvarintLen(length) + len(prefix) + len(value) + len(count) + len(content) + len(headers)
	dst = binary.AppendUvarint(dst, zigzag(int64(n)))
	dst = append(dst, before...)
	dst = binary.AppendUvarint(dst, length)
	dst = append(dst, prefix...)
	dst = append(dst, value...)
	dst = append(dst, count...)
	dst = append(dst, content...)
	return append(dst, headers...), rest, nil
}

// headers gives the count of headers, the content type that is right now, and
// the other headers.
func (w *rewriter) headers(h []byte) (count, content, others []byte) {
	c := &w.f.content[w.topic]
	n := 1 + len(c.plain)
	if len(h) < n || string(h[1:n]) != string(c.plain) {
		return nil, nil, h
	}
	return h[:1], c.framed, h[n:]
}

// json gives a message in the JSON mapping.
func (w *rewriter) json(value []byte) ([]byte, error) {
	m := w.f.mappers[w.topic]
	if m == nil {
		m = jsonmap.New(descriptor(w.topic), jsonmap.Proto)
		w.f.mappers[w.topic] = m
	}
	var err error
	w.f.value, err = m.Append(w.f.value[:0], value)
	return w.f.value, err
}

// errFrame says that a value is not framed as its header says.
var errFrame = errors.New("the value is not framed as its content-type says")

// Unframe gives the message in a value that was framed, by the record's header
// content-type: protobuf, or JSON if asJSON.
func Unframe(value []byte, content string) (message []byte, asJSON bool, err error) {
	switch content {
	case contentDelimited:
		size, n := binary.Uvarint(value)
		if n <= 0 || size != uint64(len(value)-n) {
			return nil, false, errFrame
		}
		return value[n:], false, nil
	case contentConfluent:
		if len(value) < 6 || value[0] != 0 || value[5] != 0 {
			return nil, false, errFrame
		}
		return value[6:], false, nil
	case contentJSONID:
		if len(value) < 5 || value[0] != 0 {
			return nil, false, errFrame
		}
		return value[5:], true, nil
	case contentJSON:
		return value, true, nil
	}
	return value, false, nil
}
