package app

import (
	"log/slog"

	"spoor/analytics"
	"spoor/flow"
	"spoor/publish"
	"spoor/publish/post"
	"spoor/topology"
)

// posted publishes what the engine concludes, and posts the alerts. Of what people
// wait for it tells by name when Kafka did not get it: metrics and losses only count.
type posted struct {
	*publish.Publisher
	poster *post.Poster
	log    *slog.Logger // throttled: it is called from the publisher's goroutines
}

// Elephant publishes.
func (p posted) Elephant(e *flow.Elephant) {
	alert := e.Alert()
	p.ElephantAck(e, func(o publish.Outcome) { p.undelivered(o, alert) })
}

// Alert publishes and posts.
func (p posted) Alert(a *flow.Alert) {
	summary := ""
	for _, x := range a.Annotations {
		if x.Name == "summary" {
			summary = x.Value
		}
	}
	p.AlertAck(a, func(o publish.Outcome) { p.undelivered(o, summary) })
	p.poster.Alert(a)
}

func (p posted) undelivered(o publish.Outcome, alert string) {
	if o != publish.Acknowledged && o != publish.Spooled {
		p.log.Warn("a message about an alert did not reach Kafka", "alert", alert, "reason", o)
	}
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
