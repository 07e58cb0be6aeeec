package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpread(t *testing.T) {
	f := func(from, to int64, n uint32, size int, stamps []int64, want ...int64) {
		t.Helper()
		s := newSpread(from, to, n, size)
		var got []int64
		for _, ts := range stamps {
			got = append(got, s.next(ts))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	const s = int64(1e9)
	none := func(n int) []int64 { return make([]int64, n) }
	f(100, 200, 1, 1400, none(1), 150)
	f(0, 1000, 4, 1400, none(4), 125, 375, 625, 875)
	f(0, 1000, 2, 1400, none(3), 250, 750, 750) // more samples than claimed
	f(200, 200, 3, 1400, none(1), 200)
	f(300, 200, 1, 1400, none(1), 200)               // never after arrival
	f(0, 1000, 1<<32-1, 60, none(2), 250, 750)       // a claim that the size belies
	f(10*s, 11*s, 1, 1400, []int64{9 * s}, 9*s)      // record 1043
	f(10*s, 11*s, 1, 1400, []int64{8 * s}, 10*s+s/2) // too old to be believed
	f(10*s, 11*s, 1, 1400, []int64{12 * s}, 10*s+s/2)
	f(10*s, 11*s, 2, 1400, []int64{11 * s, 0}, 11*s, 10*s+3*s/4)
}
