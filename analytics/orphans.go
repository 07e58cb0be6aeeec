package analytics

import (
	"cmp"
	"slices"

	"spoor/flow"
)

// orphan is an elephant of before a restart that is waited for.
type orphan struct {
	last  *flow.Elephant
	until int64
}

// restore lets an elephant go on that was active before a restart, if its flow is
// found to be one again until then; else its end is told. last is its latest
// message, which the shard keeps.
func (s *shard) restore(last *flow.Elephant, until int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orphans = append(s.orphans, orphan{last, until})
	slices.SortStableFunc(s.orphans, func(a, b orphan) int { return cmp.Compare(a.last.ID, b.last.ID) })
}

// adopt gives the life of a flow that was an elephant before a restart, nil if it was none.
func (s *shard) adopt(id uint64) *life {
	i := slices.IndexFunc(s.orphans, func(o orphan) bool { return o.last.ID == id })
	if i < 0 {
		return nil
	}
	m := s.orphans[i].last
	s.orphans = slices.Delete(s.orphans, i, i+1)
	return &life{
		key: m.Key, id: m.ID, first: m.AlertSince, episode: m.Episode, since: m.Since, detected: m.Detected, announced: true,
		proof: m.Evidence.Proof, window: m.Evidence.Window, peak: m.PeakRate, before: m.Bytes,
	}
}

// tickOrphans tells the ends of those that nobody was waited for in vain any longer.
func (s *shard) tickOrphans() {
	s.orphans = slices.DeleteFunc(s.orphans, func(o orphan) bool {
		if s.clock <= o.until {
			return false
		}
		s.bury(o.last, flow.EndCollectorRestart)
		return true
	})
}

// bury tells the end of an elephant that was not seen again: when it was last heard of.
func (s *shard) bury(last *flow.Elephant, reason flow.EndReason) {
	m := *last
	m.State, m.EndReason = flow.ElephantEnded, reason
	m.Ended = min(max(last.Time, last.Since), s.clock)
	m.Time, m.Expires = s.clock, s.clock
	if len(s.recent) < s.table.Cap() {
		s.recent[m.ID] = &life{key: m.Key, id: m.ID, first: m.AlertSince, episode: m.Episode, ended: s.clock}
	}
	s.emit(Event{Elephant: &m})
}
