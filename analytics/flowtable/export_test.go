package flowtable

import "spoor/flow"

// New makes the only table of a set.
func New(capacity int, seed [2]uint64) *Table { return NewSet(1, capacity, seed).Tables[0] }

// Ways is the number of places in a bucket.
const Ways = ways

// Get is GetHashed of a key that was not hashed before.
func (t *Table) Get(key *flow.Key, now int64) (slot uint32, fresh bool) {
	return t.GetHashed(t.Hash(key), key, now)
}
