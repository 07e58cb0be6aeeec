package app

import (
	"spoor/analytics"
	"spoor/flow"
	"spoor/publish"
	"spoor/publish/post"
	"spoor/topology"
)

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
type tee struct{ a, b analytics.Outbox }

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
