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
// each overwritten by the next from where its own bytes end. Most fields of a record
// are shorter than that: one store without a branch costs less than a loop over a
// varint's bytes, and what a store leaves behind its field is the next one's to overwrite. The
// eight bytes beyond the mask are room for what the last one leaves.
type window [windowMask + 1 + 8]byte

// store writes eight bytes.
func (w *window) store(i int, v uint64) {
	i &= windowMask
	binary.LittleEndian.PutUint64(w[i:i+8], v)
}

// tag2 is the two-byte tag of a varint field from 16 to 2047, little-endian: a tag is
// the varint of field<<3 | wire type, so that its lower 7 bits come first, with the bit
// 0x80 that says that more follows (protobuf.dev, Encoding). field<<3 is added to itself
// but for those 7 bits, which moves the rest up by the one bit that the flag takes.
func tag2(field uint64) uint64 { return field<<3 + field<<3&^0x7f | 0x80 }

// form is how a number is written as the varint of a field with two bytes of tag:
// the bits that say that more bytes follow, and the size of the whole. A number of
// 0 takes no room, so that what was stored for it is overwritten.
type form struct {
	more uint64
	size int
}

// forms are those of numbers with so many bits. Looking one up costs less than the
// choice between sizes, which a processor cannot foresee.
var forms = func() (f [33]form) {
	for bits := 1; bits < len(f); bits++ {
		n := (bits + 6) / 7
		f[bits] = form{0x8080808080808080 >> (72 - 8*n) << 16, 2 + n}
	}
	return f
}()

// uint8 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint8(i int, field uint64, v uint8) int {
	w.store(i, tag2(field)|uint64(v)<<16|uint64(v>>7)<<24)
	return i + forms[bits.Len8(v)].size
}

// uint16 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint16(i int, field uint64, v uint16) int {
	f, x := &forms[bits.Len16(v)], uint64(v)
	w.store(i, tag2(field)|x&0x7f<<16|x&0x3f80<<17|x&0xc000<<18|f.more)
	return i + f.size
}

// uint32 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint32(i int, field uint64, v uint32) int {
	f := &forms[bits.Len32(v)]
	w.store(i, tag2(field)|groups(v)|f.more)
	return i + f.size
}

// groups puts each group of 7 bits into a byte of its own, behind two of tag: what is
// added to itself moves by one bit, with its double by two.
func groups(v uint32) uint64 {
	x := uint64(v) << 16
	x += x & (0xffffc000 << 16) * 3
	x += x & (0x0f << 46) * 3
	return x + x&(0x7f<<23|0x7f<<39)
}

// low writes a field below 16 unless it is 0.
func (w *window) low(i int, field byte, v uint32) int {
	if v == 0 {
		return i
	}
	f := &forms[bits.Len32(v)]
	w.store(i, uint64(field<<3)|(groups(v)|f.more)>>8)
	return i + f.size - 1
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

// spread puts each of the lower eight groups of 7 bits into a byte of its own, by
// halves: 56 bits become two times 28 in 32, these two times 14 in 16, these two
// times 7 in 8. Three steps for any length, where a loop takes one for each byte.
func spread(v uint64) uint64 {
	v = v&0x0fffffff | v<<4&0x0fffffff00000000
	v = v&0x00003fff00003fff | v<<2&0x3fff00003fff0000
	return v&0x007f007f007f007f | v<<1&0x7f007f007f007f00
}

// uint64 writes a field from 16 to 2047 unless it is 0.
func (w *window) uint64(i int, field uint64, v uint64) int {
	if v == 0 {
		return i
	}
	w.store(i, tag2(field))
	return w.varint(i+2, v)
}

// times writes a time in nanoseconds into two fields; after 1972 it has always
// nine bytes.
func (w *window) times(i int, a, b uint64, t int64) int {
	v := uint64(t)
	if v < 1<<56 || v >= 1<<63 {
		v = uint64(max(t, 0))
		return w.uint64(w.uint64(i, a, v), b, v)
	}
	x, last := spread(v&(1<<56-1))|0x8080808080808080, v>>56
	w.store(i, tag2(a))
	w.store(i+2, x)
	w.store(i+10, last|tag2(b)<<8)
	w.store(i+13, x)
	w.store(i+21, last)
	return i + 22
}

// addr1 writes an address into a field below 16, unless it is unknown.
func (w *window) addr1(i int, field byte, a *flow.Addr) int {
	if unknown(a) {
		return i
	}
	w.store(i, uint64(field<<3|wireBytes))
	return w.addr(i+1, a)
}

// addr2 writes an address into a field from 16 to 2047, unless it is unknown.
func (w *window) addr2(i int, field uint64, a *flow.Addr) int {
	if unknown(a) {
		return i
	}
	w.store(i, tag2(field)|wireBytes)
	return w.addr(i+2, a)
}

// unknown is a.IsZero without the copy of an address that a comparison makes.
func unknown(a *flow.Addr) bool {
	return binary.LittleEndian.Uint64(a[:])|binary.LittleEndian.Uint64(a[8:]) == 0
}

// addr writes an address with its length.
func (w *window) addr(i int, a *flow.Addr) int {
	if v4, is4 := ipv4(a); is4 {
		w.store(i, 4|v4<<8)
		return i + 5
	}
	w.store(i, 16)
	w.store(i+1, binary.LittleEndian.Uint64(a[:]))
	w.store(i+9, binary.LittleEndian.Uint64(a[8:]))
	return i + 17
}

// ipv4 gives the four bytes of an IPv4 address as they lie in memory.
func ipv4(a *flow.Addr) (v uint64, is4 bool) {
	v = binary.LittleEndian.Uint64(a[8:])
	return v >> 32, binary.LittleEndian.Uint64(a[:])|uint64(uint32(v))^0xffff0000 == 0
}
