package analytics

import (
	"slices"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
)

// pathEvent takes over what the tracker found out: the interned path, the
// stages that it promises, the message.
func (s *shard) pathEvent(d *detail, e *flowtable.Entry, ev path.Event, now int64) {
	if ev == path.Sprayed {
		s.tellSprayed(d, e, now)
		if d.life != nil && d.life.announced { // its links are others
			s.emitElephant(d.life, flow.ElephantUpdated, flow.EndNone)
		}
		return
	}
	s.keepPath(d, e, now)
	if ev == path.Completed && d.life == nil && (int(e.N) < s.cfg.Paths.MinSamples || e.N == 1 && !s.afford(&s.table.Cold(d.slot).Key)) {
		d.told.open = true
		return
	}
	s.tellComplete(d, e, ev, now)
}

// keepPath interns the path that the tracker has, with the stages that it promises.
func (s *shard) keepPath(d *detail, e *flowtable.Entry, now int64) {
	old := e.Path
	e.Path = s.paths.Intern(d.tracker.Hops)
	s.paths.Release(old)
	d.limitOf = 0
	if e.Path != 0 {
		s.setEnds(d.slot, e, d.tracker.Hops)
	}
	if d.tracker.Bridged() {
		s.regroup(d)
	} else {
		s.predict(d, now)
	}
}

// rename keeps a path's ports if they are others than those that are kept: that of a host shows itself late, and its link may be the tightest.
func (s *shard) rename(d *detail, e *flowtable.Entry, now int64) {
	same := func(a, b path.Hop) bool { return a.Switch == b.Switch && a.In == b.In && a.Out == b.Out }
	if e.Path != 0 && !slices.EqualFunc(s.knownHops(d.slot, e), d.tracker.Hops, same) {
		s.keepPath(d, e, now)
	}
}

// predict adds the stages of the taps on the path whose agents are heard.
func (s *shard) predict(d *detail, now int64) {
	first := d.tracker.FirstTTL()
	if first == 0 {
		return
	}
	for i, h := range d.tracker.Hops {
		if first-i <= 0 || !s.taps.alive(h.Switch, now) {
			continue
		}
		for _, k := range [2]tapKey{{h.Switch, h.In, false}, {h.Switch, h.Out, true}} {
			if k.port == 0 {
				continue
			}
			if n := s.taps.rate(k); n > 0 {
				d.stages.Predict(&elephant.Point{
					Agent: uint32(h.Switch), Port: k.port, N: n, TTL: uint16(first - i), Egress: k.egress,
				}, s.routes, now)
			}
		}
	}
}

// tellComplete publishes the whole path of a flow if it is news.
func (s *shard) tellComplete(d *detail, e *flowtable.Entry, ev path.Event, now int64) {
	d.told.open = false
	hops := d.tracker.Hops
	if d.told.known && d.told.state == flow.PathComplete && slices.EqualFunc(d.told.hops, hops, func(a, b path.Hop) bool { return a.Switch == b.Switch }) {
		return
	}
	p := s.message(d, e, flow.PathComplete, now)
	switch {
	case ev == path.Moved:
		p.Cause = flow.PathMoved
		p.Previous = s.switchNames(d.tracker.Previous)
	case ev == path.Corrected:
		p.Cause = flow.PathCorrected
		p.Previous = s.switchNames(d.tracker.Previous)
	case d.told.known:
		p.Cause = flow.PathCompleted
	}
	s.tell(d, e, p, hops)
}

// tellPartial publishes as much of a path as is known, if that changed.
func (s *shard) tellPartial(d *detail, e *flowtable.Entry) {
	switch {
	case d.tracker.Sprayed():
		s.tellSprayed(d, e, s.clock)
		return
	case d.tracker.Bridged():
		s.tellUnordered(d, e)
		return
	}
	r := d.tracker.Partial(s.snap)
	state := flow.PathProvisional
	if r.UnknownPort != 0 && s.snap.Settled {
		state = flow.PathPartial
	}
	if len(r.Hops) == 0 || d.told.known && d.told.state == state && slices.Equal(d.told.hops, r.Hops) {
		return
	}
	p := s.message(d, e, state, s.clock)
	p.Hops = s.hops(r.Hops)
	if d.told.known {
		p.Cause = flow.PathCorrected
	}
	if state == flow.PathPartial {
		port := s.snap.FlowPort(r.UnknownSwitch, r.UnknownPort)
		p.UnknownAt = &port
	}
	s.tell(d, e, p, r.Hops)
}

// tell publishes a path message with its next revision, and notes what was told.
func (s *shard) tell(d *detail, e *flowtable.Entry, p *flow.Path, hops []path.Hop) {
	e.Revision++
	p.Revision = e.Revision
	s.countState(e, p.State)
	d.told = told{state: p.State, hops: append(d.told.hops[:0], hops...), at: p.Time, known: true}
	s.emit(Event{Path: p, urgent: d.life != nil})
}

// countState notes the state of the path that is published of a flow.
func (s *shard) countState(e *flowtable.Entry, state flow.PathState) {
	if old, ok := toldState(e); ok {
		s.stats.PathStates[old]--
	}
	s.stats.PathStates[state]++
	setToldState(e, state)
}

// tellExpired closes the account of a path that was published.
func (s *shard) tellExpired(slot uint32, e *flowtable.Entry) {
	state, ok := toldState(e)
	if !ok {
		return
	}
	cold := s.table.Cold(slot)
	p := &flow.Path{
		Key: cold.Key, ID: cold.Key.ID(), Time: s.clock, Revision: e.Revision + 1, Cause: flow.PathExpired,
		State: state, FirstSeen: cold.First, LastSeen: s.lastSeen(e), Samples: uint64(e.N), Bytes: e.Bytes,
	}
	if e.Detail != 0 {
		d := s.details.at(e.Detail)
		p.Hops, p.Attributes = s.hops(d.told.hops), d.attrs
	} else if hops := s.knownHops(slot, e); hops != nil && state == flow.PathComplete {
		p.Hops = s.hops(hops)
	}
	s.stats.PathStates[state]--
	s.emit(Event{Path: p})
}

// message gives a path message of the flow with all but its reason.
func (s *shard) message(d *detail, e *flowtable.Entry, state flow.PathState, now int64) *flow.Path {
	cold := s.table.Cold(d.slot)
	return &flow.Path{
		Key: cold.Key, ID: cold.Key.ID(), Attributes: d.attrs, Time: now, State: state, Hops: s.hops(d.tracker.Hops),
		FirstSeen: cold.First, LastSeen: d.last, Samples: uint64(e.N), Bytes: e.Bytes,
	}
}

// hops gives a path with names.
func (s *shard) hops(hops []path.Hop) []flow.Hop {
	out := make([]flow.Hop, len(hops))
	for i, h := range hops {
		in, o := s.snap.FlowPort(h.Switch, h.In), s.snap.FlowPort(h.Switch, h.Out)
		out[i] = flow.Hop{Switch: in.Switch, Agent: in.Agent, In: h.In, Out: h.Out, InPort: in.Name, OutPort: o.Name, Observed: h.Observed}
	}
	return out
}

// switchNames gives the switches of a path.
func (s *shard) switchNames(hops []path.Hop) []string {
	out := make([]string, len(hops))
	for i, h := range hops {
		out[i] = s.snap.Name(h.Switch)
	}
	return out
}
