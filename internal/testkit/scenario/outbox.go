package scenario

import (
	"slices"
	"strconv"
	"time"

	"spoor/flow"
	"spoor/internal/judge"
	"spoor/topology"
)

// outbox keeps what the engine concludes, as the judge reads it.
type outbox struct {
	said   judge.Messages
	agents map[flow.Addr]*string
}

// Path implements analytics.Outbox.
func (o *outbox) Path(p *flow.Path) {
	r := judge.PathRow{Flow: keyOf(&p.Key), Time: time.Unix(0, p.Time), State: p.State.String(), Cause: p.Cause.String(), Hops: make([]judge.HopRow, len(p.Hops))}
	for i := range p.Hops {
		r.Hops[i].Agent = o.agent(p.Hops[i].Agent)
	}
	for _, a := range p.Alternatives {
		r.Alternatives = append(r.Alternatives, judge.Route{Switches: slices.Clone(a.Switches)})
	}
	o.said.Paths = append(o.said.Paths, r)
}

// Elephant implements analytics.Outbox.
func (o *outbox) Elephant(e *flow.Elephant) {
	r := judge.ElephantRow{
		Alert: flow.FormatID(e.ID) + "-" + strconv.FormatInt(e.AlertSince/1e9, 16), Episode: int(e.Episode), State: e.State.String(),
		Time: time.Unix(0, e.Time), Flow: keyOf(&e.Key),
	}
	if e.Detected != 0 {
		at := time.Unix(0, e.Detected)
		r.Detected = &at
	}
	o.said.Elephants = append(o.said.Elephants, r)
}

// Topology implements analytics.Outbox.
func (o *outbox) Topology(t *topology.Record) {
	if t.Kind != topology.LinkRecord {
		return
	}
	link := t.Link
	o.said.Topology = append(o.said.Topology, judge.TopologyRow{
		ID: t.ID, Link: &link, Source: t.Source.String(), State: t.State.String(), A: o.end(&t.A), B: o.end(&t.B),
	})
}

func (o *outbox) end(p *flow.Port) judge.LinkEnd {
	e := judge.LinkEnd{Agent: o.agent(p.Agent)}
	if p.IfIndex != 0 {
		n := int64(p.IfIndex)
		e.IfIndex = &n
	}
	return e
}

// agent gives an address as text, nil for a switch that does not report.
func (o *outbox) agent(a flow.Addr) *string {
	if a.IsZero() {
		return nil
	}
	s := o.agents[a]
	if s == nil {
		text := a.String()
		s = &text
		o.agents[a] = s
	}
	return s
}

// Alert implements analytics.Outbox.
func (*outbox) Alert(*flow.Alert) {}
