package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
)

// A flow that was sampled once and has to give its detail up before its path is
// known, or told, keeps that sample in its entry (setOnce): the sweep tries it with
// what was learned since, and its next sample adds to it.

// keepSample notes the only sample of a flow that gives its detail up.
func (s *shard) keepSample(d *detail, e *flowtable.Entry) {
	obs := d.tracker.Observed()
	if e.N != 1 || (e.Path != 0 || d.tracker.Complete) && !d.told.open || d.tracker.Encap || d.tracker.Bridged() || len(obs) != 1 || s.cfg.Paths.MinSamples > 1 {
		return
	}
	s.paths.Release(e.Path)
	e.Path = 0
	s.setOnce(d.slot, e, &obs[0])
}

// recall gives a new detail the sample that was kept.
func (s *shard) recall(d *detail, e *flowtable.Entry) {
	if e.Flags&once == 0 {
		return
	}
	x := s.onceSample(d.slot, e)
	s.clearOnce(d.slot, e)
	var ev path.Event
	if ev, s.votes = d.tracker.Add(s.snap, x, s.votes[:0]); ev != path.None {
		s.pathEvent(d, e, ev, s.clock)
	}
}

// tryOnce looks whether the path of a flow of one sample is known by now.
func (s *shard) tryOnce(slot uint32, e *flowtable.Entry) {
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
	var ev path.Event
	if ev, s.votes = d.tracker.Add(s.snap, s.onceSample(slot, e), s.votes[:0]); ev == path.Completed {
		s.clearOnce(slot, e)
		d.stages.Reset()
		s.pathEvent(d, e, ev, s.clock)
	}
}
