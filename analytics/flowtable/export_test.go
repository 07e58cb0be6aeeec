package flowtable

// New makes the only table of a set.
func New(capacity int, seed [2]uint64) *Table { return NewSet(1, capacity, seed).Tables[0] }
