package flowtable

import (
	"encoding/binary"
	"math/bits"

	"spoor/flow"
)

// Hash is the keyed hash of a flow key: its two words pick the two buckets,
// the low 16 bits of the first are the tag. An array would be handed on in memory, and
// read there in a wider load than the stores before it, which waits for both.
type Hash struct{ first, second uint64 }

// secrets are derived from the seed; whoever does not know them can not choose
// keys that meet in one bucket.
type secrets [6]uint64

func newSecrets(seed [2]uint64) (s secrets) {
	x := seed[0]
	for i := range s {
		if i == len(s)/2 {
			x ^= seed[1]
		}
		x += 0x9e3779b97f4a7c15 // SplitMix64
		z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		s[i] = z ^ z>>31
	}
	return s
}

// fold multiplies two words and folds the 128-bit product: each bit of the
// result depends on nearly all bits of both.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash reads the key as five words (two addresses, and ports with protocol),
// folds each address with two secrets, and joins them twice in different ways.
// Four multiplications, about 3 ns.
func (s *secrets) hash(k *flow.Key) Hash {
	le := binary.LittleEndian
	src := fold(le.Uint64(k.Src[0:8])^s[0], le.Uint64(k.Src[8:16])^s[1])
	dst := fold(le.Uint64(k.Dst[0:8])^s[2], le.Uint64(k.Dst[8:16])^s[3])
	rest := uint64(k.SrcPort) | uint64(k.DstPort)<<16 | uint64(k.Proto)<<32
	// src is turned before it meets dst: else a flow and its reverse would differ by the secrets alone.
	h := fold(bits.RotateLeft64(src, 23)^rest^s[4], dst^s[5])
	return Hash{h, fold(h^s[1], bits.RotateLeft64(src, 41)+dst^rest^s[2])}
}
