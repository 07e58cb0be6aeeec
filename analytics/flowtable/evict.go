package flowtable

import "math/bits"

// place gives a slot for a new flow: a free one of the emptier bucket, else that
// of the least promising flow.
func (t *Table) place(h Hash, now uint32) uint32 {
	b1, b2 := t.bucket(h[0]), t.bucket(h[1])
	f1, f2 := t.tags[b1].free(), t.tags[b2].free()
	if f1+f2 > 0 {
		t.live++
		if f2 > f1 {
			b1 = b2
		}
		return b1*Ways + t.tags[b1].firstFree()
	}
	slot, pinned := t.victim(b1, now)
	if pinned {
		slot, _ = t.victim(b2, now)
	}
	t.evictions++
	if t.OnEvict != nil {
		t.OnEvict(slot)
	}
	return slot
}

// victim gives the flow of a full bucket that promises least, and whether even that one is pinned.
func (t *Table) victim(bucket, now uint32) (slot uint32, pinned bool) {
	base := bucket * Ways
	slot = base
	least := t.entries[base].promise(now)
	for i := base + 1; i < base+Ways; i++ {
		if p := t.entries[i].promise(now); p < least {
			slot, least = i, p
		}
	}
	return slot, t.entries[slot].Flags&Pinned != 0
}

// promise rates a flow by the life that its slow bucket still has: a flow at
// half the threshold keeps a level of a few samples, a mouse of one sample is
// dry at once and only ages. Having been sampled more than once counts a little.
func (e *Entry) promise(now uint32) float32 {
	p := 4*e.State.S1 - seconds(now, e.State.T) + 2*float32(min(e.N, 8))
	if e.Flags&Pinned != 0 {
		p += 1e6 // more than any level (16,384) and any age (3 days) can make up for
	}
	return p
}

func (s *tagSet) free() int {
	return bits.OnesCount64(lanes(s[0])) + bits.OnesCount64(lanes(s[1]))
}

func (s *tagSet) firstFree() uint32 {
	if m := lanes(s[0]); m != 0 {
		return uint32(bits.TrailingZeros64(m)) / 16
	}
	return 4 + uint32(bits.TrailingZeros64(lanes(s[1])))/16
}
