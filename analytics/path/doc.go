// Package path works out which switches a flow passes, in order, from what
// sampling saw of it and what a topology.Snapshot knows: TTLs order the hops,
// links fill the gaps, host places end the path (docs/analytics.md, section 3).
//
// A Tracker belongs to one flow and is used under its shard's lock. It has no
// clock and no goroutine.
package path
