package kafka

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pierrec/lz4/v4"

	"spoor/publish"
)

// checkLZ4 lets another implementation read a block back.
func checkLZ4(t *testing.T, e *lz4Encoder, src []byte) int {
	t.Helper()
	dst := make([]byte, lz4Bound(len(src)))
	dst = dst[:e.encode(dst, src)]
	got := make([]byte, len(src)+1)
	n, err := lz4.UncompressBlock(dst, got)
	if err != nil || !bytes.Equal(got[:n], src) {
		t.Fatalf("of %d bytes as %d come back %d: %v", len(src), len(dst), n, err)
	}
	return len(dst)
}

// TestLZ4 compresses what repeats at all distances, also beyond the window, with runs
// and literals of all lengths, and what does not repeat.
func TestLZ4(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, lz4Block)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var e lz4Encoder
	for n := range 300 {
		checkLZ4(t, &e, noise[:n])
		checkLZ4(t, &e, make([]byte, n))
		checkLZ4(t, &e, bytes.Repeat(noise[:n], 5))
		checkLZ4(t, &e, append(bytes.Repeat(noise[:19], n), noise[:n]...))
	}
	for _, back := range []int{lz4Window - 1, lz4Window, lz4Window + 1} {
		checkLZ4(t, &e, append(noise[:back:back], noise[:1000]...))
	}
	checkLZ4(t, &e, noise)
	if n := checkLZ4(t, &e, make([]byte, lz4Block)); n > 1100 {
		t.Errorf("%d bytes for as many zeros as a block holds", n)
	}
	for range 200 { // records: some fields differ from one to the next, and their sizes
		var src []byte
		for range 1 + r.IntN(100) {
			for f := range 30 {
				src = append(src, byte(f), 0x80|byte(f))
				for range r.IntN(3) * r.IntN(3) {
					src = append(src, byte(r.Uint32()))
				}
			}
		}
		checkLZ4(t, &e, src)
	}
}

// checkParts is checkLZ4 with parts of records.
func checkParts(t *testing.T, e *lz4Encoder, src []byte, parts []publish.Sections) int {
	t.Helper()
	dst := make([]byte, lz4Bound(len(src)))
	dst = dst[:e.encodeParts(dst, src, parts)]
	got := make([]byte, len(src)+1)
	n, err := lz4.UncompressBlock(dst, got)
	if err != nil || !bytes.Equal(got[:n], src) {
		t.Fatalf("of %d bytes as %d come back %d: %v", len(src), len(dst), n, err)
	}
	return len(dst)
}

// TestLZ4Parts compresses what the parts are right for, also over more than the window,
// and what they are not.
func TestLZ4Parts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e lz4Encoder
	for _, n := range []int{0, 1, 2, 10, 700} {
		var src []byte
		var parts []publish.Sections
		for range n {
			var s publish.Sections
			for k := range publish.NumSections {
				part := bytes.Repeat([]byte{byte(k), byte(r.IntN(3))}, 12+k) // one of three
				if k == publish.SectionFresh {
					part = make([]byte, 9, 60)
					for i := range part {
						part[i] = byte(r.Uint32())
					}
					part = slices.Concat([]byte{1, 2, 3, 4}, part, []byte{5, 6}, part)
				}
				src = append(src, part...)
				s |= publish.Sections(len(part)) << (8 * k)
			}
			parts = append(parts, s)
		}
		if size := checkParts(t, &e, src, parts); n > 100 && size > len(src)/3 {
			t.Errorf("%d records of %d bytes take %d", n, len(src), size)
		}
		for range 50 {
			for i := range parts {
				parts[i] = publish.Sections(r.Uint64() & r.Uint64()) // short ones, too
			}
			checkParts(t, &e, src, parts)
			checkParts(t, &e, src[:r.IntN(len(src)+1)], parts)
		}
	}
}

// FuzzLZ4Parts tries parts that are wrong in any way.
func FuzzLZ4Parts(f *testing.F) {
	f.Add(bytes.Repeat([]byte("leaf1 swp51 leaf1 swp52 leaf2 swp51 leaf1 swp51"), 4), []byte{16, 8, 8, 8, 0, 255, 1, 9, 7, 7, 7, 7, 7, 7, 7, 7})
	f.Fuzz(func(t *testing.T, src, packed []byte) {
		var parts []publish.Sections
		for ; len(packed) >= 8; packed = packed[8:] {
			parts = append(parts, publish.Sections(binary.LittleEndian.Uint64(packed)))
		}
		var e lz4Encoder
		checkParts(t, &e, src, parts)
		checkParts(t, &e, append(src, src...), parts)
	})
}

func FuzzLZ4(f *testing.F) {
	f.Add([]byte("leaf1 swp51 leaf1 swp52 leaf2 swp51 leaf1 swp51"))
	f.Add(bytes.Repeat([]byte{0}, 300))
	f.Fuzz(func(t *testing.T, src []byte) {
		var e lz4Encoder
		checkLZ4(t, &e, src)
		checkLZ4(t, &e, append(src, src...))
	})
}
