package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/flow"
)

// PathOf gives the switches of a flow's path in travel order, nil unless the whole
// path was published. Samples that the feed still gathers do not count.
func (f *Feed) PathOf(key *flow.Key) []string {
	return f.engine.shards[key.Exchange()%Shards].pathOf(key)
}

func (s *shard) pathOf(key *flow.Key) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.table.Find(key)
	if slot == flowtable.NoSlot {
		return nil
	}
	e := s.table.Entry(slot)
	if state, ok := toldState(e); !ok || state != flow.PathComplete {
		return nil
	}
	if e.Detail != 0 {
		return s.switchNames(s.details.at(e.Detail).told.hops)
	}
	if hops := s.knownHops(slot, e); hops != nil {
		return s.switchNames(hops)
	}
	return nil
}
