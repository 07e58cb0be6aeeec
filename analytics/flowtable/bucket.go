package flowtable

import "math/bits"

// ways is the number of places in a bucket.
const ways = 8

// bucket is a cache line: eight places, each with the tag of a flow and the slot
// in which it lies. Flows lie in slots in the order of their coming, close
// together, however large the table is; the hash scatters buckets only.
type bucket struct {
	tags  tagSet
	slots [ways]uint32 // of no meaning where the tag is 0
	_     [16]byte
}

// tagSet holds the eight 16-bit tags of a bucket; tag 0 is a free place.
type tagSet [2]uint64

func (s *tagSet) get(lane uint32) uint16 {
	return uint16(s[lane/4] >> (lane % 4 * 16))
}

func (s *tagSet) set(lane uint32, tag uint16) {
	sh := lane % 4 * 16
	s[lane/4] = s[lane/4]&^(0xffff<<sh) | uint64(tag)<<sh
}

// match sets a bit for each place with the tag, for laneOf: all eight are compared at
// once, as lanes of two words. A tag of 16 bits is right by chance once in 65,536
// comparisons; the key in the slot decides.
func (s *tagSet) match(tag uint16) uint64 {
	all := uint64(tag) * lowBits
	return lanes(s[0]^all)>>15 | lanes(s[1]^all)>>14
}

// laneOf gives the first place of a match.
func laneOf(m uint64) uint32 {
	bit := uint32(bits.TrailingZeros64(m))
	return bit&1*4 + bit>>4
}

func (s *tagSet) free() int {
	return bits.OnesCount64(lanes(s[0])) + bits.OnesCount64(lanes(s[1]))
}

func (s *tagSet) firstFree() uint32 {
	if m := lanes(s[0]); m != 0 {
		return uint32(bits.TrailingZeros64(m)) / 16
	}
	return 4 + uint32(bits.TrailingZeros64(lanes(s[1])))/16
}

const (
	lowBits  = 0x0001000100010001
	highBits = 0x8000800080008000
)

// lanes sets the high bit of each 16-bit lane of w that is zero, exactly: adding 0x7fff
// to a lane's lower 15 bits carries into its high bit unless all are 0, and never out of the
// lane. The usual (w-lowBits)&^w&highBits borrows across lanes and would take a tag of 1
// above a free place for a free one.
func lanes(w uint64) uint64 {
	return ^((w&^highBits + ^uint64(highBits)) | w) & highBits
}
