package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/analytics/watch"
)

// A flow below leastMember of its threshold is no part of a herd worth telling:
// the sweep passes it over without looking at its key.
const leastMember = 0.002

// memberLag is by how much samples are behind the clock on average: agents hold
// datagrams back for up to a second.
const memberLag = int64(5e8)

// count notes a flow that the sweep meets as a member of what its hosts do, unless it is an elephant.
func (s *shard) count(slot uint32, e *flowtable.Entry) {
	st := state(e)
	if e.Flags&flowtable.Pinned != 0 || st.On || st.Rate < leastMember {
		return
	}
	part := st.Level(s.clock - memberLag)
	if part < leastMember {
		return
	}
	theta := 0.0
	switch {
	case e.Detail != 0:
		theta = s.theta(s.details.at(e.Detail), e)
	case e.Flags&lean != 0:
		_, theta = leanWorth(st)
	}
	if theta > 0 {
		s.crowd = append(s.crowd, watch.Member{Key: s.table.Cold(slot).Key, Rate: part * theta, Part: part, Sample: float64(st.Q)})
	}
}

// gather gives the flows that were swept since the last call, and whether the
// sweep came round. They are the shard's until the next tick.
func (s *shard) gather() (list []watch.Member, round bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list = s.crowd
	s.crowd = s.crowd[:0]
	return list, s.cursor == 0
}

// swept tells the watch of the flows that the shards' sweeps met in this tick.
func (e *Engine) swept() {
	round := false
	for _, s := range e.shards {
		list, done := s.gather()
		e.watch.Members(list)
		round = done // all shards are of one size
	}
	if round {
		e.watch.Swept()
	}
}
