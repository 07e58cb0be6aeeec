package replay

import (
	"spoor/analytics"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/topology"
)

// observer stands between the engine and the publisher, and before the feed,
// and counts for the summary.
type observer struct {
	pipeline.Feed
	out       analytics.Outbox
	flows     map[uint64]struct{}
	paths     map[uint64]flow.PathState
	elephants elephantCounts
	first     int64
	last      int64
}

func newObserver(out analytics.Outbox) *observer {
	return &observer{out: out, flows: map[uint64]struct{}{}, paths: map[uint64]flow.PathState{}}
}

// before has the observer see what the engine is given.
func (o *observer) before(f pipeline.Feed) pipeline.Feed {
	o.Feed = f
	return o
}

// saw takes the time of a datagram.
func (o *observer) saw(at int64) {
	if o.first == 0 {
		o.first = at
	}
	o.last = at
}

// Take counts distinct flows.
func (o *observer) Take(s *flow.Sample, l *flow.Labels) {
	if s.FlowID != 0 {
		o.flows[s.FlowID] = struct{}{}
	}
	o.Feed.Take(s, l)
}

// Path notes the last state of the flow's path.
func (o *observer) Path(p *flow.Path) {
	if p.Cause != flow.PathExpired {
		o.paths[p.ID] = p.State
	}
	o.out.Path(p)
}

// Elephant counts the steps of lives.
func (o *observer) Elephant(e *flow.Elephant) {
	switch e.State {
	case flow.ElephantStarted:
		o.elephants.Started++
	case flow.ElephantEnded:
		o.elephants.Ended++
	case flow.ElephantUpdated:
	}
	o.out.Elephant(e)
}

// Topology passes on.
func (o *observer) Topology(r *topology.Record) { o.out.Topology(r) }

// Alert passes on.
func (o *observer) Alert(a *flow.Alert) { o.out.Alert(a) }
