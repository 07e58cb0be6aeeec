package collector

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"spoor/flow"
)

// Bounds of sequence accounting.
const (
	sequenceWindow = 64      // datagrams back in which duplicates and late ones are told apart
	maxGap         = 1 << 20 // a larger step forward is no loss but another numbering
	restartUptime  = 5000    // ms by which uptime must fall before it tells of a restart
	uptimeWrap     = 600_000 // ms that may lie between two datagrams around which it starts at 0 again, after 49.7 days
)

// Accounting says what a datagram's sequence number told.
type Accounting struct {
	// NotBefore is the arrival of the pair's previous datagram, but at most 1 s
	// before this one: the samples were taken after it. For a pair's first datagram
	// it is 100 ms back. It equals the arrival if both came in one read.
	NotBefore int64
	Lost      uint32 // datagrams missing in front of this one, newly found
	Late      bool   // fills a gap that was counted as lost before: Reordered too
	Duplicate bool   // was here before (within 64 datagrams): not to be counted twice
	Reordered bool   // older than the newest
	Restarted bool   // the agent began anew; nothing is known about loss
	Untracked bool   // the table of agents is full: nothing is known

	agents   *Agents
	stream   *stream
	received int64
	held     bool
}

// Hold locks the pair until Release, so that Source need not for each sample:
// half of its cost. Between the two nothing may block or account for another
// datagram; other workers and Snapshot wait for the pair meanwhile.
func (acc *Accounting) Hold() {
	if acc.stream != nil && !acc.held {
		acc.stream.mu.Lock()
		acc.held = true
	}
}

// Release ends Hold.
func (acc *Accounting) Release() {
	if acc.held {
		acc.held = false
		acc.stream.mu.Unlock()
	}
}

// Agent is the state of one (agent, sub-agent) as a value.
type Agent struct {
	Agent     flow.Addr
	SubAgent  uint32
	Peer      netip.Addr // UDP source of its first datagram
	FirstSeen int64      // Unix ns
	LastSeen  int64
	Sequence  uint32 // newest
	Uptime    uint32 // ms, of the newest datagram

	Datagrams  uint64 // received, duplicates included
	Lost       uint64 // sequence gaps that nothing filled; never falls
	Duplicates uint64
	Reordered  uint64
	Restarts   uint64

	Sources int    // data sources known
	Samples uint64 // flow samples accounted for
	Dropped uint64 // samples that the agent says it dropped
	Shared  bool   // its data sources number their samples together
}

// stream is the state of one pair.
type stream struct {
	key      streamKey
	peer     netip.Addr
	lastSeen atomic.Int64 // read by eviction without mu

	mu        sync.Mutex
	started   bool
	highest   uint32
	uptime    uint32
	window    uint64 // bit i: highest-i has been received
	span      uint32 // numbers since the numbering began; bits beyond it mean nothing
	probation uint32 // the number that would prove another numbering
	onProbe   bool
	firstSeen int64

	datagrams, gaps, late, duplicates, reordered, restarts uint64
	lost                                                   uint64 // greatest gaps - late so far

	sources sourceTable
}

// account takes one datagram.
func (s *stream) account(seq, uptime uint32, received int64) Accounting {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.datagrams++
	acc := Accounting{NotBefore: s.notBefore(received)}
	if !s.started {
		s.started, s.firstSeen = true, received
		s.begin(seq, uptime)
	} else {
		s.judge(seq, uptime, &acc)
	}
	if !acc.Duplicate && received > s.lastSeen.Load() {
		s.lastSeen.Store(received)
	}
	return acc
}

func (s *stream) notBefore(received int64) int64 {
	if !s.started {
		return received - firstNotBefore
	}
	return min(max(s.lastSeen.Load(), received-notBeforeBound), received)
}

// judge compares a sequence number with the newest one. A step forward within
// the window needs no further proof; a fall of the uptime turns any other step
// into a restart; a step too large to be loss or delay is believed once the next
// number follows it.
func (s *stream) judge(seq, uptime uint32, acc *Accounting) {
	d := int32(seq - s.highest)
	fell := uptime < s.uptime && s.uptime-uptime > restartUptime && uptime-s.uptime > uptimeWrap
	switch {
	case d > 0 && d <= sequenceWindow, d > 0 && d <= maxGap && !fell:
		s.advance(uint32(d), acc)
		s.highest, s.uptime, s.onProbe = seq, uptime, false
	case fell, s.onProbe && seq == s.probation:
		s.restarts++
		acc.Restarted = true
		s.begin(seq, uptime)
		s.sources.restart()
	case d <= 0 && d > -sequenceWindow:
		s.behind(uint32(-d), acc)
	default:
		s.onProbe, s.probation = true, seq+1
		s.reordered++
		acc.Reordered = true
	}
}

func (s *stream) begin(seq, uptime uint32) {
	s.highest, s.uptime, s.window, s.span, s.onProbe = seq, uptime, 1, 1, false
}

// advance moves the newest number on by d.
func (s *stream) advance(d uint32, acc *Accounting) {
	s.window = s.window<<d | 1 // a shift by 64 or more leaves nothing, as it should
	s.span = min(s.span+d, sequenceWindow)
	if d == 1 {
		return
	}
	acc.Lost = d - 1
	s.gaps += uint64(d - 1)
	s.lost = max(s.lost, s.gaps-s.late)
}

// behind takes a number that lies back below the newest one, inside the window.
func (s *stream) behind(back uint32, acc *Accounting) {
	bit := uint64(1) << back
	if s.window&bit != 0 {
		s.duplicates++
		acc.Duplicate = true
		return
	}
	s.window |= bit
	s.reordered++
	acc.Reordered = true
	if back < s.span { // else it is older than the first one and was never missed
		s.late++
		acc.Late = true
	}
}

func (s *stream) snapshot() Agent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Agent{
		Agent: s.key.agent, SubAgent: s.key.sub, Peer: s.peer,
		FirstSeen: s.firstSeen, LastSeen: s.lastSeen.Load(), Sequence: s.highest, Uptime: s.uptime,
		Datagrams: s.datagrams, Lost: s.lost, Duplicates: s.duplicates, Reordered: s.reordered, Restarts: s.restarts,
		Sources: len(s.sources.list), Samples: s.sources.samples, Dropped: s.sources.dropped, Shared: s.sources.shared,
	}
}
