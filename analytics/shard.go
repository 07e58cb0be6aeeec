package analytics

import (
	"sync"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// lateBy: a sample that far behind its shard's clock feeds path and bytes, never the detector.
const lateBy = int64(2e9)

// Event is what a shard tells: a path or a step in an elephant's life.
type Event struct {
	Path     *flow.Path
	Elephant *flow.Elephant
	urgent   bool // an elephant's path: not held back by the pace
}

// ShardStats counts what happened in a shard.
type ShardStats struct {
	Flows       int
	Evictions   uint64
	Samples     uint64 // observed
	Late        uint64 // more than 2 s behind: not for the detector
	Portless    uint64 // neither input nor output is a port
	NoSpeed     uint64 // no speed known on the path so far: not judged
	Starved     uint64 // no detail to be had: counted only
	Elephants   int    // active
	Started     uint64
	Ended       uint64
	PathStates  [5]int // flows with a published path, by flow.PathState
	DetailsUsed int
	Paths       int // distinct ones
}

// shard holds the flows of one part of the exchange hash. It stands alone: its
// methods take its lock, it has no goroutine and no clock but the arrival of
// samples and its ticks.
type shard struct {
	mu       sync.Mutex
	cfg      *Config
	preset   elephant.Preset
	routes   elephant.Routes // who routes, by the snapshot in force
	snap     *topology.Snapshot
	taps     *taps
	table    *flowtable.Table
	details  detailPool
	paths    *path.Interner // of all shards
	clock    int64
	witness  uint64 // of evidence
	out      []Event
	evidence []topology.Evidence
	lives    []*life          // active elephants, by start
	recent   map[uint64]*life // ended within the last minute, by flow id
	orphans  []orphan         // active before a restart and not seen since, by flow id
	cursor   uint32           // of the sweep through the table
	rounds   rounds           // of that sweep
	detailAt uint32           // of the sweep through the details
	votes    []path.Vote      // scratch, as are the next four
	sighting path.Sighting
	bridged  []topology.Evidence
	ways     []path.Alternative
	point    elephant.Point
	hopsOf   []path.Hop
	outer    *ends          // of the sample at hand, if it was in a tunnel
	crowd    []watch.Member // flows that the sweep met, until they are gathered
	sole     allowance      // of messages about flows of one sample
	spare    detail         // for flows of one sample that have none
	stats    ShardStats
}

// newShard gives an empty shard. Taps and paths are shared by all shards,
// the table is its own.
func newShard(cfg *Config, snap *topology.Snapshot, shared *taps, paths *path.Interner, table *flowtable.Table) (*shard, error) {
	preset, err := elephant.PresetByName(cfg.Elephants.Preset)
	if err != nil {
		return nil, err
	}
	s := &shard{
		cfg: cfg, preset: preset, snap: snap, taps: shared, paths: paths, table: table,
		details: detailPool{limit: min(max(table.Cap()/8, fewDetails), manyDetails)}, recent: map[uint64]*life{},
	}
	s.routes = func(agent uint32, mac uint64) bool { return s.snap.Routes(topology.SwitchID(agent), mac) }
	s.table.OnEvict = func(slot uint32) { s.leave(slot, flow.EndEvicted) }
	return s, nil
}

// advance moves the clock. After a silence (a gap between captures, a machine
// that slept) in which all flows became idle they are forgotten at once: the
// tables' clocks tell only days apart.
func (s *shard) advance(now int64) {
	if s.clock != 0 && now-s.clock > int64(s.cfg.Flows.Idle) {
		s.table.Sweep(0, s.table.Cap(), func(slot uint32) { s.forget(slot, flow.EndIdle) })
	}
	s.clock = max(s.clock, now)
}

// drain moves the evidence since the last call.
func (s *shard) drain(dst []topology.Evidence) []topology.Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	dst = append(dst, s.evidence...)
	s.evidence = emptied(s.evidence)
	return dst
}

// tick moves the shard's clock: elephants end or are updated, open paths are
// tried with a new snapshot, idle flows leave. It gives the events since the
// last call; they are the caller's. pressed says that more path messages wait
// than may go out.
func (s *shard) tick(snap *topology.Snapshot, now int64, pressed bool) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.earn(now, pressed)
	s.advance(now)
	s.snap = snap
	s.tickLives()
	s.tickOrphans()
	s.tickDetails()
	s.tickTable()
	out := s.out
	s.out = nil
	return out
}

// finish ends all that is open, as at the end of a replay or before a stop.
func (s *shard) finish(now int64, reason flow.EndReason) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = max(s.clock, now)
	for len(s.lives) > 0 {
		s.end(s.lives[0], reason)
	}
	for _, o := range s.orphans {
		s.bury(o.last, reason)
	}
	s.orphans = nil
	out := s.out
	s.out = nil
	return out
}

