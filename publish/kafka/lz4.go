package kafka

import (
	"encoding/binary"
	"math/bits"
)

// lz4Encoder makes LZ4 blocks (lz4_Block_format.md). It knows what records are like:
// most of one stands in an earlier one, at the same distance field after field.
type lz4Encoder struct {
	seen [1 << lz4Bits]uint32 // where four bytes with this hash came last; 0 may be a guess
}

const (
	lz4Bits   = 12       // 16 KiB of table: it must stay near
	lz4Window = 64 << 10 // a match begins less than this back
	lz4Min    = 4        // bytes of a match
	lz4Last   = 5        // so many at the end are literals
	lz4Margin = 12       // no match begins within so many of the end
)

// lz4Bound is what n bytes take at most.
func lz4Bound(n int) int { return n + n/255 + 16 }

func lz4Hash(v uint64) uint32 { return uint32(v << 24 * 889523592379 >> (64 - lz4Bits)) }

// encode writes src into dst, which has room for lz4Bound(len(src)), and gives its size.
func (e *lz4Encoder) encode(dst, src []byte) int {
	clear(e.seen[:])
	le := binary.LittleEndian
	at, begin, end := 0, 0, len(src)-lz4Margin // at: in dst; begin: of the literals
	for i := 1; i < end; {
		v := le.Uint64(src[i:])
		h := lz4Hash(v)
		back := i - int(e.seen[h])
		e.seen[h] = uint32(i)
		if back >= lz4Window || le.Uint32(src[i-back:]) != uint32(v) {
			i += 1 + (i-begin)>>6 // what does not repeat is passed over faster and faster
			continue
		}
		for i > begin && i > back && src[i-1] == src[i-1-back] {
			i--
		}
		for {
			stop := lz4Equal(src, i+lz4Min, back)
			at = lz4Sequence(dst, at, src[begin:i], back, stop-i)
			i, begin = stop, stop
			if i >= end {
				break
			}
			e.seen[lz4Hash(le.Uint64(src[i-2:]))] = uint32(i - 2)
			k := lz4Again(src, i, back)
			if k == 0 || i+k >= end {
				break
			}
			i += k
		}
	}
	return lz4Literals(dst, at, src[begin:])
}

// lz4Equal gives where what begins at i stops to be equal to what lies so far back.
func lz4Equal(src []byte, i, back int) int {
	le := binary.LittleEndian
	end := len(src) - lz4Last
	for i+8 <= end {
		if x := le.Uint64(src[i:]) ^ le.Uint64(src[i-back:]); x != 0 {
			return i + bits.TrailingZeros64(x)>>3
		}
		i += 8
	}
	for i < end && src[i] == src[i-back] {
		i++
	}
	return i
}

// lz4Again tells in how many bytes some are equal again at the same distance, 0 if
// none soon are: a field differs, and what follows it does not.
func lz4Again(src []byte, i, back int) int {
	le := binary.LittleEndian
	for skip := 0; skip < 8; skip += 4 {
		x := le.Uint64(src[i+skip:]) ^ le.Uint64(src[i+skip-back:])
		if n := bits.LeadingZeros64(x) >> 3; n >= lz4Min {
			return skip + 8 - n
		}
	}
	return 0
}

// lz4Sequence writes literals and the match that follows them, and gives where it ends.
func lz4Sequence(dst []byte, at int, literals []byte, back, match int) int {
	match -= lz4Min
	token := at
	dst[token] = byte(min(match, 15))
	at = lz4Copy(dst, at, literals)
	binary.LittleEndian.PutUint16(dst[at:], uint16(back))
	at += 2
	if match >= 15 {
		at = lz4Length(dst, at, match-15)
	}
	return at
}

// lz4Copy writes the length of literals, of which the token at at has a part, and them.
func lz4Copy(dst []byte, at int, literals []byte) int {
	n := len(literals)
	dst[at] |= byte(min(n, 15) << 4)
	at++
	if n >= 15 {
		at = lz4Length(dst, at, n-15)
	}
	if n <= 8 && cap(literals) >= 8 {
		binary.LittleEndian.PutUint64(dst[at:], binary.LittleEndian.Uint64(literals[:8]))
		return at + n
	}
	return at + copy(dst[at:], literals)
}

// lz4Length writes what of a length is left.
func lz4Length(dst []byte, at, n int) int {
	for ; n >= 255; n -= 255 {
		dst[at] = 255
		at++
	}
	dst[at] = byte(n)
	return at + 1
}

// lz4Literals writes the end, which has no match.
func lz4Literals(dst []byte, at int, literals []byte) int {
	dst[at] = 0
	return lz4Copy(dst, at, literals)
}
