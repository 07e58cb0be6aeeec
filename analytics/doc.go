// Package analytics turns flow samples into packet paths and elephant flows.
//
// Workers give samples to a Feed, which hands them in batches to shards picked
// by the exchange hash of the flow key. A shard stands alone: its own flow
// table, its own clock (the arrival of samples), one lock that is taken once a
// batch. It has no goroutine and no I/O: samples and ticks in, events and
// evidence out. The Engine ticks: it collects evidence from feeds and shards,
// lets the topology.Learner make the next snapshot, gives that to the shards
// and passes their events on, in shard order. Nobody but the caller of
// Engine.Tick publishes.
//
// Locks: a feed's, then a shard's; the engine takes one at a time.
package analytics
