// Package flowtable keeps the state of very many flows in memory of a fixed
// size, without pointers: the garbage collector never looks inside.
//
// A flow lives in a slot. Per slot there are a 16-bit tag, an Entry of one cache
// line that every sample touches, and a Cold part with the key. Slots come in
// buckets of eight; a key may live in either of two buckets, chosen by a keyed
// hash, so that nobody outside can aim at one bucket. A hit is confirmed by
// comparing the key itself: two flows are never mixed, whatever the hash does.
//
// A full table evicts the least promising flow of a bucket: one whose slow
// leaky bucket ran dry long ago, never a pinned one while there is another
// (docs/analytics.md, section 4: a flood of one-sample flows must not cost an
// elephant). Sampling already is the filter for mice, so no sketch stands in front.
//
// A Table is not safe for concurrent use; one lock per shard guards it.
package flowtable
