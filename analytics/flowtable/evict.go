package flowtable

// A flow lies in its first bucket while half of that is free: then nobody looks into the second.
const preferFirst = ways / 2

// A key may lie in one of two buckets, by two parts of its hash, so that a table can be
// nearly full before anybody has to give way: where each had one bucket alone, many would
// be full while others are empty. No flow ever moves from one to the other, which
// would be a write into a line that nobody else needs.

// place gives a place for a new flow: a free one of the first bucket, or of the
// emptier one, else that of the least promising flow. Its slot is the new flow's.
func (t *Table) place(h Hash, now uint32) (b *bucket, lane uint32) {
	b, other := &t.buckets[t.bucket(h.first)], &t.buckets[t.bucket(h.second)]
	f1, f2 := b.tags.free(), other.tags.free()
	if f1+f2 > 0 {
		t.live++
		t.weigh()
		if f1 < preferFirst && f2 > f1 {
			b = other
		}
		lane = b.tags.firstFree()
		b.slots[lane] = t.take()
		return b, lane
	}
	lane, pinned := t.victim(b, now)
	if pinned {
		b = other
		lane, _ = t.victim(b, now)
	}
	t.evictions++
	if t.OnEvict != nil {
		t.OnEvict(b.slots[lane])
	}
	return b, lane
}

// weigh notes whether so many flows are in the table that a good part of them lies in second buckets.
func (t *Table) weigh() {
	if filled := t.live > t.Cap()/4; filled != t.filled.Load() {
		t.filled.Store(filled)
	}
}

// take gives a slot that is nobody's: the one freed last, else the next that never was in use.
func (t *Table) take() uint32 {
	if n := len(t.free); n > 0 {
		slot := t.free[n-1]
		t.free = t.free[:n-1]
		return slot
	}
	t.used++
	return t.used - 1
}

// victim gives the flow of a full bucket that promises least, and whether even that one is pinned.
func (t *Table) victim(b *bucket, now uint32) (lane uint32, pinned bool) {
	least := t.Entry(b.slots[0]).promise(now)
	for i := uint32(1); i < ways; i++ {
		if p := t.Entry(b.slots[i]).promise(now); p < least {
			lane, least = i, p
		}
	}
	return lane, t.Entry(b.slots[lane]).Flags&Pinned != 0
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
