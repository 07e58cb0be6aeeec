package spool

import (
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// model is what a spool should hold: the numbers of batches that wait, and of those that were read, in order.
type model struct {
	s       *Spool
	waiting []int
	inHand  []int
	refs    map[int]*Ref
	stamps  map[int]Stamp // of those that were attempted
	last    int
}

// check compares what the spool says with the model and with the disk.
func (m *model) check(t *testing.T, step int) {
	t.Helper()
	var want Counts
	for _, i := range m.waiting {
		want[i%3] += int64(1 + i%7) // as batch says
	}
	if got := m.s.Unread(); got != want {
		t.Fatalf("step %d: %v are unread, want %v", step, got, want)
	}
	size := int64(0)
	for _, name := range files(t, m.s.cfg.Dir) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if u := m.s.Usage(); u.Bytes != size || u.Torn != 0 || (u.Segments == 0) != (size == 0) {
		t.Fatalf("step %d: %+v, %d bytes on disk", step, u, size)
	}
}

// read takes the next batch, which must be the first that waits, with what is known of it.
func (m *model) read(t *testing.T, step int) {
	t.Helper()
	b, ref, marks := next(t, m.s)
	if len(m.waiting) == 0 {
		if ref != nil {
			t.Fatalf("step %d: %+v though nothing waits", step, b)
		}
		return
	}
	i := m.waiting[0]
	if ref == nil {
		t.Fatalf("step %d: nothing, want batch %d", step, i)
	}
	if want := batch(i); !reflect.DeepEqual(want, b) {
		t.Fatalf("step %d, batch %d: got another one:\n%s", step, i, cmp.Diff(want, b))
	}
	st, attempted := m.stamps[i]
	if known := marks != nil && marks.Parts[b.Partition] == (Mark{Stamped: true, Stamp: st}); known != attempted {
		t.Fatalf("step %d, batch %d: marks %+v, attempted %v with %+v", step, i, marks, attempted, st)
	}
	m.waiting, m.inHand, m.refs[i] = m.waiting[1:], append(m.inHand, i), ref
}

// TestModel: appends, reads, attempts and finishes in any order, over many runs: what a run read and did not finish comes again
// in the next one, in order and with what was attempted; counts and bytes are those of what is there.
func TestModel(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 8))
		cfg := config(t)
		m := &model{s: opened(t, cfg), refs: map[int]*Ref{}, stamps: map[int]Stamp{}}
		for step := range 700 {
			switch n := r.IntN(100); {
			case n < 45:
				appendAll(t, m.s, m.last, m.last+1)
				m.waiting, m.last = append(m.waiting, m.last), m.last+1
			case n < 70:
				m.read(t, step)
			case n < 98 && len(m.inHand) > 0:
				at := r.IntN(len(m.inHand))
				i := m.inHand[at]
				b, st := batch(i), Stamp{Producer: int64(seed), Epoch: int16(step), Sequence: int32(i)}
				if n < 80 {
					if err := m.refs[i].Attempt(b.Partitions, b.Partition, st); err != nil {
						t.Fatal(err)
					}
					m.stamps[i] = st
					break
				}
				if err := m.refs[i].Finish(b.Partitions, b.Partition, b.Records); err != nil {
					t.Fatal(err)
				}
				delete(m.refs, i)
				delete(m.stamps, i)
				m.inHand = slices.Delete(m.inHand, at, at+1)
			case n == 99 && r.IntN(3) == 0:
				if err := m.s.Close(); err != nil {
					t.Fatal(err)
				}
				slices.Sort(m.inHand)
				m.s, m.waiting, m.inHand = opened(t, cfg), append(m.inHand, m.waiting...), nil
				clear(m.refs)
			}
			if step%20 == 0 || step > 690 {
				m.check(t, step)
			}
		}
		if m.last < 200 {
			t.Fatalf("%d batches", m.last)
		}
		for len(m.waiting) > 0 {
			m.read(t, -1)
		}
		for _, i := range m.inHand {
			if b := batch(i); m.refs[i].Finish(b.Partitions, b.Partition, b.Records) != nil {
				t.Errorf("batch %d cannot be finished", i)
			}
		}
		m.inHand = nil
		m.check(t, -1)
		if left := files(t, cfg.Dir); len(left) > 1 { // the segment that is being written
			t.Errorf("left: %v", left)
		}
	}
}
