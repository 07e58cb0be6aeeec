package sflow

import "encoding/binary"

// ItemHeader is the size of what precedes each sample and record: data_format and length.
const ItemHeader = 8

// Item reads the sample or record at the front of b: its format, its body by its
// length, and what follows. A length that is no multiple of four is rounded up
// for the step to the next item, as far as b reaches. ok is false if b ends
// inside the item, which leaves no way to find the next.
func Item(b []byte) (f Format, body, rest []byte, ok bool) {
	if len(b) < ItemHeader {
		return 0, nil, nil, false
	}
	f = Format(binary.BigEndian.Uint32(b))
	n := uint64(binary.BigEndian.Uint32(b[4:])) // 64 bits: rounding up must not wrap
	b = b[ItemHeader:]
	if n > uint64(len(b)) {
		return f, nil, nil, false
	}
	step := min((n+3)&^3, uint64(len(b)))
	return f, b[:n:n], b[step:], true
}