// counts gives the shard's counts.
func (s *shard) counts() ShardStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Flows, st.Evictions, st.Elephants = s.table.Len(), s.table.Evictions(), len(s.lives)
	st.DetailsUsed = int(s.details.len()) - len(s.details.free)
	return st
}

// used gives the part of the table's slots that flows lie in or have lain in.
func (s *shard) used() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.table.Used()) / float64(s.table.Cap())
}

func (s *shard) emit(e Event) { s.out = append(s.out, e) }

// Sweeps a tick does: the whole table in 10 s, a bounded number of details.
const (
	tableTicks   = 100
	detailsATick = 1024
)

// A path that is still open after partialAfter is told as partial, and again after partialRepeat at the soonest.
const (
	partialAfter  = int64(3e9)
	partialRepeat = int64(5e9)
)

// tickTable forgets flows that have been idle for too long, and counts the others.
func (s *shard) tickTable() {
	idle := int64(s.cfg.Flows.Idle)
	if s.cursor == 0 {
		s.rounds.begin(s.snap.Version)
	}
	s.cursor = s.table.Sweep(s.cursor, s.table.Cap()/tableTicks+1, func(slot uint32) {
		e := s.table.Entry(slot)
		if e.Flags&flowtable.Pinned == 0 && s.clock-s.lastSeen(e) > idle {
			s.forget(slot, flow.EndIdle)
			return
		}
		s.count(slot, e)
		s.tryOnce(slot, e)
		s.withdraw(slot, e)
	})
	for id, l := range s.recent { // order does not matter
		if s.clock-l.ended > recentFor {
			delete(s.recent, id)
		}
	}
}

// tickDetails tries open paths with the snapshot in force, and tells of those that
// stay open. A complete one that was told is looked at once a snapshot: most need no more.
func (s *shard) tickDetails() {
	s.details.reopenAll(s.snap.Version)
	n := s.details.len()
	for range min(n, detailsATick) {
		s.detailAt = s.detailAt%n + 1
		if !s.details.isOpen(s.detailAt) {
			continue
		}
		d := s.details.at(s.detailAt)
		if d.busy {
			s.retry(d)
		}
		if !d.busy || d.tracker.Complete && d.tracker.Version == s.snap.Version && !d.told.open {
			s.details.close(s.detailAt)
		}
	}
}

func (s *shard) retry(d *detail) {
	e := s.table.Entry(d.slot)
	switch was := d.tracker.Version; {
	case was == s.snap.Version:
	case d.tracker.Untouched(s.snap):
		if d.limitBy >= was {
			d.limitBy = s.snap.Version
		}
	default:
		if ev := d.tracker.Resolve(s.snap); ev != path.None {
			s.pathEvent(d, e, ev, s.clock)
			return
		}
		if d.tracker.Complete {
			s.rename(d, e, s.clock)
		}
	}
	if d.told.open && e.N == 1 && d.tracker.Complete && s.cfg.Paths.MinSamples <= 1 && s.afford(&s.table.Cold(d.slot).Key) {
		s.tellComplete(d, e, path.Completed, s.clock)
		return
	}
	if d.tracker.Complete {
		return
	}
	back := d.told.known && d.told.state == flow.PathComplete // it was told, and is taken back
	if s.clock-d.since > partialAfter && s.clock-d.told.at > partialRepeat && (back || int(e.N) >= max(s.cfg.Paths.MinSamples, 2)) {
		s.tellPartial(d, e)
	}
}

func (s *shard) forget(slot uint32, reason flow.EndReason) {
	s.leave(slot, reason)
	s.table.Delete(slot)
}

// leave is called before a flow's slot is given to another.
func (s *shard) leave(slot uint32, reason flow.EndReason) {
	e := s.table.Entry(slot)
	if e.Detail != 0 {
		if d := s.details.at(e.Detail); d.life != nil {
			s.end(d.life, reason)
		}
	}
	s.tellExpired(slot, e)
	s.dropDetail(e)
	s.paths.Release(e.Path)
	e.Path = 0
}

func (s *shard) dropDetail(e *flowtable.Entry) {
	if e.Detail != 0 {
		s.details.put(e.Detail)
		e.Detail = 0
	}
}

// lastSeen gives the time of a flow's latest sample.
func (s *shard) lastSeen(e *flowtable.Entry) int64 {
	if e.Detail != 0 {
		return s.details.at(e.Detail).last
	}
	return min(state(e).LastTime(s.clock), s.clock)
}

// state gives the detector's state within a table entry.
func state(e *flowtable.Entry) *elephant.State { return (*elephant.State)(&e.State) }
