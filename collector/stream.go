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
	maxDelay       = 1 << 16 // numbers by which a relay can be behind
	restartUptime  = 5000    // ms by which uptime must fall before it tells of a restart
	uptimeWrap     = 600_000 // ms that may lie between two datagrams around which it starts at 0 again, after 49.7 days
	relayUptime    = 10_000  // ms by which a relayed datagram's uptime may lie off what the arrival says

	movedAfter  = int64(10e9) // ns without the known numbering after which another source's is believed
	rivalMemory = int64(60e9) // ns for which a source whose datagram fits no numbering is remembered
)

// streamKey names a stream: a pair, or where several UDP sources number a pair's
// datagrams apart, one of the others.
type streamKey struct {
	agent flow.Addr
	sub   uint32
	apart flow.Addr // zero for the source that was there first
}

// stream is the state of one pair.
type stream struct {
	key      streamKey
	owner    netip.Addr   // UDP source of its first datagram, whose share of the table it takes
	lastSeen atomic.Int64 // read by eviction without mu
	shared   atomic.Bool  // other sources have streams of their own

	mu        sync.Mutex
	peer      netip.Addr // UDP source whose numbering this is
	started   bool
	highest   uint32
	uptime    uint32
	window    uint64                 // bit i: highest-i has been received
	prints    [sequenceWindow]uint32 // of the datagrams in window, each at its number modulo the size
	span      uint32                 // numbers since the numbering began; bits beyond it mean nothing
	probation uint32                 // the number that would prove another numbering
	onProbe   bool
	fitted    int64      // arrival of the last datagram of this numbering
	newest    int64      // arrival of the one with the newest number
	rival     netip.Addr // source of a datagram of no known numbering, that came at rivalSeen
	rivalSeen int64
	firstSeen int64
	marks     [2]mark // the older first
	old       ended   // the numbering before the agent's last restart

	datagrams, duplicates, reordered, restarts uint64
	lost                                       loss
	late                                       lateness
	names                                      PortNames

	sources sourceTable
}

// mark is when an uptime arrived.
type mark struct {
	at     int64  // Unix ns
	uptime uint32 // ms
}

// markEvery is how old the marks grow, so that their uptime cannot have wrapped since.
const markEvery = int64(3600e9)

// number is what tells a datagram from others of its agent.
type number struct {
	seq    uint32
	uptime uint32 // ms
	print  uint32 // of its contents: copies have the same
}

// ended is a numbering that an agent has left.
type ended struct {
	at      int64 // arrival of the datagram that ended it; 0 if there is none
	highest uint32
	uptime  uint32
	print   uint32 // of the newest
	window  uint64
}

// account takes one datagram. It reports false, and takes nothing, if the
// datagram is of another agent that states the same address.
func (s *stream) account(n number, received int64, from netip.Addr) (acc Accounting, ours bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gap := n.uptime - s.uptime // ms since the newest datagram before, huge for one that was overtaken
	acc.NotBefore, acc.Sent = s.notBefore(received), received
	switch {
	case !s.started:
		s.started, s.firstSeen, s.fitted = true, received, received
		s.begin(n, received)
	case !s.next(n) && s.old.holds(n, received):
		s.leftover(n.seq, received, &acc)
	case from == s.peer, s.relayed(n, received):
		s.judge(n, received, &acc)
		s.fitted = max(s.fitted, received)
	case received-s.fitted > movedAfter:
		s.peer, s.rival = from, netip.Addr{}
		s.judge(n, received, &acc)
	case s.rivals(from, received):
		acc.First = s.peer
		return acc, false
	default:
		s.reordered++
		acc.Reordered, acc.foreign = true, true
	}
	s.datagrams++
	if late := s.late.of(n.uptime, received); late != 0 && !acc.Duplicate {
		acc.Sent -= late
		acc.NotBefore = min(acc.NotBefore, acc.Sent-min(int64(gap)*1e6, notBeforeBound))
	}
	if !acc.Duplicate && received > s.lastSeen.Load() {
		s.lastSeen.Store(received)
	}
	return acc, true
}

// next reports whether a datagram is the one that comes next in its numbering: then it is none of the
// numbering before, though an agent that restarts every few seconds has the same numbers at the same uptimes.
func (s *stream) next(n number) bool { return n.seq == s.highest+1 && n.uptime-s.uptime < relayUptime }

// rivals takes a source whose datagram fits no numbering known. It reports true
// at its second one if the known numbering went on in between: then two agents
// live under one address. The first may come of an agent that began anew and is
// heard through this source before the usual one, or only through it from now on.
func (s *stream) rivals(from netip.Addr, received int64) bool {
	switch age := received - s.rivalSeen; {
	case s.rival == from && age < rivalMemory:
		if s.fitted <= s.rivalSeen {
			return false
		}
		s.rival = netip.Addr{}
		return true
	case !s.rival.IsValid() || age < 0 || age >= rivalMemory:
		s.rival, s.rivalSeen = from, received
	}
	return false
}

