package analytics

import (
	"math"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// A flow's entry is one cache line, and a flow without a detail has nothing but
// it and its cold part. What some of their fields mean depends on what the
// flow is; they are read and written in this file alone, by what they mean:
//
//	                Aux, low byte   Aux, high byte    State.Down        State.DownAt         Cold.In, Out
//	any             told path
//	e.Path != 0                     observed hops                                            outer ports of the path
//	lean                                              frames a sample   threshold
//	once                            TTL                                 switch               ports of the sample
//	an elephant                                       the detector's    the detector's
//
// No flow is two of the last three at once, and none that is once has a path.
const (
	lean       = flowtable.UserFlag << 1 // see lean.go
	once       = lean << 1               // see once.go
	onceEgress = lean << 2               // its sample was taken on egress
)

const (
	highShift = 8
	lowByte   = 1<<highShift - 1
)

const _ = uint(8 - path.MaxHops) // a bit for each observed hop

// toldState gives the state of the path that was published of a flow, if one was.
func toldState(e *flowtable.Entry) (state flow.PathState, ok bool) {
	state = flow.PathState(e.Aux & lowByte)
	if state == 0 {
		return flow.PathProvisional, false
	}
	return state - 1, true
}

func setToldState(e *flowtable.Entry, state flow.PathState) {
	e.Aux = e.Aux&^lowByte | uint16(state) + 1
}

func setHigh(e *flowtable.Entry, v uint8) { e.Aux = e.Aux&lowByte | uint16(v)<<highShift }

// setEnds notes what a flow does not share of its path: where it enters and leaves, and which hops were seen.
func (s *shard) setEnds(slot uint32, e *flowtable.Entry, hops []path.Hop) {
	c := s.table.Cold(slot)
	c.In, c.Out = hops[0].In, hops[len(hops)-1].Out
	bits := uint8(0)
	for i := range hops {
		if hops[i].Observed {
			bits |= 1 << i
		}
	}
	setHigh(e, bits)
}

// clearPath forgets the path that is kept of a flow.
func (s *shard) clearPath(slot uint32, e *flowtable.Entry) {
	s.paths.Release(e.Path)
	e.Path = 0
	setHigh(e, 0)
	c := s.table.Cold(slot)
	c.In, c.Out = 0, 0
}

// knownHops gives the path that is kept of a flow. The slice is the shard's.
func (s *shard) knownHops(slot uint32, e *flowtable.Entry) []path.Hop {
	if e.Path == 0 {
		return nil
	}
	c := s.table.Cold(slot)
	s.hopsOf = s.paths.Hops(e.Path, path.Ends{In: c.In, Out: c.Out}, s.hopsOf[:0])
	for i := range s.hopsOf {
		s.hopsOf[i].Observed = e.Aux>>(highShift+i)&1 != 0
	}
	return s.hopsOf
}

// leanWorth gives what a sample of a lean flow stands for: frames, and the
// threshold of its path in bit/s; 0 where it is not known.
func leanWorth(st *elephant.State) (frames, theta float64) {
	return float64(st.Down), float64(math.Float32frombits(st.DownAt))
}

func setLeanWorth(st *elephant.State, frames, theta float64) {
	st.Down, st.DownAt = float32(frames), math.Float32bits(float32(theta))
}

// setOnce makes what one sample showed all that is kept of a flow without a path.
func (s *shard) setOnce(slot uint32, e *flowtable.Entry, x *path.Obs) {
	ttl := uint8(x.TTL)
	if x.Egress() { // what was sampled had been lowered by one; Obs has it as it entered
		ttl--
		e.Flags |= onceEgress
	}
	e.Flags |= once
	state(e).DownAt = uint32(x.Switch)
	setHigh(e, ttl)
	c := s.table.Cold(slot)
	c.In, c.Out = x.In, x.Out
}

// onceSample gives what setOnce noted, until the next call.
func (s *shard) onceSample(slot uint32, e *flowtable.Entry) *path.Sighting {
	c, ttl := s.table.Cold(slot), uint8(e.Aux>>highShift)
	s.sighting = path.Sighting{
		Switch: topology.SwitchID(state(e).DownAt), In: c.In, Out: c.Out, TTL: ttl, Inner: ttl, Egress: e.Flags&onceEgress != 0, Time: s.lastSeen(e),
	}
	return &s.sighting
}

// clearOnce forgets it.
func (s *shard) clearOnce(slot uint32, e *flowtable.Entry) {
	e.Flags &^= once | onceEgress
	state(e).DownAt = 0
	setHigh(e, 0)
	c := s.table.Cold(slot)
	c.In, c.Out = 0, 0
}
