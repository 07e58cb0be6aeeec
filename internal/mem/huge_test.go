package mem_test

import (
	"testing"

	"spoor/internal/mem"
)

// TestHuge: what lies in memory that becomes huge pages stays as it is, also
// what is written meanwhile; there is no page before or behind.
func TestHuge(t *testing.T) {
	type cold struct{ b [56]byte }
	for _, n := range []int{0, 1, 100, 37_449, 70_000, 150_000} {
		s := mem.Lay[cold](n)
		if len(s) != n || cap(s) > n && n > 100 {
			t.Fatalf("%d elements, room for %d, want %d", len(s), cap(s), n)
		}
		for i := range s {
			if s[i] != (cold{}) {
				t.Fatalf("element %d of %d is not zero", i, n)
			}
			s[i].b[i%56] = byte(i | 1)
		}
		pages := mem.Pages(s)
		if least, most := n*56>>21, n*56>>21+1; pages < least || pages > most {
			t.Errorf("%d pages under %d elements", pages, n)
		}
		made := 0
		for i := -1; i <= pages; i++ {
			ok := mem.Huge(s, i)
			if ok && (i < 0 || i >= pages) {
				t.Errorf("page %d of %d became huge", i, pages)
			}
			if ok {
				made++
			}
		}
		t.Logf("%d of %d pages under %d elements became huge", made, pages, n)
		for i := range s {
			want := cold{}
			want.b[i%56] = byte(i | 1)
			if s[i] != want {
				t.Fatalf("element %d of %d is no longer what it was", i, n)
			}
		}
	}
}

// TestLaidApart: two pieces never share memory.
func TestLaidApart(t *testing.T) {
	a, b := mem.Lay[[16]byte](1<<18), mem.Lay[[16]byte](1<<18)
	for i := range a {
		a[i][0] = 1
	}
	for i := range b {
		if b[i][0] != 0 {
			t.Fatal("shared")
		}
	}
}
