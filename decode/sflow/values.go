package sflow

import (
	"iter"

	"spoor/decode/xdr"
)

// Structure is a record that is read from its bytes. Slices in it are parts of
// them; reading allocates nothing. After a fault what it holds means nothing.
//
// Fields have the standard's names in snake case; a tag "sflow" gives the name
// where that is another.
type Structure interface {
	Parse(b []byte) xdr.Fault
}

// Text is a string on the wire: any bytes, of any length.
type Text []byte

// MAC is a MAC address in the low 48 bits.
type MAC uint64

// Percentage counts hundredths of a percent; -1 is unknown.
type Percentage int32

// Optional is a field that older agents do not send.
type Optional struct {
	Value uint32
	Known bool
}

// Words is an array of numbers as it lies on the wire.
type Words []byte

// Len gives the number of numbers.
func (w Words) Len() int { return len(w) / 4 }

// At gives the number at i.
func (w Words) At(i int) uint32 { return be.Uint32(w[4*i:]) }

// Percentages is an array of percentages as it lies on the wire.
type Percentages []byte

// Len gives the number of percentages.
func (p Percentages) Len() int { return len(p) / 4 }

// At gives the percentage at i.
func (p Percentages) At(i int) Percentage { return Percentage(Words(p).At(i)) }

// words reads an array of numbers.
func words(c *xdr.Cursor) Words { return c.Fixed(4 * c.Count(4)) }

// mac reads a MAC address with its padding.
func mac(c *xdr.Cursor) MAC { return MAC(c.Uint64() >> 16) }

// Types of a segment of an AS path.
const (
	ASSet      = 1
	ASSequence = 2
)

// ASPath is the list of segments of an AS path as it lies on the wire.
type ASPath []byte

// All gives the type and the numbers of each segment.
func (p ASPath) All() iter.Seq2[uint32, Words] {
	return func(yield func(uint32, Words) bool) {
		c := xdr.NewCursor(p)
		for c.Len() > 0 {
			if !yield(c.Uint32(), words(&c)) {
				return
			}
		}
	}
}

// Ends gives the first and the last number of the path, 0 if it is empty.
func (p ASPath) Ends() (first, last uint32) {
	for _, segment := range p.All() {
		n := segment.Len()
		if n == 0 {
			continue
		}
		if first == 0 {
			first = segment.At(0)
		}
		last = segment.At(n - 1)
	}
	return first, last
}

// asPath reads an AS path and gives its bytes.
func asPath(c *xdr.Cursor) ASPath {
	segments := c.Count(8)
	begin := c.Rest()
	for range segments {
		c.Uint32()
		words(c)
	}
	return ASPath(begin[:len(begin)-c.Len()])
}
