package publish

import "encoding/binary"

// murmur2 is the hash that Java producers partition by (32 bits, seed
// 0x9747b28c), so that their consumers join our topics with theirs.
func murmur2(key []byte) uint32 {
	h := murmurSeed ^ uint32(len(key))
	for ; len(key) >= 4; key = key[4:] {
		h = murmur(h, binary.LittleEndian.Uint32(key))
	}
	switch len(key) {
	case 3:
		h ^= uint32(key[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(key[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(key[0])) * murmurFactor
	}
	return murmurEnd(h)
}

const murmurSeed, murmurFactor = 0x9747b28c, 0x5bd1e995

// murmur adds four bytes.
func murmur(h, k uint32) uint32 {
	k *= murmurFactor
	return h*murmurFactor ^ (k^k>>24)*murmurFactor
}

func murmurEnd(h uint32) uint32 {
	h = (h ^ h>>13) * murmurFactor
	return h ^ h>>15
}

// place gives the partition of a key's hash among n, as Java's producer does.
func place(hash uint32, n int32) int32 { return int32(hash&0x7fffffff) % n }
