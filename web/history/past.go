package history

import (
	"cmp"
	"slices"

	"spoor/analytics"
	"spoor/flow"
)

// FlowsQuery says which flows of the past are wanted. What is nil is not asked for.
type FlowsQuery struct {
	Key   func(k *flow.Key) bool
	Hops  []func(p *flow.Port) bool // the way has a port for which it holds, for each of them
	Limit int
}

// FlowsAnswer is what was found.
type FlowsAnswer struct {
	Time  int64 // Unix s, when the rates were read; 0: nothing is kept
	List  []analytics.FlowState
	Match int // flows that match
	Kept  int // of that time
	Total int // that there were
}

// At gives the flows of a time (Unix s), those with the highest rates first. Bytes and
// samples are not kept, and Last is the time itself.
func (s *Flows) At(t int64, q *FlowsQuery) (a FlowsAnswer) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x := s.sliceAt(t)
	if x == nil {
		return a
	}
	a = FlowsAnswer{Time: x.slot * Step, Kept: x.kept, Total: x.total}
	passes := s.passing(q.Hops)
	var found []*run
	for _, r := range s.runs {
		if r.at(x.slot) == never || q.Key != nil && !q.Key(&r.key) || !passes(r.way(x.slot)) {
			continue
		}
		found = append(found, r)
	}
	a.Match = len(found)
	slices.SortFunc(found, func(p, q *run) int {
		return cmp.Or(cmp.Compare(q.at(x.slot), p.at(x.slot)), cmp.Compare(p.key.ID(), q.key.ID()))
	})
	for _, r := range found[:min(len(found), q.Limit)] {
		a.List = append(a.List, analytics.FlowState{
			Key: r.key, ID: r.key.ID(), First: r.first, Last: a.Time * 1e9, Rate: float64(r.at(x.slot)), Path: s.path(r.way(x.slot)),
			Attributes: flow.Attributes{VNI: r.attributes.vni, VLAN: r.attributes.vlan, Tunnel: r.attributes.tunnel},
		})
	}
	return a
}

// sliceAt gives the latest slice at or before a time, else the first; nil if there is none.
func (s *Flows) sliceAt(t int64) *slice {
	n, _ := slices.BinarySearchFunc(s.slices, Slot(t)+1, func(x slice, slot int64) int { return cmp.Compare(x.slot, slot) })
	if len(s.slices) == 0 {
		return nil
	}
	return &s.slices[max(0, n-1)]
}

// passing tells whether a way passes all places. Each port is judged once.
func (s *Flows) passing(places []func(p *flow.Port) bool) func(w *way) bool {
	type verdict struct{ known, is bool }
	judged := make([][]verdict, len(places))
	is := func(k int, port uint32) bool {
		if judged[k] == nil {
			judged[k] = make([]verdict, len(s.ports.list))
		}
		v := &judged[k][port]
		if !v.known {
			*v = verdict{true, places[k](&s.ports.list[port])}
		}
		return v.is
	}
	return func(w *way) bool {
		for k := range places {
			if w == nil || !slices.ContainsFunc(w.hops, func(h hop) bool { return is(k, h.in) || is(k, h.out) }) {
				return false
			}
		}
		return true
	}
}

// RatePoint is the rate of a flow at a time; negative: it was not among the largest.
type RatePoint struct {
	Time int64 // Unix s
	Rate float64
}

// Rates gives the rates of a flow over the last hour, each ten seconds from the first
// time it was kept; nil if it never was.
func (s *Flows) Rates(id uint64) []RatePoint {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var mine []*run
	for _, r := range s.runs {
		if r.key.ID() == id {
			mine = append(mine, r)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	var out []RatePoint
	for k := range s.slices {
		slot, rate := s.slices[k].slot, never
		for _, r := range mine {
			rate = max(rate, r.at(slot))
		}
		if rate >= 0 || len(out) > 0 {
			out = append(out, RatePoint{slot * Step, float64(rate)})
		}
	}
	return out
}

// Usage gives how many flows are kept, in about how many bytes.
func (s *Flows) Usage() (flows, bytes int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.runs), s.bytes
}
