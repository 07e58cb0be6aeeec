package flowtable

import (
	"sync/atomic"

	"spoor/flow"
	"spoor/internal/mem"
)

// NoSlot is what Find gives for an unknown key; no table has such a slot.
const NoSlot = ^uint32(0)

// Table maps flow keys to slots. Make it with New.
type Table struct {
	// OnEvict, if set, is called with the slot of a flow that is about to be
	// overwritten, while its Entry and Cold are still whole. It must not call
	// the table's Get or Delete.
	OnEvict func(slot uint32)

	buckets   []bucket
	rooms     []room // of all tables of the set: the index-th of each so many are this one's
	tables    int
	index     int
	used      uint32   // slots from here on were never in use
	free      []uint32 // slots before it that are nobody's
	secrets   secrets
	live      int
	evictions uint64
	filled    atomic.Bool // many flows lie in their second bucket
}

// Hash gives the hash of a key, for Fetch and GetHashed. Tables of one seed agree.
func (t *Table) Hash(key *flow.Key) Hash { return t.secrets.hash(key) }

// Fetch asks for the memory that Likely will read. A caller that does so for a
// whole batch has the waits for it overlap, where one sample after the other
// would pay for each. It needs no lock, nor does Hash.
func (t *Table) Fetch(h Hash) {
	mem.Fetch(&t.buckets[t.bucket(h.first)])
	if t.filled.Load() {
		mem.Fetch(&t.buckets[t.bucket(h.second)])
	}
}

// FetchSlot does so for what GetHashed compares, and for the Entry.
func (t *Table) FetchSlot(slot uint32) { mem.FetchAll(t.room(slot)) }

// Likely gives the slot that GetHashed will most likely give, NoSlot for none:
// only tags are compared.
func (t *Table) Likely(h Hash) uint32 {
	b := &t.buckets[t.bucket(h.first)]
	m := b.tags.match(tagOf(h))
	if m == 0 {
		b = &t.buckets[t.bucket(h.second)]
		if m = b.tags.match(tagOf(h)); m == 0 {
			return NoSlot
		}
	}
	return b.slots[laneOf(m)]
}

// Holds reports whether a slot is that of a flow: what Likely gave may be another's.
func (t *Table) Holds(slot uint32, key *flow.Key) bool { return sameKey(&t.Cold(slot).Key, key) }

// GetHashed finds the flow of key, whose hash is h, or makes it, with now (arrival,
// Unix ns) as its first time; fresh tells which. A flow that must give way is handed to
// OnEvict first. The slot is the flow's until it is evicted or deleted.
func (t *Table) GetHashed(h Hash, key *flow.Key, now int64) (slot uint32, fresh bool) {
	if slot = t.find(h, key); slot != NoSlot {
		return slot, false
	}
	b, lane := t.place(h, clock(now))
	b.tags.set(lane, tagOf(h))
	slot = b.slots[lane]
	*t.Entry(slot) = Entry{State: State{T: clock(now)}}
	*t.Cold(slot) = Cold{Key: *key, First: now}
	return slot, true
}

// Find gives the slot of a key, NoSlot if it is not there.
func (t *Table) Find(key *flow.Key) uint32 { return t.find(t.secrets.hash(key), key) }

// Entry gives the hot part of a slot, valid until the flow is evicted or deleted.
func (t *Table) Entry(slot uint32) *Entry { return &t.room(slot).Entry }

// Cold gives the cold part of a slot; only In and Out may be changed.
func (t *Table) Cold(slot uint32) *Cold { return &t.room(slot).Cold }

func (t *Table) room(slot uint32) *room { return &t.rooms[int(slot)*t.tables+t.index] }

// Delete frees a slot; a free one stays free.
func (t *Table) Delete(slot uint32) {
	h := t.secrets.hash(&t.Cold(slot).Key)
	for _, word := range [...]uint64{h.first, h.second} {
		b := &t.buckets[t.bucket(word)]
		for lane := range uint32(ways) {
			if b.slots[lane] == slot && b.tags.get(lane) != 0 {
				b.tags.set(lane, 0)
				*t.room(slot) = room{}
				t.free = append(t.free, slot)
				t.live--
				t.weigh()
				return
			}
		}
	}
}

// Sweep calls fn for the slots of the flows in the next n places from cursor on, in
// the order of the buckets, and gives the cursor to go on with: 0 after the last
// place. Begin with 0. fn may delete the slot that it is given.
func (t *Table) Sweep(cursor uint32, n int, fn func(slot uint32)) uint32 {
	end := min(uint64(cursor)+uint64(max(n, 0)), uint64(t.Cap()))
	for ; uint64(cursor) < end; cursor++ {
		if b := &t.buckets[cursor/ways]; b.tags.get(cursor%ways) != 0 {
			fn(b.slots[cursor%ways])
		}
	}
	if uint64(cursor) >= uint64(t.Cap()) {
		return 0
	}
	return cursor
}

// Len gives the number of flows.
func (t *Table) Len() int { return t.live }

// Cap gives the number of slots, and of places.
func (t *Table) Cap() int { return len(t.buckets) * ways }

// Used gives the number of slots that flows lie in or have lain in.
func (t *Table) Used() int { return int(t.used) }

// Evictions gives the number of flows that had to give way so far.
func (t *Table) Evictions() uint64 { return t.evictions }
