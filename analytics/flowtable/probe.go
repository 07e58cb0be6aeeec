package flowtable

import (
	"encoding/binary"
	"math/bits"

	"spoor/flow"
)

// tagSet holds the eight 16-bit tags of a bucket; tag 0 is a free slot.
type tagSet [2]uint64

// find looks into both buckets.
func (t *Table) find(h Hash, key *flow.Key) uint32 {
	b := [2]uint32{t.bucket(h[0]), t.bucket(h[1])}
	for m := t.match(h, b); m != 0; m &= m - 1 {
		if slot := slotOf(m, b); sameKey(&t.cold[slot].Key, key) {
			return slot
		}
	}
	return NoSlot
}

// match compares a tag with those of both buckets at once, without a branch that
// could be foretold wrongly: bit 16*l+w is set where lane l of word w matches
// (words 0 and 1 are the first bucket, 2 and 3 the second).
func (t *Table) match(h Hash, b [2]uint32) uint64 {
	tag := uint64(tagOf(h)) * lowBits
	x, y := &t.tags[b[0]], &t.tags[b[1]]
	return lanes(x[0]^tag)>>15 | lanes(x[1]^tag)>>14 | lanes(y[0]^tag)>>13 | lanes(y[1]^tag)>>12
}

// slotOf gives the slot of the lowest match.
func slotOf(m uint64, b [2]uint32) uint32 {
	bit := uint32(bits.TrailingZeros64(m))
	return b[bit>>1&1]*Ways + bit&1*4 + bit>>4
}

// sameKey compares keys word by word, which spares two calls.
func sameKey(a, b *flow.Key) bool {
	le := binary.LittleEndian
	return le.Uint64(a.Src[0:8]) == le.Uint64(b.Src[0:8]) && le.Uint64(a.Src[8:16]) == le.Uint64(b.Src[8:16]) &&
		le.Uint64(a.Dst[0:8]) == le.Uint64(b.Dst[0:8]) && le.Uint64(a.Dst[8:16]) == le.Uint64(b.Dst[8:16]) &&
		a.SrcPort == b.SrcPort && a.DstPort == b.DstPort && a.Proto == b.Proto
}

// bucket maps a hash word onto the buckets without a division.
func (t *Table) bucket(word uint64) uint32 {
	hi, _ := bits.Mul64(word, uint64(len(t.tags)))
	return uint32(hi)
}

// tagOf takes bits of the hash that bucket hardly uses.
func tagOf(h Hash) uint16 {
	return max(uint16(h[0]), 1)
}

func (s *tagSet) get(lane uint32) uint16 {
	return uint16(s[lane/4] >> (lane % 4 * 16))
}

func (s *tagSet) set(lane uint32, tag uint16) {
	sh := lane % 4 * 16
	s[lane/4] = s[lane/4]&^(0xffff<<sh) | uint64(tag)<<sh
}

const (
	lowBits  = 0x0001000100010001
	highBits = 0x8000800080008000
)

// lanes sets the high bit of each 16-bit lane of w that is zero, exactly.
func lanes(w uint64) uint64 {
	return ^((w&^highBits + ^uint64(highBits)) | w) & highBits
}
