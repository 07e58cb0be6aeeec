package decode

import (
	"iter"

	"spoor/decode/sflow"
)

// Kind is a kind of sample.
type Kind uint8

// Kinds.
const (
	KindFlow Kind = iota
	KindCounter
	KindDiscard
	KindUnknown

	NumKinds int = iota
)

var kindNames = [...]string{"flow", "counter", "discard", "unknown"}

// String gives the name used in metrics and JSON.
func (k Kind) String() string { return kindNames[k] }

// Fate is what became of a sample or a record.
type Fate uint8

// Fates.
const (
	Decoded Fate = iota
	Refused      // malformed
	Passed       // stepped over: a format that is not read, or a second copy of a packet

	NumFates int = iota
)

var fateNames = [...]string{"decoded", "refused", "skipped"}

// String gives the name used in metrics and JSON.
func (f Fate) String() string { return fateNames[f] }

// Stats counts what a Decoder met, as cumulative sums. It belongs to the
// decoder's goroutine and holds no pointers: copy it, or AddTo another.
type Stats struct {
	Datagrams [NumOutcomes]uint64
	Reasons   [NumReasons]uint64 // every refusal; up to ReasonAgentType one a datagram
	Samples   [NumKinds][NumFates]uint64
	Records   [NumRecords][NumFates]uint64
	Unknown   UnknownTable

	TrailingBytes       uint64 // behind the last sample of a datagram
	SampleTrailingBytes uint64 // behind the last record of a sample
	NamelessAgents      uint64 // datagrams whose agent address names nobody
	ZeroRates           uint64 // flow samples with a sampling rate of 0
	BoundedFrames       uint64 // frame lengths that could not be believed
	TruncatedHeaders    uint64 // sampled headers that end inside a layer
	RepairedSpeeds      uint64 // if_counters with an ifSpeed that was mended
	RepairedSources     uint64 // compact samples with a data source that was an ifIndex too large for it
	RepairedOutputs     uint64 // flow samples of Open vSwitch said to be discarded, though they may have been sent
}

// AddTo adds s to sum.
func (s *Stats) AddTo(sum *Stats) {
	add(sum.Datagrams[:], s.Datagrams[:])
	add(sum.Reasons[:], s.Reasons[:])
	for i := range s.Samples {
		add(sum.Samples[i][:], s.Samples[i][:])
	}
	for i := range s.Records {
		add(sum.Records[i][:], s.Records[i][:])
	}
	for u := range s.Unknown.All() {
		sum.Unknown.add(u.Kind, u.Format, u.Count)
	}
	sum.Unknown.Other += s.Unknown.Other
	sum.TrailingBytes += s.TrailingBytes
	sum.SampleTrailingBytes += s.SampleTrailingBytes
	sum.NamelessAgents += s.NamelessAgents
	sum.ZeroRates += s.ZeroRates
	sum.BoundedFrames += s.BoundedFrames
	sum.TruncatedHeaders += s.TruncatedHeaders
	sum.RepairedSpeeds += s.RepairedSpeeds
	sum.RepairedSources += s.RepairedSources
	sum.RepairedOutputs += s.RepairedOutputs
}

func add(sum, s []uint64) {
	for i, v := range s {
		sum[i] += v
	}
}

// Unknown counts one format that is not read. Kind tells samples (KindUnknown)
// from records of flow and of counters samples.
type Unknown struct {
	Kind   Kind
	Format sflow.Format
	Count  uint64
}

// Size of the table of unknown formats and how far a search in it goes.
const (
	unknownBits   = 6
	unknownProbes = 8
)

// UnknownTable counts unknown formats. It has a fixed size and a bounded
// search, since the formats come from the wire: what finds no place is counted in Other.
type UnknownTable struct {
	slots [1 << unknownBits]Unknown
	Other uint64
}

// All gives the formats met, in no particular order.
func (t *UnknownTable) All() iter.Seq[Unknown] {
	return func(yield func(Unknown) bool) {
		for i := range t.slots {
			if t.slots[i].Count != 0 && !yield(t.slots[i]) {
				return
			}
		}
	}
}

// add counts n structures of a format.
func (t *UnknownTable) add(k Kind, f sflow.Format, n uint64) {
	h := (uint32(f)*4 + uint32(k)) * 2654435769 >> (32 - unknownBits)
	for i := range uint32(unknownProbes) {
		u := &t.slots[(h+i)%(1<<unknownBits)]
		if u.Count == 0 {
			*u = Unknown{k, f, n}
			return
		}
		if u.Format == f && u.Kind == k {
			u.Count += n
			return
		}
	}
	t.Other += n
}
