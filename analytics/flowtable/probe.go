package flowtable

import (
	"encoding/binary"
	"math/bits"

	"spoor/flow"
)

// find looks into both buckets.
func (t *Table) find(h Hash, key *flow.Key) uint32 {
	b := [2]uint32{t.bucket(h.first), t.bucket(h.second)}
	for m := t.match(h, b); m != 0; m &= m - 1 {
		if slot := t.slotOf(m, b); sameKey(&t.Cold(slot).Key, key) {
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
	x, y := &t.buckets[b[0]].tags, &t.buckets[b[1]].tags
	return lanes(x[0]^tag)>>15 | lanes(x[1]^tag)>>14 | lanes(y[0]^tag)>>13 | lanes(y[1]^tag)>>12
}

// slotOf gives the slot of the lowest match.
func (t *Table) slotOf(m uint64, b [2]uint32) uint32 {
	bit := uint32(bits.TrailingZeros64(m))
	return t.buckets[b[bit>>1&1]].slots[bit&1*4+bit>>4]
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
	hi, _ := bits.Mul64(word, uint64(len(t.buckets)))
	return uint32(hi)
}

// tagOf takes bits of the hash that bucket hardly uses.
func tagOf(h Hash) uint16 {
	return max(uint16(h.first), 1)
}
