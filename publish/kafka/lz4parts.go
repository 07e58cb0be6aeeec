package kafka

import (
	"encoding/binary"

	"spoor/publish"
)

// encodeParts is encode for records whose parts are known: it looks for repetitions
// only where parts begin, and takes a third of the time. Parts that are wrong cost size
// alone.
func (e *lz4Encoder) encodeParts(dst, src []byte, parts []publish.Sections) int {
	clear(e.seen[:])
	s := lz4Stream{dst: dst, src: src, end: len(src) - lz4Margin - lz4Look}
	start, input := 0, 0
	for _, p := range parts {
		for k := range publish.NumSections {
			i := start
			start += p.Bytes(k)
			switch k {
			case publish.SectionFresh:
				s.twin(i + lz4Twin)
				continue
			case publish.SectionKey:
				i = start - publish.KeyBytes
			}
			if i >= s.begin && i < s.end {
				back := e.last(src, i, k)
				if back == 0 && k == publish.SectionInput { // another agent's or port's: most of it is equal
					back = lz4Back(src, i, input)
				}
				s.repeat(i, back)
			}
			if k == publish.SectionInput {
				input = i
			}
		}
	}
	return lz4Literals(dst, s.at, src[s.begin:])
}

const (
	lz4Look  = 24          // bytes that a part is known by
	lz4First = 8           // of them that are compared
	lz4Time  = 9           // bytes of a time in ns
	lz4Twin  = 6 + lz4Time // where the second of two equal times stands: behind the length and two tags, of two bytes each
)

// last gives how far back part k, which begins at i, stood before; 0 for never.
func (e *lz4Encoder) last(src []byte, i, k int) int {
	b := (*[lz4Look]byte)(src[i:])
	le := binary.LittleEndian
	h := le.Uint64(b[:])*0x9e3779b97f4a7c15 ^ le.Uint64(b[8:])*0xc2b2ae3d27d4eb4f
	if k != publish.SectionKey && k != publish.SectionNames { // a key is no longer; names begin with the switch's
		h ^= le.Uint64(b[16:]) * 0x165667b19e3779f9
	}
	h = h * 0xff51afd7ed558ccd >> (64 - lz4Bits)
	seen := int(e.seen[h])
	e.seen[h] = uint32(i)
	return lz4Back(src, i, seen)
}

// lz4Back gives the distance to what begins like i, 0 if it does not or is too far.
func lz4Back(src []byte, i, seen int) int {
	le := binary.LittleEndian
	if back := i - seen; back > 0 && back < lz4Window && le.Uint64(src[seen:]) == le.Uint64(src[i:]) {
		return back
	}
	return 0
}

// lz4Stream is a block that is being written.
type lz4Stream struct {
	dst, src []byte
	at       int // in dst
	begin    int // of the literals in src
	end      int // no part is looked at behind it
}

// repeat writes a match that holds the first bytes at i, if back is not 0, and those that
// follow at the same distance.
func (s *lz4Stream) repeat(i, back int) {
	if back == 0 {
		return
	}
	stop := lz4Equal(s.src, i+lz4First, back)
	for i > s.begin && i > back && s.src[i-1] == s.src[i-1-back] {
		i--
	}
	for {
		s.at = lz4Sequence(s.dst, s.at, s.src[s.begin:i], back, stop-i)
		s.begin = stop
		if stop >= s.end {
			return
		}
		k := lz4Again(s.src, stop, back)
		if k == 0 || stop+k >= s.end {
			return
		}
		i = stop + k
		stop = lz4Equal(s.src, i+lz4Min, back)
	}
}

// twin writes a match for the second of two equal times if it stands at i.
func (s *lz4Stream) twin(i int) {
	const back = 2 + lz4Time
	if i < s.begin || i >= s.end || lz4Back(s.src, i, i-back) == 0 {
		return
	}
	stop := lz4Equal(s.src, i+lz4First, back)
	s.at = lz4Sequence(s.dst, s.at, s.src[s.begin:i], back, stop-i)
	s.begin = stop
}
