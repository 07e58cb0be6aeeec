// Package flowtable keeps the state of very many flows in memory of a fixed
// size, without pointers: the garbage collector never looks inside.
//
// A flow lives in a slot: an Entry of one cache line that every sample touches,
// and a Cold part with the key. It is found by way of a bucket, a cache line of
// eight places, each with a 16-bit tag and a slot's number; a key may have its
// place in either of two buckets, chosen by a keyed hash, so that nobody outside
// can aim at one bucket; while there is room it is in the first. Slots are given away one after the other: a table for a
// million flows that holds ten thousand touches memory for ten thousand, and the
// processor finds it in few pages. A hit is confirmed by
// comparing the key itself: two flows are never mixed, whatever the hash does.
//
// A full table evicts the least promising flow of a bucket: one whose slow
// leaky bucket ran dry long ago, never a pinned one while there is another
// (docs/analytics.md, section 4: a flood of one-sample flows must not cost an
// elephant). Sampling already is the filter for mice, so no sketch stands in front.
//
// A Table is not safe for concurrent use; one lock per shard guards it.
package flowtable
