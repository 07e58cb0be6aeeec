package kafka

import (
	"hash/crc32"

	"spoor/publish"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum gives a batch's checksum; note is that of its block, or 0. The client
// writes it (checksumAt) when it sends the batch, so that the bytes of one that has
// no note are fetched from memory once for both.
func checksum(batch []byte, note uint64) uint32 {
	if note&noted == 0 {
		return crc32.Checksum(batch[checksumAt+4:], castagnoli)
	}
	head := crc32.Checksum(batch[checksumAt+4:publish.Headroom], castagnoli)
	return combine(head, uint32(note), len(batch)-publish.Headroom)
}

const (
	noted     = 1 << 32 // in a block's note: the lower half is the checksum of its records
	noteBytes = 8 << 10 // fewer records are summed as fast as two sums are joined
)

// sum notes the checksum of records that will be sent as they are. Who puts a
// block has just written it: its bytes are near, and are not when it is sent,
// where reading them would cost five times as much.
func (s *Sink) sum(b *publish.Block) {
	if s.asIs[b.Topic] && len(b.Payload()) >= noteBytes {
		b.Note = noted | uint64(crc32.Checksum(b.Payload(), castagnoli))
	}
}

// combine gives the checksum of two parts from theirs; the second has n bytes.
func combine(a, b uint32, n int) uint32 { return multiply(power(n), a) ^ b }

// powers are x^1, x^2, x^4.. modulo the polynomial, all with their bits reversed.
var powers = func() (p [64]uint32) {
	p[0] = 1 << 30
	for i := 1; i < len(p); i++ {
		p[i] = multiply(p[i-1], p[i-1])
	}
	return p
}()

// power gives x^8n.
func power(n int) uint32 {
	p := uint32(1 << 31)
	for i := 3; n > 0; n >>= 1 {
		if n&1 != 0 {
			p = multiply(powers[i], p)
		}
		i++
	}
	return p
}

// multiply multiplies polynomials.
func multiply(a, b uint32) (p uint32) {
	for ; a != 0; a <<= 1 {
		if a>>31 != 0 {
			p ^= b
		}
		b = b>>1 ^ -(b&1)&crc32.Castagnoli
	}
	return p
}
