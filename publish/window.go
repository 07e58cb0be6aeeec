package publish

import (
	"encoding/binary"
	"math/bits"

	"spoor/flow"
)

// windowMask keeps an index inside a window: a flow's fields need half of it at
// most, so it never changes one, but it spares the check of each store.
const windowMask = 1023

// window is the place where a message is written by stores of eight bytes,
// each overwritten by the next from where its own bytes end.
type window [windowMask + 1 + 8]byte

// store writes eight bytes.
func (w *window) store(i int, v uint64) {
	i &= windowMask
	binary.LittleEndian.PutUint64(w[i:i+8], v)
}

// tag2 is the two-byte tag of a varint field from 16 to 2047, little-endian.
func tag2(field uint16) uint16 { return field&15<<3 | 0x80 | field>>4<<8 }

// uint8 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint8(i int, field uint16, v uint8) int {
	if v == 0 {
		return i
	}
	w.store(i, uint64(tag2(field))|uint64(v)<<16|uint64(v>>7)<<24)
	return i + 3 + int(v>>7)
}

// uint32 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint32(i int, field uint16, v uint32) int {
	if v == 0 {
		return i
	}
	return w.nonzero(i, uint64(tag2(field)), v)
}

// low writes a field below 16 unless it is 0.
func (w *window) low(i int, field byte, v uint32) int {
	if v == 0 {
		return i
	}
	w.store(i, uint64(field<<3))
	return w.varint(i+1, uint64(v))
}

func (w *window) nonzero(i int, tag uint64, v uint32) int {
	switch {
	case v < 1<<7:
		w.store(i, tag|uint64(v)<<16)
		return i + 3
	case v < 1<<14:
		w.store(i, tag|uint64(0x800000|v&0x7f<<16|v>>7<<24))
		return i + 4
	}
	n := (bits.Len32(v)*9 + 64) >> 6
	x := uint64(v)
	x = x&0x7f | x<<1&0x7f00 | x<<2&0x7f0000 | x<<3&0x7f000000 | x<<4&0x0f00000000
	w.store(i, tag|(x|0x8080808080808080>>(72-8*n))<<16)
	return i + 2 + n
}

// varint writes a varint without its tag.
func (w *window) varint(i int, v uint64) int {
	if v >= 1<<56 {
		var tmp [binary.MaxVarintLen64]byte
		n := binary.PutUvarint(tmp[:], v)
		w.store(i, binary.LittleEndian.Uint64(tmp[:]))
		w.store(i+8, uint64(tmp[8])|uint64(tmp[9])<<8)
		return i + n
	}
	n := (bits.Len64(v|1)*9 + 64) >> 6
	w.store(i, spread(v)|0x8080808080808080>>(72-8*n))
	return i + n
}

// spread puts each of the lower eight groups of 7 bits into a byte of its own.
func spread(v uint64) uint64 {
	v = v&0x0fffffff | v<<4&0x0fffffff00000000
	v = v&0x00003fff00003fff | v<<2&0x3fff00003fff0000
	return v&0x007f007f007f007f | v<<1&0x7f007f007f007f00
}

// uint64 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint64(i int, field uint16, v uint64) int {
	if v == 0 {
		return i
	}
	w.store(i, uint64(tag2(field)))
	return w.varint(i+2, v)
}

// times writes a time in nanoseconds into two fields; after 1972 it has always
// nine bytes.
func (w *window) times(i int, a, b uint16, t int64) int {
	v := uint64(t)
	if v < 1<<56 || v >= 1<<63 {
		v = uint64(max(t, 0))
		return w.uint64(w.uint64(i, a, v), b, v)
	}
	x, last := spread(v&(1<<56-1))|0x8080808080808080, v>>56
	w.store(i, uint64(tag2(a)))
	w.store(i+2, x)
	w.store(i+10, last|uint64(tag2(b))<<8)
	w.store(i+13, x)
	w.store(i+21, last)
	return i + 22
}

// addr1 writes an address into a field below 16, unless it is unknown.
func (w *window) addr1(i int, field byte, a *flow.Addr) int {
	if a.IsZero() {
		return i
	}
	w.store(i, uint64(field<<3|wireBytes))
	return w.addr(i+1, a)
}

// addr2 writes an address into a field from 16 to 2047, unless it is unknown.
func (w *window) addr2(i int, field uint16, a *flow.Addr) int {
	if a.IsZero() {
		return i
	}
	w.store(i, uint64(tag2(field)|wireBytes))
	return w.addr(i+2, a)
}

// addr writes an address with its length.
func (w *window) addr(i int, a *flow.Addr) int {
	if a.Is4() {
		w.store(i, 4|uint64(binary.LittleEndian.Uint32(a[12:]))<<8)
		return i + 5
	}
	w.store(i, 16)
	w.store(i+1, binary.LittleEndian.Uint64(a[:]))
	w.store(i+9, binary.LittleEndian.Uint64(a[8:]))
	return i + 17
}
