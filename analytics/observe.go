package analytics

import (
	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// sample takes one flow sample: the flow's path first, then its rate.
func (s *Shard) sample(x *flow.Sample) {
	s.advance(x.Received)
	s.stats.Samples++
	slot, fresh := s.table.Get(&x.Packet.Key, x.FlowID, x.Received)
	e := s.table.Entry(slot)
	if fresh {
		state(e).T = elephant.Clock(x.Time)
	}
	e.N++
	d := s.detailOf(slot, e, x)
	if d == nil {
		s.stats.Starved++
		s.pass(e, x.Time)
		return
	}
	d.last = max(d.last, x.Received)
	attributes(&d.attrs, &x.Packet)
	p := point(s.snap.ID(x.Agent), x)
	if p.in == 0 && p.out == 0 {
		s.stats.Portless++
		return
	}
	if !s.taps.changing(s.snap, p.sw) {
		s.follow(d, e, x, p)
	}
	s.judge(d, e, x, p)
}

// pass lets a flow's time pass by a sample that the detector does not see: the
// flow is not idle. An elephant's detail remembers its latest sample.
func (s *Shard) pass(e *flowtable.Entry, t int64) {
	if st := state(e); !st.On {
		s.preset.Observe(st, t, 0, false)
	}
}

// observation is where a sample was taken, in the shard's terms.
type observation struct {
	sw      topology.SwitchID
	in, out uint32
	egress  bool
	encap   bool
}

func point(sw topology.SwitchID, x *flow.Sample) observation {
	return observation{
		sw: sw, in: x.Input.Index(), out: x.Output.Index(),
		egress: x.Direction == flow.Egress, encap: !x.Packet.OuterSrc.IsZero(),
	}
}

// follow feeds the path tracker.
func (s *Shard) follow(d *detail, e *flowtable.Entry, x *flow.Sample, p observation) {
	var ev path.Event
	s.sighting = path.Sighting{
		Switch: p.sw, In: p.in, Out: p.out, TTL: x.Packet.EntryTTL(), Egress: p.egress, Encap: p.encap,
		OuterSrc: x.Packet.OuterSrc, OuterDst: x.Packet.OuterDst, Time: x.Time, SrcMAC: x.Packet.SrcMAC, DstMAC: x.Packet.DstMAC,
	}
	ev, s.votes = d.tracker.Add(s.snap, &s.sighting, s.votes[:0])
	if d.tracker.Bridged() {
		s.testifyBridged(d, x)
	}
	for i := range s.votes {
		v := &s.votes[i]
		s.testify(topology.Evidence{
			Kind: topology.SawVote, Agent: s.agent(v.From.Switch), Port: v.From.Out, Agent2: s.agent(v.To.Switch), Port2: v.To.In,
		}, x.Received)
	}
	if d.tracker.Encap {
		e.Flags |= tunnelled
	}
	if !d.tracker.Complete { // the tunnel's first sample opens the path again
		s.paths.Release(e.Path)
		e.Path = 0
	}
	d.tracker.TunnelEnds(func(vtep flow.Addr, at topology.SwitchID) {
		if e, sure := s.snap.TunnelEnd(vtep); !sure || !e.Has(at) {
			s.testify(topology.Evidence{Kind: topology.SawVTEP, Agent: s.agent(at), Addr: vtep, Buckets: 1 << (x.FlowID % 32)}, x.Received)
		}
	})
	switch {
	case ev != path.None:
		s.pathEvent(d, e, ev, x.Received)
	case d.told.open && int(e.N) >= s.cfg.Paths.MinSamples:
		s.tellComplete(d, e, path.Completed, x.Received)
	}
}

func (s *Shard) agent(id topology.SwitchID) flow.Addr { return s.snap.FlowPort(id, 0).Agent }

func (s *Shard) testify(ev topology.Evidence, now int64) {
	ev.Count, ev.First, ev.Last, ev.Sequence = max(ev.Count, 1), now, now, s.witness
	s.witness++
	if len(s.evidence) < maxPending {
		s.evidence = append(s.evidence, ev)
	}
}

// judge feeds the detector with what the sample stands for.
func (s *Shard) judge(d *detail, e *flowtable.Entry, x *flow.Sample, p observation) {
	frame := float64(max(int64(x.FrameLength)-int64(x.Packet.OuterLength), 0))
	s.point = stagePoint(x, p)
	if d.tracker.Bridged() && d.tracker.Complete {
		s.point.Position = s.position(d.tracker.Hops, p.sw)
	}
	weight := d.stages.Add(&s.point, s.routes, x.Received)
	bits := 8 * frame * weight
	e.Bytes += uint64(frame * weight)
	theta := s.theta(d, e)
	if theta == 0 {
		s.stats.NoSpeed++
		s.pass(e, x.Time)
		return
	}
	if s.clock-x.Time > lateBy {
		s.stats.Late++
		return
	}
	proven := false
	if x.Packet.Key.Proto == flow.ProtoTCP && x.Packet.PayloadLength > 0 && !x.Packet.Fragment {
		rate := d.sequence.Add(x.Packet.TCPSequence+x.Packet.PayloadLength, frame, float64(x.Packet.PayloadLength), x.NotBefore, x.Received)
		proven = rate >= theta
	}
	if weight == 0 && !proven {
		return
	}
	st := state(e)
	since := st.Since
	decision := s.preset.Observe(st, x.Time, bits/theta, proven)
	if st.Since != since && !st.On { // the bucket was empty: an excess, if it is one, begins here
		d.estimate = elephant.Estimate{}
	}
	d.estimate.Add(x.Time, bits)
	switch decision {
	case elephant.Started:
		s.start(d, e, x)
	case elephant.Ended:
		if d.life != nil {
			s.end(d.life, flow.EndBelow)
		}
	case elephant.None:
		if d.life != nil && !d.life.announced {
			s.announce(d.life)
		}
	}
}

// stagePoint gives the observation point of a sample for the stages.
func stagePoint(x *flow.Sample, p observation) elephant.Point {
	pt := elephant.Point{
		Agent: uint32(p.sw), Sub: x.SubAgent, Port: p.in, SrcMAC: x.Packet.SrcMAC, DstMAC: x.Packet.DstMAC,
		N: float64(x.Rate()), TTL: uint16(x.Packet.EntryTTL()), Egress: p.egress,
	}
	if p.egress {
		pt.Port = p.out
		pt.TTL++
	}
	if p.encap {
		pt.Tunnel = path.TunnelOf(x.Packet.OuterSrc, x.Packet.OuterDst)
	}
	return pt
}

// theta gives the rate of the threshold: the configured share of the slowest link on the path, 0 while no speed is known.
func (s *Shard) theta(d *detail, e *flowtable.Entry) float64 {
	if d.tracker.Complete {
		if k := s.paths.Get(e.Path, s.snap); k != nil && k.Speed > 0 {
			return k.Speed * s.cfg.Elephants.Share
		}
	}
	if d.tracker.Sprayed() {
		if speed := d.tracker.SprayedSpeed(s.snap); speed > 0 {
			return speed * s.cfg.Elephants.Share
		}
	}
	return d.tracker.SlowestSeen(s.snap) * s.cfg.Elephants.Share
}

// detailOf gives the flow's detail, taking one from another flow if it must; nil if there is none.
func (s *Shard) detailOf(slot uint32, e *flowtable.Entry, x *flow.Sample) *detail {
	if e.Detail != 0 {
		d := s.details.at(e.Detail)
		d.used = true
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
		from.Detail = 0
	}
	e.Detail = id
	d := s.details.at(id)
	key := &s.table.Cold(slot).Key
	d.slot, d.busy, d.used, d.since, d.last = slot, true, true, s.table.Cold(slot).First, x.Received
	d.attrs, d.life, d.sequence, d.estimate = flow.Attributes{}, nil, elephant.Sequence{}, elephant.Estimate{}
	d.told = told{hops: d.told.hops[:0]}
	if e.N > 1 { // it had a detail before: what is open about it is judged by what is seen from now on
		d.since, d.told.at = x.Received, x.Received
	}
	d.told.state, d.told.known = toldState(e)
	d.stages.Reset()
	d.tracker.Reset(key.Src, key.Dst)
	d.tracker.Encap = e.Flags&tunnelled != 0
	if k := s.paths.Get(e.Path, s.snap); k != nil {
		d.tracker.Restore(s.snap, k.Hops)
		if d.told.known {
			d.told.hops = append(d.told.hops, k.Hops...)
		} else {
			d.told.open = true
		}
	}
	return d
}

// tunnelled marks the entry of a flow that was seen in a tunnel.
const tunnelled = flowtable.UserFlag

// attributes notes what else is known of the flow.
func attributes(a *flow.Attributes, p *flow.Packet) {
	a.DSCP, a.HasDSCP = p.TOS>>2, true
	if p.VLAN != 0 {
		a.VLAN = p.VLAN
	}
	if p.Tunnel != flow.TunnelNone {
		a.Tunnel, a.VNI, a.OuterSrc, a.OuterDst = p.Tunnel, p.VNI, p.OuterSrc, p.OuterDst
	}
}
