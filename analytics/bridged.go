package analytics

import (
	"slices"

	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// unorderedSamples: after so many all switches of a bridged flow were sampled.
const unorderedSamples = 21

// testifyBridged gives the learner what a sample of a bridged flow says.
func (s *shard) testifyBridged(d *detail, x *observed) {
	s.bridged = d.tracker.Testify(s.snap, &s.sighting, x.id, s.bridged[:0])
	for i := range s.bridged {
		s.bridged[i].Rate = x.rate
		s.testify(s.bridged[i], x.at)
	}
}

// regroup forms the stages of a bridged flow by the places of its switches on the path.
func (s *shard) regroup(d *detail) {
	d.stages.Regroup(func(agent uint32) int {
		return int(s.position(d.tracker.Hops, topology.SwitchID(agent)))
	}, s.routes)
}

// position gives a switch's place on a path from 1, 0 if it has none. A switch
// that is linked to both neighbours of one is parallel to it.
func (s *shard) position(hops []path.Hop, id topology.SwitchID) uint16 {
	for i := range hops {
		if hops[i].Switch == id {
			return uint16(i + 1)
		}
	}
	for i := 1; i+1 < len(hops); i++ {
		if s.snap.Adjacent(id, hops[i-1].Switch) && s.snap.Adjacent(id, hops[i+1].Switch) {
			return uint16(i + 1)
		}
	}
	return 0
}

// tellUnordered publishes the switches of a bridged flow that no other host tells apart.
func (s *shard) tellUnordered(d *detail, e *flowtable.Entry) {
	obs := d.tracker.Observed()
	if len(obs) < 2 || int(e.N) < unorderedSamples || d.tracker.Ordered() {
		return
	}
	hops := make([]path.Hop, len(obs))
	for i := range obs {
		hops[i] = path.Hop{Switch: obs[i].Switch, In: obs[i].In, Out: obs[i].Out, Observed: true}
	}
	slices.SortFunc(hops, func(a, b path.Hop) int {
		x, y := s.agent(a.Switch), s.agent(b.Switch)
		return x.Compare(y)
	})
	if d.told.known && d.told.state == flow.PathUnordered && slices.Equal(d.told.hops, hops) {
		return
	}
	p := s.message(d, e, flow.PathUnordered, s.clock)
	p.Hops = s.hops(hops)
	if d.told.known {
		p.Cause = flow.PathCorrected
	}
	s.tell(d, e, p, hops)
}
