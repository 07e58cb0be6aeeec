package analytics

import (
	"cmp"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// relieveEach: one sample in so many asks whether its flow still needs a detail.
const relieveEach = 8

// sample takes one flow sample: the flow's path first, then its rate. likely is
// the slot in which its flow was a moment ago, if nothing else is.
func (s *shard) sample(x *observed, h flowtable.Hash, likely uint32) {
	s.advance(x.at)
	s.stats.Samples++
	slot, fresh := likely, false
	if likely == flowtable.NoSlot || !s.table.Holds(likely, &x.key) {
		slot, fresh = s.table.GetHashed(h, &x.key, x.at)
	}
	e := s.table.Entry(slot)
	if fresh {
		state(e).T = elephant.Clock(x.time)
	}
	e.N++
	if e.Detail == 0 && s.sampleLean(slot, e, x) {
		return
	}
	d := s.detailOf(slot, e, x)
	if d == nil {
		s.stats.Starved++
		s.pass(e, x.time)
		return
	}
	d.last = max(d.last, x.at)
	attributes(&d.attrs, x, s.outer)
	if x.in == 0 && x.out == 0 {
		s.stats.Portless++
		return
	}
	if !s.aside(x.sw) {
		s.follow(d, e, x)
	}
	if !d.tracker.Complete || d.told.open {
		s.details.reopen(e.Detail)
	}
	if d.restored && d.tracker.Complete {
		s.predict(d, x.at)
	}
	d.restored = false
	s.judge(d, e, x)
	if e.N%relieveEach == 0 && s.details.crowded() {
		s.relieve(d, e)
	}
}

// pass lets a flow's time pass by a sample that the detector does not see: the
// flow is not idle. An elephant's detail remembers its latest sample.
func (s *shard) pass(e *flowtable.Entry, t int64) { state(e).Pass(t) }

// endAgain: one flow in so many speaks for a tunnel end that is known, so that it is not forgotten (topology.expire).
const endAgain = 16

// follow feeds the path tracker.
func (s *shard) follow(d *detail, e *flowtable.Entry, x *observed) {
	if !d.told.open && x.flags == 0 && d.tracker.Again(s.snap, x.sw, x.in, x.out, x.ttl, x.time) {
		return
	}
	s.sighting = path.Sighting{
		Switch: x.sw, In: x.in, Out: x.out, TTL: x.ttl, Inner: x.inner, Egress: x.egress(), Encap: x.encap(),
		Time: x.time, SrcMAC: x.srcMAC, DstMAC: x.dstMAC,
	}
	if x.encap() {
		s.sighting.OuterSrc, s.sighting.OuterDst = s.outer.src, s.outer.dst
	}
	var ev path.Event
	ev, s.votes = d.tracker.Add(s.snap, &s.sighting, s.votes[:0])
	if d.tracker.Bridged() {
		s.testifyBridged(d, x)
	}
	for i := range s.votes {
		v := &s.votes[i]
		proof := topology.Evidence{
			Kind: topology.SawVote, Encap: v.HandOver, Flow: x.id, Agent: s.agent(v.From.Switch), Port: v.From.Out, Agent2: s.agent(v.To.Switch), Port2: v.To.In,
			First: min(v.From.Seen, v.To.Seen),
		}
		if v.Gap {
			proof.Kind, proof.First = topology.SawGap, 0
		}
		s.testify(proof, x.at)
	}
	if d.tracker.Encap {
		e.Flags |= tunnelled
	}
	if !d.tracker.Complete { // the tunnel's first sample opens the path again
		s.paths.Release(e.Path)
		e.Path = 0
	}
	d.tracker.TunnelEnds(s.snap, func(vtep flow.Addr, at topology.SwitchID) {
		if end, sure := s.snap.TunnelEnd(vtep); !sure || !end.Has(at) || x.id%endAgain == 0 {
			s.testify(topology.Evidence{Kind: topology.SawVTEP, Agent: s.agent(at), Addr: vtep, Buckets: 1 << (x.id % 32)}, x.at)
		}
	})
	switch {
	case ev != path.None:
		s.pathEvent(d, e, ev, x.at)
	case d.told.open && int(e.N) >= s.cfg.Paths.MinSamples:
		s.tellComplete(d, e, path.Completed, x.at)
	}
	if ev == path.None && d.tracker.Complete && d.tracker.Lacks(x.sw, x.in, x.out) {
		d.tracker.Named()
		s.rename(d, e, x.at)
	}
}

func (s *shard) agent(id topology.SwitchID) flow.Addr { return s.snap.FlowPort(id, 0).Agent }

func (s *shard) testify(ev topology.Evidence, now int64) {
	ev.Count, ev.First, ev.Last, ev.Sequence = max(ev.Count, 1), cmp.Or(ev.First, now), now, s.witness
	s.witness++
	if len(s.evidence) < maxPending {
		s.evidence = append(s.evidence, ev)
	}
}

// judge feeds the detector with what the sample stands for.
func (s *shard) judge(d *detail, e *flowtable.Entry, x *observed) {
	frame := float64(x.frame)
	s.point = stagePoint(x, s.outer)
	if d.tracker.Bridged() && d.tracker.Complete {
		s.point.Position = s.position(d.tracker.Hops, x.sw)
	}
	weight := 0.0
	if x.rate != 0 { // else it shows where the flow went, and how far it is, but no rate
		weight = d.stages.Add(&s.point, s.routes, x.at)
	}
	bits := 8 * frame * weight
	e.Bytes += uint64(frame * weight)
	theta := s.theta(d, e)
	if theta == 0 {
		s.stats.NoSpeed++
		s.pass(e, x.time)
		if d.life != nil {
			s.lacksSpeed(d.life, x.at)
		}
		return
	}
	if d.life != nil {
		d.life.speedless = 0
	}
	if s.clock-x.time > lateBy {
		s.stats.Late++
		return
	}
	proven := false
	if x.payload > 0 {
		rate := d.sequence.Add(x.stream, frame, float64(x.payload), x.after, x.at)
		proven = rate >= theta
	}
	if weight == 0 && !proven {
		return
	}
	st := state(e)
	since := st.Since
	decision := s.preset.Observe(st, &d.recent, x.time, bits/theta, proven)
	if st.Since != since && !st.On { // the bucket was empty: an excess, if it is one, begins here
		d.estimate = elephant.Estimate{}
	}
	d.estimate.Add(x.time, bits)
	switch decision {
	case elephant.Started:
		s.start(d, e, x)
	case elephant.Ended:
		if d.life != nil {
			s.end(d.life, flow.EndBelow)
		}
	case elephant.None:
		if d.life != nil && !d.life.announced && d.life.doubted == 0 {
			s.announce(d.life)
		}
	}
}

// stagePoint gives the observation point of a sample for the stages.
func stagePoint(x *observed, outer *ends) elephant.Point {
	pt := elephant.Point{
		Agent: uint32(x.sw), Sub: x.sub, Port: x.in, SrcMAC: x.srcMAC, DstMAC: x.dstMAC,
		N: float64(x.rate), TTL: uint16(x.ttl), Egress: x.egress(),
	}
	if pt.Egress {
		pt.Port = x.out
		pt.TTL++
	}
	if x.encap() {
		pt.Tunnel = path.TunnelOf(outer.src, outer.dst)
	}
	return pt
}

// theta gives the rate from which the flow takes too much of the tightest link on its path, 0 while no speed is known.
func (s *shard) theta(d *detail, e *flowtable.Entry) float64 {
	if d.tracker.Complete {
		if limit := s.pathLimit(d, e); limit > 0 {
			return limit
		}
	}
	if d.tracker.Sprayed() {
		if limit := d.tracker.SprayedLimit(s.snap); limit > 0 {
			return limit
		}
	}
	return d.tracker.LimitSeen(s.snap)
}

// pathLimit gives the limit of the tightest link of a flow's path, 0 while no speed is known.
func (s *shard) pathLimit(d *detail, e *flowtable.Entry) float64 {
	if d.limitOf != e.Path || d.limitBy != s.snap.Version {
		d.limitOf, d.limitBy = e.Path, s.snap.Version
		d.limit = path.Tightest(s.snap, s.knownHops(d.slot, e))
	}
	return d.limit
}

// detailOf gives the flow's detail, taking one from another flow if it must; nil if there is none.
func (s *shard) detailOf(slot uint32, e *flowtable.Entry, x *observed) *detail {
	if e.Detail != 0 {
		d := s.details.at(e.Detail)
		d.used = true
		if d.newcomer {
			s.details.admit(e.Detail)
		}
		return d
	}
	id := s.details.get()
	if id == 0 {
		if len(s.lives) == int(s.details.len()) {
			return nil
		}
		if id = s.details.victim(); id == 0 {
			return nil
		}
		loser := s.details.at(id)
		from := s.table.Entry(loser.slot)
		s.pass(from, loser.last)
		s.thin(loser, from)
		from.Detail = 0
		s.details.admit(id)
	}
	if e.N <= 1 {
		s.details.welcome(id)
	}
	fatten(e)
	e.Detail = id
	s.details.reopen(id)
	d := s.details.at(id)
	key := &s.table.Cold(slot).Key
	d.slot, d.busy, d.used, d.since, d.last = slot, true, true, s.table.Cold(slot).First, x.at
	d.attrs, d.life, d.sequence, d.estimate = flow.Attributes{}, nil, elephant.Sequence{}, elephant.Estimate{}
	d.recent.Reset()
	d.told, d.restored, d.limitOf = told{hops: d.told.hops[:0]}, e.Path != 0, 0
	if e.N > 1 { // it had a detail before: what is open about it is judged by what is seen from now on
		d.since, d.told.at = x.at, x.at
	}
	d.told.state, d.told.known = toldState(e)
	d.stages.Reset()
	d.tracker.Reset(key.Src, key.Dst)
	d.tracker.Encap = e.Flags&tunnelled != 0
	if hops := s.knownHops(slot, e); hops != nil {
		d.tracker.Restore(s.snap, hops)
		if d.told.known {
			d.told.hops = append(d.told.hops, hops...)
		} else {
			d.told.open = true
		}
	}
	s.recall(d, e)
	return d
}

// tunnelled marks the entry of a flow that was seen in a tunnel.
const tunnelled = flowtable.UserFlag

// attributes notes what else is known of the flow.
func attributes(a *flow.Attributes, x *observed, outer *ends) {
	a.DSCP, a.HasDSCP = x.dscp, true
	if x.vlan != 0 {
		a.VLAN = x.vlan
	}
	if kind := x.tunnel(); kind != flow.TunnelNone {
		a.Tunnel, a.VNI, a.OuterSrc, a.OuterDst = kind, x.vni, outer.src, outer.dst
	}
}
