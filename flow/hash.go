package flow

import (
	"encoding/binary"
	"math/bits"
)

// XXH64's primes.
const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

// xxh64 is XXH64 with seed 0 over the 37 bytes of a key's canonical form,
// unrolled: one 32-byte stripe, one 4-byte and one 1-byte tail. A test compares
// it with cespare/xxhash.
func xxh64(a, b *Addr, p, q uint16, proto uint8) uint64 {
	le := binary.LittleEndian
	var seed uint64 // a variable: the sums wrap, which constants may not
	v1 := round(seed+prime1+prime2, le.Uint64(a[0:]))
	v2 := round(seed+prime2, le.Uint64(a[8:]))
	v3 := round(seed, le.Uint64(b[0:]))
	v4 := round(seed-prime1, le.Uint64(b[8:]))
	h := bits.RotateLeft64(v1, 1) + bits.RotateLeft64(v2, 7) + bits.RotateLeft64(v3, 12) + bits.RotateLeft64(v4, 18)
	h = merge(merge(merge(merge(h, v1), v2), v3), v4) + keyBytes
	ports := uint32(p>>8) | uint32(p&0xff)<<8 | uint32(q>>8)<<16 | uint32(q&0xff)<<24
	h = bits.RotateLeft64(h^uint64(ports)*prime1, 23)*prime2 + prime3
	h = bits.RotateLeft64(h^uint64(proto)*prime5, 11) * prime1
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

func round(acc, in uint64) uint64 { return bits.RotateLeft64(acc+in*prime2, 31) * prime1 }

func merge(h, v uint64) uint64 { return (h^round(0, v))*prime1 + prime4 }
