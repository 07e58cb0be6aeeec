// Package xdr reads the External Data Representation (RFC 4506) in which sFlow
// is written: big-endian items, each a multiple of four bytes.
//
// A Cursor cannot overrun: a read past the end gives a zero value and leaves a
// Fault behind, so that a structure is read as a plain list of its fields with
// one check at the end. Slices that it returns are parts of its input.
package xdr

import "encoding/binary"

// Fault says why a structure could not be read. The zero value means that it could.
type Fault uint8

// Faults, in no order of gravity; the first one that a Cursor meets stays.
const (
	OK     Fault = iota
	Short        // the bytes end inside a field of fixed size
	Length       // a length or a count inside asks for more than there is
	Value        // a value that leaves the rest unreadable, such as an undefined address type
)

// String gives a short name.
func (f Fault) String() string {
	switch f {
	case OK:
		return "ok"
	case Short:
		return "short"
	case Length:
		return "length"
	default:
		return "value"
	}
}

// Cursor reads items from the front of a byte slice that it borrows.
type Cursor struct {
	b     []byte
	fault Fault
}

// NewCursor gives a cursor at the beginning of b.
func NewCursor(b []byte) Cursor { return Cursor{b: b} }

// Len gives the number of bytes left.
func (c *Cursor) Len() int { return len(c.b) }

// Rest gives the bytes left.
func (c *Cursor) Rest() []byte { return c.b }

// Fault gives the first fault, OK if there was none.
func (c *Cursor) Fault() Fault { return c.fault }

// Fail records a fault found by the caller; nothing can be read after it.
func (c *Cursor) Fail(f Fault) {
	if c.fault == OK {
		c.fault = f
	}
	c.b = nil
}

// Uint32 reads an unsigned integer.
func (c *Cursor) Uint32() uint32 {
	if len(c.b) < 4 {
		c.Fail(Short)
		return 0
	}
	v := binary.BigEndian.Uint32(c.b)
	c.b = c.b[4:]
	return v
}

// Uint64 reads an unsigned hyper.
func (c *Cursor) Uint64() uint64 {
	if len(c.b) < 8 {
		c.Fail(Short)
		return 0
	}
	v := binary.BigEndian.Uint64(c.b)
	c.b = c.b[8:]
	return v
}

// Fixed reads opaque[n]: n bytes, then padding. It gives nil at the end.
func (c *Cursor) Fixed(n int) []byte {
	if n < 0 || len(c.b) < n {
		c.Fail(Short)
		return nil
	}
	return c.take(n)
}

// Opaque reads opaque<> or string<>: a length, as many bytes, then padding.
func (c *Cursor) Opaque() []byte {
	n := uint64(c.Uint32())
	if n > uint64(len(c.b)) {
		c.Fail(Length)
		return nil
	}
	return c.take(int(n))
}

// Count reads the element count of an array whose elements take at least size
// bytes each, and refuses one that the bytes left cannot hold.
func (c *Cursor) Count(size int) int {
	n := uint64(c.Uint32())
	if n*uint64(size) > uint64(len(c.b)) {
		c.Fail(Length)
		return 0
	}
	return int(n)
}

// take gives n bytes and steps over their padding, of which the enclosing
// length may have cut some off.
func (c *Cursor) take(n int) []byte {
	v := c.b[:n:n]
	c.b = c.b[min((n+3)&^3, len(c.b)):]
	return v
}