func (s *stream) notBefore(received int64) int64 {
	if !s.started {
		return received - notBeforeBound
	}
	return min(max(s.newest, received-notBeforeBound), received)
}

// judge compares a sequence number with the newest one. A step forward within
// the window needs no further proof; a fall of the uptime turns any other step
// into a restart; a step too large to be loss or delay is believed once the next
// number follows it, unless the uptime says that newer ones overtook it.
func (s *stream) judge(n number, received int64, acc *Accounting) {
	d, uptime := int32(n.seq-s.highest), n.uptime
	fell := uptime < s.uptime && s.uptime-uptime > restartUptime && uptime-s.uptime > uptimeWrap
	switch {
	case d > 0 && d <= sequenceWindow, d > 0 && d <= maxGap && !fell:
		s.advance(uint32(d), acc)
		s.highest, s.uptime, s.onProbe, s.newest = n.seq, uptime, false, max(s.newest, received)
		s.prints[n.seq%sequenceWindow] = n.print
		if received-s.marks[1].at > markEvery {
			s.marks = [2]mark{s.marks[1], {received, uptime}}
		}
	case fell, s.onProbe && n.seq == s.probation:
		s.restarts++
		acc.Restarted = true
		s.renew(n, received)
	case s.contradicts(d, n):
		s.reordered++
		acc.Reordered = true
		s.renew(n, received)
	case d <= 0 && d > -sequenceWindow:
		s.behind(uint32(-d), n, received, acc)
	case d < 0 && int32(uptime-s.uptime) < 0: // it is as old as it says: no other numbering, however many come
		s.reordered++
		acc.Reordered, acc.NotBefore = true, received-notBeforeBound
	default:
		s.onProbe, s.probation = true, n.seq+1
		s.reordered++
		acc.Reordered = true
	}
}

// renew begins another numbering of the same agent.
func (s *stream) renew(n number, received int64) {
	s.old = ended{received, s.highest, s.uptime, s.prints[s.highest%sequenceWindow], s.window}
	s.rival = netip.Addr{}
	s.begin(n, received)
	s.sources.restart()
}

func (s *stream) begin(n number, received int64) {
	s.marks = [2]mark{{received, n.uptime}, {received, n.uptime}}
	s.highest, s.uptime, s.window, s.span, s.onProbe, s.newest = n.seq, n.uptime, 1, 1, false, received
	s.late = lateness{}
	s.prints[n.seq%sequenceWindow] = n.print
}

// holds reports a datagram of the numbering that ended a moment ago: it was
// overtaken by the restart.
func (e *ended) holds(n number, received int64) bool {
	u := int64(int32(n.uptime - e.uptime))
	return e.at != 0 && received-e.at < relayUptime*1e6 && e.highest-n.seq < sequenceWindow &&
		u >= -relayUptime && u <= 0 && (n.seq != e.highest || n.print == e.print)
}

// leftover takes such a datagram. Its samples were taken before the restart.
func (s *stream) leftover(seq uint32, received int64, acc *Accounting) {
	bit := uint64(1) << (s.old.highest - seq)
	if s.old.window&bit != 0 {
		s.duplicates++
		acc.Duplicate = true
		return
	}
	s.old.window |= bit
	s.reordered++
	acc.Reordered, acc.foreign, acc.NotBefore = true, true, received-notBeforeBound
}

// contradicts reports a number that another datagram had: with other contents
// it is no copy of it.
func (s *stream) contradicts(d int32, n number) bool {
	return d <= 0 && d > -sequenceWindow && s.window>>uint32(-d)&1 != 0 && s.prints[n.seq%sequenceWindow] != n.print
}

// advance moves the newest number on by d.
func (s *stream) advance(d uint32, acc *Accounting) {
	s.window = s.window<<d | 1 // a shift by 64 or more leaves nothing, as it should
	s.span = min(s.span+d, sequenceWindow)
	if d == 1 {
		return
	}
	acc.Lost = d - 1
	s.lost.missed(uint64(d - 1))
}

// behind takes a number that lies back below the newest one, inside the window.
func (s *stream) behind(back uint32, n number, received int64, acc *Accounting) {
	bit := uint64(1) << back
	if s.window&bit != 0 {
		s.duplicates++
		acc.Duplicate = true
		return
	}
	s.window |= bit
	s.prints[n.seq%sequenceWindow] = n.print
	s.reordered++
	// Its samples were taken before the datagrams that overtook it came.
	acc.Reordered, acc.NotBefore = true, received-notBeforeBound
	if back < s.span { // else it is older than the first one and was never missed
		s.lost.found()
	}
}

// relayed reports a datagram from another source that fits the numbering: a
// replicator sends what the agent sent, later or on another way.
func (s *stream) relayed(n number, received int64) bool {
	d, u := int32(n.seq-s.highest), int64(int32(n.uptime-s.uptime))
	passed := max(received-s.lastSeen.Load(), 0) / 1e6
	return d > -maxDelay && d <= maxGap && u >= -relayUptime && u <= passed+relayUptime &&
		(d <= 0 || u >= -restartUptime) && !s.contradicts(d, n)
}
