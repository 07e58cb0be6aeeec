package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/topology"
)

// A flow that was sampled once and has to give its detail up before its path is
// known, or told, keeps that sample in its entry, in fields that mean something else for
// others: the sweep tries it with what was learned since, and its next sample
// adds to it.
const (
	once       = lean << 1 // the entry of such a flow
	onceEgress = lean << 2 // sampled on egress
)

// keepSample notes the only sample of a flow that gives its detail up.
func (s *Shard) keepSample(d *detail, e *flowtable.Entry) {
	obs := d.tracker.Observed()
	if e.N != 1 || (e.Path != 0 || d.tracker.Complete) && !d.told.open || d.tracker.Encap || d.tracker.Bridged() || len(obs) != 1 || s.cfg.Paths.MinSamples > 1 {
		return
	}
	s.paths.Release(e.Path)
	e.Path = 0
	x, ttl := &obs[0], obs[0].TTL
	if x.Egress() {
		ttl--
		e.Flags |= onceEgress
	}
	e.Flags |= once
	state(e).DownAt = uint32(x.Switch)
	e.Aux = e.Aux&(1<<observedShift-1) | uint16(ttl)<<observedShift
	c := s.table.Cold(d.slot)
	c.In, c.Out = x.In, x.Out
}

// keptSample gives the sample that keepSample noted, and forgets it.
func (s *Shard) keptSample(slot uint32, e *flowtable.Entry) *path.Sighting {
	c, st := s.table.Cold(slot), state(e)
	s.sighting = path.Sighting{
		Switch: topology.SwitchID(st.DownAt), In: c.In, Out: c.Out, TTL: uint8(e.Aux >> observedShift), Egress: e.Flags&onceEgress != 0, Time: s.lastSeen(e),
	}
	s.sighting.Inner = s.sighting.TTL
	e.Flags &^= once | onceEgress
	st.DownAt = 0
	e.Aux &= 1<<observedShift - 1
	c.In, c.Out = 0, 0
	return &s.sighting
}

// recall gives a new detail the sample that was kept.
func (s *Shard) recall(d *detail, e *flowtable.Entry) {
	if e.Flags&once == 0 {
		return
	}
	var ev path.Event
	if ev, s.votes = d.tracker.Add(s.snap, s.keptSample(d.slot, e), s.votes[:0]); ev != path.None {
		s.pathEvent(d, e, ev, s.clock)
	}
}

// tryOnce looks whether the path of a flow of one sample is known by now.
func (s *Shard) tryOnce(slot uint32, e *flowtable.Entry) {
	if e.Flags&once == 0 {
		return
	}
	d, c := &s.spare, s.table.Cold(slot)
	if s.affords(&c.Key) == nil {
		return
	}
	d.slot, d.since, d.last = slot, c.First, s.lastSeen(e)
	d.told = told{hops: d.told.hops[:0]}
	d.tracker.Reset(c.Key.Src, c.Key.Dst)
	flags, aux, in, out, at := e.Flags, e.Aux, c.In, c.Out, state(e).DownAt
	var ev path.Event
	if ev, s.votes = d.tracker.Add(s.snap, s.keptSample(slot, e), s.votes[:0]); ev == path.Completed {
		d.stages.Reset()
		s.pathEvent(d, e, ev, s.clock)
		return
	}
	e.Flags, e.Aux, c.In, c.Out, state(e).DownAt = flags, aux, in, out, at
}
