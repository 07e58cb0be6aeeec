package jsonmap

import (
	"encoding/binary"
	"errors"
)

// errMalformed says that bytes are no protobuf message.
var errMalformed = errors.New("malformed protobuf message")

// cursor walks over the fields of an encoded message.
type cursor struct{ b []byte }

// item is one field as it is on the wire.
type item struct {
	number uint64
	wire   int
	num    uint64 // of all but length
	data   []byte // of length
}

// next gives the next field; call it while there is something left.
func (c *cursor) next() (it item, err error) {
	tag, n := binary.Uvarint(c.b)
	if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return it, errMalformed
	}
	c.b = c.b[n:]
	it.number, it.wire = tag>>3, int(tag&7)
	switch it.wire {
	case varint:
		if it.num, n = binary.Uvarint(c.b); n <= 0 {
			return it, errMalformed
		}
		c.b = c.b[n:]
	case fixed64:
		if len(c.b) < 8 {
			return it, errMalformed
		}
		it.num, c.b = binary.LittleEndian.Uint64(c.b), c.b[8:]
	case fixed32:
		if len(c.b) < 4 {
			return it, errMalformed
		}
		it.num, c.b = uint64(binary.LittleEndian.Uint32(c.b)), c.b[4:]
	case length:
		size, n := binary.Uvarint(c.b)
		if n <= 0 || size > uint64(len(c.b)-n) {
			return it, errMalformed
		}
		it.data, c.b = c.b[n:n+int(size)], c.b[n+int(size):]
	default: // groups are not in our schemas
		return it, errMalformed
	}
	return it, nil
}
