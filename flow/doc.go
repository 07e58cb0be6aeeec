// Package flow holds the vocabulary that the rooms of spoor share: what an
// sFlow agent reported (Sample, Packet, Counters), who is talking to whom
// (Key), and what the analytics concluded (Path, Elephant).
//
// It has values only: no goroutine, no clock, no I/O. Sample and everything in
// it is free of pointers and of process-local numbers, so that a sample means
// the same in another shard, another process or on a topic.
//
// Times are Unix nanoseconds (int64), sizes bytes, rates bit/s, speeds bit/s.
package flow
