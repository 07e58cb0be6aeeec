package flowtable

import (
	"math/rand/v2"
	"testing"

	"spoor/flow"
)

func TestLanes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	words := []uint64{0, 1, 1 << 63, ^uint64(0), 0x0000_0001_8000_ffff, 0x7fff_0000_0000_0001}
	for range 1000 {
		w := r.Uint64()
		words = append(words, w, w&0xffff_0000_ffff_ffff, w&0xffff_ffff_ffff_0000)
	}
	for _, w := range words {
		want := uint64(0)
		for lane := range 4 {
			if uint16(w>>(16*lane)) == 0 {
				want |= 0x8000 << (16 * lane)
			}
		}
		if got := lanes(w); got != want {
			t.Errorf("zero lanes of %016x: %016x, want %016x", w, got, want)
		}
	}
}

func TestTagSet(t *testing.T) {
	var s tagSet
	for lane := range uint32(ways) {
		if f, first := s.free(), s.firstFree(); f != int(ways-lane) || first != lane {
			t.Errorf("with %d tags set: %d free, first %d", lane, f, first)
		}
		s.set(lane, uint16(lane)+1)
	}
	s.set(5, 0)
	if s.free() != 1 || s.firstFree() != 5 || s.get(5) != 0 || s.get(6) != 7 || s.get(4) != 5 {
		t.Errorf("after freeing lane 5: %d free, first %d, tags %x", s.free(), s.firstFree(), s)
	}
}

// TestFirstBucket: flows lie in their first bucket while half of it is free, and the
// table says when that is no longer so for many.
func TestFirstBucket(t *testing.T) {
	tb := New(1<<12, [2]uint64{3, 4})
	var keys []flow.Key
	second := 0
	for i := range uint16(1 << 11) {
		k := flow.Key{SrcPort: i, Proto: flow.ProtoUDP}
		keys = append(keys, k)
		tb.Get(&k, 1)
		if want := len(keys) > tb.Cap()/4; tb.filled.Load() != want {
			t.Fatalf("filled with %d flows of %d: %v", len(keys), tb.Cap(), !want)
		}
	}
	for i := range keys {
		h := tb.Hash(&keys[i])
		slot := tb.Likely(h)
		if want := tb.Find(&keys[i]); want == NoSlot || slot != want && tagOf(tb.Hash(&tb.Cold(slot).Key)) != tagOf(h) {
			t.Fatalf("flow %d lies in slot %d, likely %d", i, want, slot)
		}
		first := &tb.buckets[tb.bucket(h.first)]
		own := false
		for lane := range uint32(ways) {
			own = own || first.tags.get(lane) == tagOf(h) && sameKey(&tb.Cold(first.slots[lane]).Key, &keys[i])
		}
		if own {
			continue
		}
		if second++; first.tags.free() >= preferFirst {
			t.Errorf("flow %d lies in its second bucket, of the first %d places are free", i, first.tags.free())
		}
	}
	if second == 0 {
		t.Error("no flow lies in its second bucket")
	}
	for i := range keys {
		tb.Delete(tb.Find(&keys[i]))
	}
	if tb.filled.Load() {
		t.Error("filled without flows")
	}
}

// TestMatch puts each slot of two buckets to the test.
func TestMatch(t *testing.T) {
	tb := New(16, [2]uint64{})
	b := [2]uint32{1, 0}
	for slot := range uint32(16) {
		tb.buckets[slot/ways].tags.set(slot%ways, 0x1234)
		tb.buckets[slot/ways].slots[slot%ways] = 100 + slot
		h := Hash{0x1234, 0}
		m := tb.match(h, b)
		if m == 0 || m&(m-1) != 0 || tb.slotOf(m, b) != 100+slot {
			t.Errorf("a tag in slot %d is found as %x, slot %d", slot, m, tb.slotOf(m, b))
		}
		tb.buckets[slot/ways].tags.set(slot%ways, 0)
	}
}
