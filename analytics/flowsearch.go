package analytics

import (
	"cmp"
	"slices"

	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// FlowQuery says which flows are wanted. What is nil is not asked for.
type FlowQuery struct {
	Key   func(k *flow.Key) bool
	Hops  []HopQuery // the flow's known way passes each of them
	Limit int        // flows with the highest rates
}

// HopQuery is a place on a flow's way: any of these switches, or any of these ports.
// One without either is nowhere.
type HopQuery struct {
	Switches []topology.SwitchID
	Ports    []HopPort
}

// HopPort is a port of a switch, by which a flow comes in or leaves.
type HopPort struct {
	Switch  topology.SwitchID
	IfIndex uint32
}

func (q *HopQuery) has(h *path.Hop) bool {
	return slices.Contains(q.Switches, h.Switch) || slices.ContainsFunc(q.Ports, func(p HopPort) bool {
		return p.Switch == h.Switch && (p.IfIndex == h.In || p.IfIndex == h.Out)
	})
}

// FlowState is what is known of a flow. All of it is the caller's.
type FlowState struct {
	Key        flow.Key
	ID         uint64
	Attributes flow.Attributes
	First      int64 // arrival of the first sample, Unix ns
	Last       int64 // of the latest
	Samples    uint64
	Bytes      uint64  // estimated
	Rate       float64 // bit/s, -1: not seen of late
	Over       float64 // seconds that Rate is the mean of; 0: by the latest 10 s
	Path       *flow.Path
	Elephant   string // name of its alert while it is an elephant
}

// Flows that were not seen for so long have no rate; estimates of fewer samples are not told.
const (
	quietAfter    = int64(30e9)
	estimateLeast = 10
	searchStep    = 2048 // slots that are looked at under one lock
)

// Flows gives the flows that match, the highest rate first, and how many match.
// It is safe for concurrent use; it holds up a shard for some 100 us at a time.
func (e *Engine) Flows(q *FlowQuery) (list []FlowState, total int) {
	best := topFlows{limit: q.Limit}
	for i, s := range e.shards {
		for cursor, more := uint32(0), true; more; more = cursor != 0 {
			cursor = s.search(q, cursor, i, &best)
		}
	}
	slices.SortFunc(best.list, func(a, b foundFlow) int {
		return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(a.key.ID(), b.key.ID()))
	})
	for i := range best.list {
		f := &best.list[i]
		if x, ok := e.shards[f.shard].flow(&f.key); ok {
			list = append(list, x)
		}
	}
	return list, best.total
}

// Flow gives the flow with an id; ok is false if it is not known. It is safe for concurrent use.
func (e *Engine) Flow(id uint64) (f FlowState, ok bool) {
	q := FlowQuery{Limit: 1, Key: func(k *flow.Key) bool { return k.ID() == id }}
	list, _ := e.Flows(&q)
	if len(list) == 0 {
		return f, false
	}
	return list[0], true
}

// foundFlow is a flow that matched.
type foundFlow struct {
	shard int
	key   flow.Key
	rate  float64
}

// topFlows keeps the flows with the highest rates: a heap, the lowest of them first.
type topFlows struct {
	list  []foundFlow
	limit int
	total int
}

func (t *topFlows) wants(rate float64) bool {
	return t.limit > 0 && (len(t.list) < t.limit || rate > t.list[0].rate)
}

func (t *topFlows) add(f *foundFlow) {
	if len(t.list) < t.limit {
		t.list = append(t.list, *f)
		for i := len(t.list) - 1; i > 0 && t.list[i].rate < t.list[(i-1)/2].rate; i = (i - 1) / 2 {
			t.list[i], t.list[(i-1)/2] = t.list[(i-1)/2], t.list[i]
		}
		return
	}
	t.list[0] = *f
	for i := 0; ; {
		low := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(t.list); c++ {
			if t.list[c].rate < t.list[low].rate {
				low = c
			}
		}
		if low == i {
			return
		}
		t.list[i], t.list[low] = t.list[low], t.list[i]
		i = low
	}
}

func (s *shard) search(q *FlowQuery, cursor uint32, index int, best *topFlows) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.table.Sweep(cursor, searchStep, func(slot uint32) {
		key := &s.table.Cold(slot).Key
		if q.Key != nil && !q.Key(key) {
			return
		}
		e := s.table.Entry(slot)
		if len(q.Hops) > 0 && !q.passes(s.hopsAt(slot, e)) {
			return
		}
		best.total++
		if rate, _ := s.rateOf(slot, e); best.wants(rate) {
			best.add(&foundFlow{shard: index, key: *key, rate: rate})
		}
	})
}

