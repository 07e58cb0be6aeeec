package collector

import "math"

// Bounds of the correction of sampling rates.
const (
	rateWindow      = int64(5e9)  // ns after which a window may close
	rateWindowMost  = int64(60e9) // ns after which it must
	rateWindowFull  = 16          // samples that let it close early
	rateMinimum     = 8           // samples before anything is corrected
	maxCorrection   = 64          // a larger factor is no loss but a numbering that we do not understand
	maxSampleStep   = 1 << 16     // of a sequence or of drops; a larger one starts a new window
	sharedConfident = 24          // score from which sources are taken to share one numbering
	sharedCeiling   = 64
	sharedMiss      = 8 // what one step that does not fit takes off the score
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
	src := s.sources.find(class, index, acc.received, acc.agents)
	s.sources.observe(src, uint64(class)<<32|uint64(index), sequence, drops, acc.received)
	switch {
	case rate == 0:
		return 0
	case s.sources.shared:
		return s.sources.joint.correct(rate)
	case src == nil:
		return rate
	}
	return src.correct(rate)
}

// sourceTable holds the data sources of one pair. Some agents number the samples
// of all sources together; then each source alone seems to lose most of its
// samples, so a joint state is kept beside them and a score tells which is right.
type sourceTable struct {
	index map[uint64]int32
	list  []source
	joint source

	last         uint64 // source of the last sample
	lastSequence uint32
	score        int
	shared       bool // numbered together: the score was high, and has not fallen to 0 since

	scanned int64 // last search for idle places
	closed  bool
	samples uint64
	dropped uint64
}

// find gives a source's state, makes it if there is room, or gives nil.
func (t *sourceTable) find(class, index uint32, now int64, a *Agents) *source {
	k := uint64(class)<<32 | uint64(index)
	if i, ok := t.index[k]; ok {
		return &t.list[i]
	}
	if t.closed || !t.room(now, a) {
		a.untrackedSrc.Add(1)
		return nil
	}
	if t.index == nil {
		t.index = make(map[uint64]int32)
	}
	a.sources.Add(1)
	t.index[k] = int32(len(t.list))
	t.list = append(t.list, source{key: k})
	return &t.list[len(t.list)-1]
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
	kept := t.list[:0]
	for i := range t.list {
		if now-t.list[i].seen <= idleAgent {
			kept = append(kept, t.list[i])
		}
	}
	a.sources.Add(-int64(len(t.list) - len(kept)))
	t.list = kept
	clear(t.index)
	for i := range t.list {
		t.index[t.list[i].key] = int32(i)
	}
	return !full()
}

// observe takes a sample into its source's state and the joint one.
func (t *sourceTable) observe(src *source, key uint64, sequence, drops uint32, now int64) {
	t.samples++
	if t.samples > 1 && key != t.last {
		t.compare(sequence == t.lastSequence+1)
	}
	t.last, t.lastSequence = key, sequence
	t.joint.step(sequence, 0, now)
	if src != nil {
		t.dropped += uint64(src.step(sequence, drops, now))
	}
}

// compare notes whether a sample's number follows that of another source's sample
// before it.
func (t *sourceTable) compare(follows bool) {
	if follows {
		t.score = min(t.score+1, sharedCeiling)
	} else {
		t.score = max(t.score-sharedMiss, 0)
	}
	switch {
	case t.score >= sharedConfident:
		t.shared = true
	case t.score == 0:
		t.shared = false
	}
}

// restart forgets what was counted, but not the sources.
func (t *sourceTable) restart() {
	for i := range t.list {
		t.list[i].started = false
	}
	t.joint.started = false
}

// close empties the table for good and tells how many sources it held.
func (t *sourceTable) close() int {
	n := len(t.list)
	t.index, t.list, t.closed = nil, nil, true
	return n
}

// source is the state of one numbering of samples.
type source struct {
	key      uint64
	seen     int64
	since    int64 // start of the current window
	sequence uint32
	drops    uint32
	started  bool

	expected, received         uint32 // in the current window
	expectedBefore, hadReceive uint32 // in the one before
}

// step takes a sample and tells how many the agent dropped before it.
func (s *source) step(sequence, drops uint32, now int64) (dropped uint32) {
	d := int32(sequence - s.sequence)
	dropped = drops - s.drops
	s.seen = now
	switch {
	case !s.started, d > maxSampleStep, d < -maxSampleStep, dropped > maxSampleStep && int32(dropped) > 0:
		*s = source{key: s.key, seen: now, since: now, started: true, expected: 1, received: 1}
		s.sequence, s.drops = sequence, drops
		return 0
	case d <= 0: // late: it was missed when the newer one came
		s.received++
		return 0
	}
	if int32(dropped) < 0 { // the counter was cleared
		dropped = 0
	}
	s.turn(now)
	s.sequence, s.drops = sequence, drops
	s.expected += uint32(d) + dropped
	s.received++
	return dropped
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
