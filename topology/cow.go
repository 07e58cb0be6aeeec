package topology

import (
	"hash/maphash"
	"maps"
)

// cow is a map whose readers keep the version they have while the writer makes
// the next one: only the buckets that changed are copied.
type cow[K comparable, V any] struct {
	buckets []map[K]V
	own     []bool // buckets copied since the last snapshot
	written bool   // something was set or deleted since then
	dropped bool   // something was deleted
}

const cowBuckets = 1 << 10

var cowSeed = maphash.MakeSeed()

func newCow[K comparable, V any]() cow[K, V] {
	return cow[K, V]{buckets: make([]map[K]V, cowBuckets), own: make([]bool, cowBuckets)}
}

func (c *cow[K, V]) get(k K) (V, bool) {
	v, ok := c.buckets[maphash.Comparable(cowSeed, k)%cowBuckets][k]
	return v, ok
}

// bucket gives the writer's own copy of a key's bucket.
func (c *cow[K, V]) bucket(k K) map[K]V {
	i := maphash.Comparable(cowSeed, k) % cowBuckets
	if !c.own[i] {
		next := make(map[K]V, len(c.buckets[i])+1)
		maps.Copy(next, c.buckets[i])
		c.buckets[i], c.own[i] = next, true
	}
	return c.buckets[i]
}

func (c *cow[K, V]) set(k K, v V) { c.bucket(k)[k], c.written = v, true }

func (c *cow[K, V]) delete(k K) {
	if _, ok := c.get(k); ok {
		delete(c.bucket(k), k)
		c.written, c.dropped = true, true
	}
}

// share gives the present version; the writer copies before it changes anything of it.
func (c *cow[K, V]) share() cow[K, V] {
	s := cow[K, V]{buckets: append([]map[K]V(nil), c.buckets...)}
	clear(c.own)
	c.written, c.dropped = false, false
	return s
}