func (q *FlowQuery) passes(hops []path.Hop) bool {
	for i := range q.Hops {
		if !slices.ContainsFunc(hops, func(h path.Hop) bool { return q.Hops[i].has(&h) }) {
			return false
		}
	}
	return true
}

// hopsAt gives the hops that are known of a flow, complete or not. The slice is the shard's.
func (s *shard) hopsAt(slot uint32, e *flowtable.Entry) []path.Hop {
	if e.Detail == 0 {
		return s.knownHops(slot, e)
	}
	d := s.details.at(e.Detail)
	switch {
	case d.tracker.Complete:
		return d.tracker.Named()
	case d.told.known && len(d.told.hops) > 0:
		return d.told.hops
	}
	s.hopsOf = s.hopsOf[:0]
	for _, o := range d.tracker.Observed() {
		s.hopsOf = append(s.hopsOf, path.Hop{Switch: o.Switch, In: o.In, Out: o.Out, Observed: true})
	}
	return s.hopsOf
}

// rateOf gives the rate of a flow and the time in seconds that it is the mean of,
// 0 for the estimate of the latest 10 s; -1 if it was not seen of late.
func (s *shard) rateOf(slot uint32, e *flowtable.Entry) (rate, over float64) {
	last := s.lastSeen(e)
	if s.clock-last > quietAfter {
		return -1, 0
	}
	if e.Detail != 0 {
		if d := s.details.at(e.Detail); d.estimate.Count() >= estimateLeast {
			return d.estimate.At(s.clock).Rate, 0
		}
	}
	over = max(float64(s.clock-s.table.Cold(slot).First)/1e9, 1)
	return 8 * float64(e.Bytes) / over, over
}

// flow gives what is known of a flow.
func (s *shard) flow(key *flow.Key) (f FlowState, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.table.Find(key)
	if slot == flowtable.NoSlot {
		return f, false
	}
	e, cold := s.table.Entry(slot), s.table.Cold(slot)
	f = FlowState{Key: cold.Key, ID: cold.Key.ID(), First: cold.First, Last: s.lastSeen(e), Samples: uint64(e.N), Bytes: e.Bytes}
	f.Rate, f.Over = s.rateOf(slot, e)
	if e.Detail != 0 {
		d := s.details.at(e.Detail)
		f.Attributes = d.attrs
		if d.life != nil && d.life.announced {
			m := flow.Elephant{ID: d.life.id, AlertSince: d.life.first}
			f.Elephant = m.Alert()
		}
	}
	f.Path = s.viewPath(slot, e)
	return f, true
}

// viewPath gives the path of a flow as far as it is known, nil if nothing is.
func (s *shard) viewPath(slot uint32, e *flowtable.Entry) *flow.Path {
	hops := s.hopsAt(slot, e)
	p := &flow.Path{State: flow.PathProvisional, Hops: s.hops(hops), Revision: e.Revision}
	if state, ok := toldState(e); ok {
		p.State = state
	}
	if e.Detail == 0 {
		if len(hops) == 0 {
			return nil
		}
		return p
	}
	switch d := s.details.at(e.Detail); {
	case d.tracker.Complete:
		p.State = flow.PathComplete
	case d.tracker.Sprayed():
		p.State, p.Hops = flow.PathMultipath, []flow.Hop{}
		s.ways = d.tracker.Alternatives(s.ways[:0])
		for i := range s.ways {
			p.Alternatives = append(p.Alternatives, flow.PathAlternative{Switches: s.switchNames(s.ways[i].Hops), Share: s.ways[i].Share})
		}
	case d.tracker.Bridged():
		p.State = flow.PathUnordered
	default:
		if p.State == flow.PathComplete { // it was, and is being looked for again
			p.State = flow.PathProvisional
		}
		if r := d.tracker.Partial(s.snap); r.UnknownPort != 0 && p.State == flow.PathPartial {
			at := s.snap.FlowPort(r.UnknownSwitch, r.UnknownPort)
			p.UnknownAt = &at
		}
		if len(hops) == 0 {
			return nil
		}
	}
	return p
}
