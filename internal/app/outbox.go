package app

import (
	"spoor/flow"
	"spoor/topology"
)

// outbox is analytics.Outbox: *publish.Publisher in earnest.
type outbox interface {
	Path(p *flow.Path)
	Elephant(e *flow.Elephant)
	Topology(r *topology.Record)
}

// Path notes the last state of the flow's path.
func (o *observer) Path(p *flow.Path) {
	if p.Reason != flow.PathExpired {
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
