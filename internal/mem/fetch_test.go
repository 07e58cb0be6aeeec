package mem_test

import (
	"slices"
	"testing"
	"unsafe"

	"spoor/internal/mem"
)

// TestFetchIsHarmless: whatever is asked for, nothing changes, nothing is
// allocated, and addresses of nothing do no harm.
func TestFetchIsHarmless(t *testing.T) {
	type odd struct{ b [777]byte }
	s := make([]odd, 9)
	for i := range s {
		s[i].b[i] = byte(i)
	}
	was := slices.Clone(s)
	var none []odd
	var nothing *odd
	var empty struct{}
	if n := testing.AllocsPerRun(100, func() {
		for i := range s {
			mem.Fetch(&s[i])
			mem.FetchAll(&s[i])
			mem.FetchFirst(&s[i], 128)
			mem.Fetch(&s[i].b[len(s[i].b)-1])
		}
		mem.FetchSlice(s)
		mem.FetchSlice(s[:0])
		mem.FetchSlice(none)
		mem.Fetch(nothing)
		mem.FetchAll(nothing)
		mem.FetchFirst(nothing, 128)
		mem.FetchAll(&empty)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !slices.Equal(was, s) {
		t.Error("what was fetched has changed")
	}
}

// TestFetchAtTheEnd: the last bytes of a page may be asked for, and what lies behind them.
func TestFetchAtTheEnd(t *testing.T) {
	page := make([]byte, 1<<20)
	end := page[len(page)-1:]
	mem.Fetch(&end[0])
	mem.FetchSlice(end)
	mem.FetchAll((*[4096]byte)(unsafe.Pointer(&page[len(page)-4096])))
	if end[0] != 0 {
		t.Error("changed")
	}
}

var sink uint64

// benchmarkVisits visits single lines of 64 MB in batches.
func benchmarkVisits(b *testing.B, prepare func(p *[8]uint64)) {
	b.Helper()
	lines := make([][8]uint64, 1<<20)
	for i := range lines {
		lines[i][0] = uint64(i)
	}
	at := uint64(1)
	var batch [64]*[8]uint64
	b.ReportAllocs()
	for b.Loop() {
		for i := range batch {
			at = at*6364136223846793005 + 1442695040888963407
			batch[i] = &lines[at>>44]
			prepare(batch[i])
		}
		for _, p := range batch {
			for range 20 { // so much work that the processor does not look ahead to the next
				sink = (sink ^ p[0]) * 0x9e3779b97f4a7c15 >> 1
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(len(batch)), "ns/visit")
}

func BenchmarkVisit(b *testing.B)   { benchmarkVisits(b, func(*[8]uint64) {}) }
func BenchmarkFetched(b *testing.B) { benchmarkVisits(b, mem.Fetch[[8]uint64]) }
