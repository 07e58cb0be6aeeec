package collector

import (
	"math"

	"spoor/internal/mem"
)

// Bounds of the correction of sampling rates.
const (
	rateWindow     = int64(5e9)  // ns after which a window may close
	rateWindowMost = int64(60e9) // ns after which it must
	rateWindowFull = 16          // samples that let it close early
	rateMinimum    = 8           // samples before anything is corrected
	maxCorrection  = 64          // a larger factor is no loss but a numbering that we do not understand
)

// Kinds of samples beside flow samples.
const (
	countersKind = iota
	discardsKind
	otherKinds
)

// Source accounts for a flow sample of the datagram: its data source (class,
// index), sequence number, stated sampling rate and drop counter. It gives the
// rate that the sample stands for once loss on the way and inside the agent is
// made up for: N (dSeq + dDrops) / received over the last 5 to 10 s, or more
// where samples are rare (docs/analytics.md, section 1). It never gives less than N;
// 0 stays 0.
func (acc *Accounting) Source(class, index, sequence, rate, drops uint32) uint32 {
	s := acc.stream
	if s == nil {
		if acc.agents != nil {
			acc.agents.untrackedSrc.Add(1)
		}
		return rate
	}
	if !acc.held {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	t := &s.sources
	if acc.foreign {
		t.flows.samples++
		return rate
	}
	i := t.find(class, index, acc.received, acc.agents)
	joint, own := t.joint.step(sequence, 0, acc.received, acc.Reordered), step{}
	var src *source
	if i >= 0 {
		src = &t.list[i]
		own = src.step(sequence, drops, acc.received, acc.Reordered)
		src.rate = rate
	}
	t.flows.take(sourceKey(class, index), sequence, own, joint)
	switch {
	case rate == 0:
		return 0
	case t.flows.joint:
		return t.joint.correct(rate)
	case src == nil:
		return rate
	}
	return src.correct(rate)
}

// Fetch asks for the memory in which Source will find a data source, between Hold and Release.
func (acc *Accounting) Fetch(class, index uint32) {
	if !acc.held {
		return
	}
	t := &acc.stream.sources
	if i := int(t.near[sourceKey(class, index)%nearSources]) - 1; i >= 0 && i < len(t.list) {
		mem.Fetch(&t.list[i])
	}
}

// Counters accounts for a counters sample of the datagram.
func (acc *Accounting) Counters(class, index, sequence uint32) {
	acc.other(countersKind, class, index, sequence, 0)
}

// Discard accounts for a discarded packet of the datagram, whose drop counter
// says how many others the agent could not report.
func (acc *Accounting) Discard(class, index, sequence, drops uint32) {
	acc.other(discardsKind, class, index, sequence, drops)
}

func (acc *Accounting) other(kind int, class, index, sequence, drops uint32) {
	s := acc.stream
	if s == nil {
		if acc.agents != nil {
			acc.agents.untrackedSrc.Add(1)
		}
		return
	}
	if !acc.held {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	t := &s.sources
	if acc.foreign {
		t.others[kind].samples++
		return
	}
	joint, own := t.jointOthers[kind].step(sequence, 0, acc.Reordered), step{}
	if i := t.find(class, index, acc.received, acc.agents); i >= 0 {
		own = t.rest[i][kind].step(sequence, drops, acc.Reordered)
		t.list[i].seen = acc.received
	}
	t.others[kind].take(sourceKey(class, index), sequence, own, joint)
}

// DataSource is the state of one data source as a value.
type DataSource struct {
	Class, Index  uint32
	LastSeen      int64  // Unix ns
	SamplingRate  uint32 // as last stated
	EffectiveRate uint32 // what a flow sample stands for now
	LostSamples   uint32 // gaps in the numbers of its flow samples, less what came late
	LostCounters  uint32 // the same of counters samples
	LostDiscards  uint32 // the same of notifications of discarded packets
	Drops         uint32 // flow samples that the agent says it dropped, by its own counter
	Sampled       bool   // it sent flow samples
	Polled        bool   // and counters
}

// TypicalRate gives the sampling rate that most data sources state, the smallest of
// several; 0 if none states any.
func TypicalRate(list []DataSource) (most uint32) {
	count := map[uint32]int{}
	for i := range list {
		if n := list[i].SamplingRate; n != 0 {
			count[n]++
			if most == 0 || count[n] > count[most] || count[n] == count[most] && n < most {
				most = n
			}
		}
	}
	return most
}

// sourceTable holds the data sources of one pair.
type sourceTable struct {
	index map[uint64]int32
	near  [nearSources]int32 // places of some of them, from 1, by the low bits of their key: most samples spare the map
	list  []source
	rest  [][otherKinds]track // of the sources in list; apart, for they are seldom needed

	flows       numbering
	joint       source // all flow samples as one numbering
	others      [otherKinds]numbering
	jointOthers [otherKinds]track

	scanned int64 // last search for idle places
	closed  bool
}

const nearSources = 64

func sourceKey(class, index uint32) uint64 { return uint64(class)<<32 | uint64(index) }

// find gives the place of a source's state, makes it if there is room, or gives -1.
func (t *sourceTable) find(class, index uint32, now int64, a *Agents) int {
	k := sourceKey(class, index)
	near := &t.near[k%nearSources]
	if i := int(*near) - 1; i >= 0 && i < len(t.list) && t.list[i].key == k {
		return i
	}
	if i, ok := t.index[k]; ok {
		*near = i + 1
		return int(i)
	}
	if t.closed || !t.room(now, a) {
		a.untrackedSrc.Add(1)
		return -1
	}
	if t.index == nil {
		t.index = make(map[uint64]int32)
	}
	a.sources.Add(1)
	i := len(t.list)
	t.index[k] = int32(i)
	t.list = append(t.list, source{key: k})
	t.rest = append(t.rest, [otherKinds]track{})
	return i
}

// room reports whether a source can be added, if need be in place of idle ones.
func (t *sourceTable) room(now int64, a *Agents) bool {
	full := func() bool { return len(t.list) >= sourcesPerAgent || a.sources.Load() >= int64(a.cfg.MaxSources) }
	if !full() {
		return true
	}
	if d := now - t.scanned; d >= 0 && d < scanEvery {
		return false
	}
	t.scanned = now
	kept := 0
	for i := range t.list {
		if now-t.list[i].seen <= idleAgent {
			t.list[kept], t.rest[kept] = t.list[i], t.rest[i]
			kept++
		}
	}
	a.sources.Add(-int64(len(t.list) - kept))
	t.list, t.rest = t.list[:kept], t.rest[:kept]
	clear(t.index)
	for i := range t.list {
		t.index[t.list[i].key] = int32(i)
	}
	return !full()
}

// restart forgets what was counted, but not the sources.
func (t *sourceTable) restart() {
	for i := range t.list {
		t.list[i].started = false
		for k := range t.rest[i] {
			t.rest[i][k].started = false
		}
	}
	t.joint.started = false
	for k := range t.jointOthers {
		t.jointOthers[k].started = false
	}
}

// close empties the table for good and tells how many sources it held.
func (t *sourceTable) close() int {
	n := len(t.list)
	t.index, t.list, t.rest, t.closed = nil, nil, nil, true
	return n
}

// values gives the sources as values, in the order in which they were first seen.
func (t *sourceTable) values() []DataSource {
	list := make([]DataSource, 0, len(t.list))
	for i := range t.list {
		s := &t.list[i]
		d := DataSource{
			Class: uint32(s.key >> 32), Index: uint32(s.key), LastSeen: s.seen, SamplingRate: s.rate, EffectiveRate: s.correct(s.rate),
			LostSamples: s.lost, LostCounters: t.rest[i][countersKind].lost, LostDiscards: t.rest[i][discardsKind].lost, Drops: s.drops,
			Sampled: s.started, Polled: t.rest[i][countersKind].started,
		}
		if t.flows.joint { // its own numbering has gaps where the others' samples are
			d.EffectiveRate, d.LostSamples = t.joint.correct(s.rate), 0
		}
		list = append(list, d)
	}
	return list
}

// source is the state of one data source.
type source struct { // a cache line
	track // of flow samples
	rate  uint32
	key   uint64
	seen  int64
	since int64 // start of the current window

	expected, received         uint32 // in the current window
	expectedBefore, hadReceive uint32 // in the one before
}

// step takes a flow sample.
func (s *source) step(sequence, drops uint32, now int64, overtaken bool) step {
	s.seen = now
	st := s.track.step(sequence, drops, overtaken)
	switch {
	case st.began:
		s.since, s.expected, s.received, s.expectedBefore, s.hadReceive = now, 1, 1, 0, 0
	case st.late: // it was missed when the newer one came
		s.received++
	default:
		s.turn(now)
		s.expected += st.missed + 1 + st.dropped
		s.received++
	}
	return st
}

// turn closes the window once it has lasted.
func (s *source) turn(now int64) {
	age := now - s.since
	if age < rateWindow || (s.received < rateWindowFull && age < rateWindowMost) {
		return
	}
	s.expectedBefore, s.hadReceive = s.expected, s.received
	s.expected, s.received, s.since = 0, 0, now
}

// correct scales a rate by what was expected over what was received.
func (s *source) correct(rate uint32) uint32 {
	expected := uint64(s.expected) + uint64(s.expectedBefore)
	received := uint64(s.received) + uint64(s.hadReceive)
	if received < rateMinimum || expected <= received || expected > received*maxCorrection {
		return rate
	}
	return uint32(min((uint64(rate)*expected+received/2)/received, math.MaxUint32))
}
