package app

import (
	"spoor/flow"
	"spoor/publish"
	"spoor/publish/post"
	"spoor/topology"
)

// outbox is analytics.Outbox: *publish.Publisher in earnest.
type outbox interface {
	Path(p *flow.Path)
	Elephant(e *flow.Elephant)
	Topology(r *topology.Record)
	Alert(a *flow.Alert)
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

// Alert passes on.
func (o *observer) Alert(a *flow.Alert) { o.out.Alert(a) }

// posted publishes what the engine concludes, and posts the alerts.
type posted struct {
	*publish.Publisher
	poster *post.Poster
}

// Alert publishes and posts.
func (p posted) Alert(a *flow.Alert) {
	p.Publisher.Alert(a)
	p.poster.Alert(a)
}

// tee passes what the engine concludes to two.
type tee struct{ a, b outbox }

// Path passes on.
func (t *tee) Path(p *flow.Path) {
	t.a.Path(p)
	t.b.Path(p)
}

// Elephant passes on.
func (t *tee) Elephant(e *flow.Elephant) {
	t.a.Elephant(e)
	t.b.Elephant(e)
}

// Topology passes on.
func (t *tee) Topology(r *topology.Record) {
	t.a.Topology(r)
	t.b.Topology(r)
}

// Alert passes on.
func (t *tee) Alert(a *flow.Alert) {
	t.a.Alert(a)
	t.b.Alert(a)
}
