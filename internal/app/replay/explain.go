package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/flow"
	"spoor/internal/app/explain"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// ExplainOptions say what is to be explained from captures.
type ExplainOptions struct {
	Files []string
	Port  uint16
	What  string        // as explain.Ask reads it
	At    time.Duration // after the first datagram; 0 = when the flow was seen last, or the alert was told last
	Zone  *time.Location
}

// Explain replays captures and explains a flow or an alert as it was
// known at a moment, with what was said of it until the end.
func Explain(ctx context.Context, cfg *settings.Config, o *ExplainOptions) (*explain.Doc, error) {
	if err := explain.Check(o.What); err != nil {
		return nil, err
	}
	asker := asking{what: o.What, failed: explain.ErrUnknown}
	said := &saidOf{zone: o.Zone}
	p, err := pipeline.New(cfg, said, pipeline.Options{})
	if err != nil {
		return nil, err
	}
	reader, err := capture.Open(o.Files, capture.Options{Port: o.Port})
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }() // read only: nothing is lost
	var d collector.Datagram
	first, asked := int64(0), int64(0)
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("stopped: %w", ctx.Err())
		}
		err := reader.Next(&d)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first, asked = d.Received, d.Received
		}
		switch at := int64(o.At); {
		case at == 0 && d.Received-asked >= explainEvery, at != 0 && asked == first && d.Received-first > at:
			asked = d.Received
			asker.ask(p)
		}
		p.Datagram(&d)
	}
	if o.At == 0 || asked == first { // or the capture ends before
		asker.ask(p)
	}
	p.Finish()
	if asker.doc == nil {
		return nil, asker.failed
	}
	asker.doc.Said = said.of(asker.doc)
	return asker.doc, nil
}

// asking keeps the best answer so far.
type asking struct {
	what   string
	doc    *explain.Doc // nil: none yet
	failed error        // why there is none
}

func (a *asking) ask(p *pipeline.Pipeline) {
	p.Worker.Flush()
	switch d, err := explain.Ask(p.Engine, p.Agents(), a.what); {
	case err != nil && a.doc == nil:
		a.failed = err
	case err == nil && better(d, a.doc):
		a.doc = d
	}
}

// explainEvery is how often a replay asks, to catch the flow while it is known.
const explainEvery = int64(1e9)

// better reports whether a later answer tells more than an earlier one: the flow is
// an elephant, or was seen since, or nothing was known.
func better(d, old *explain.Doc) bool {
	if old == nil || d.Flow == nil || old.Flow == nil {
		return old == nil || d.Flow != nil || old.Flow == nil
	}
	big := func(f *explain.Flow) bool { return f.Elephant != nil && f.Elephant.Ended == nil }
	if big(d.Flow) != big(old.Flow) {
		return big(d.Flow)
	}
	return d.Flow.Last.After(old.Flow.Last)
}

// maxSaid bounds the messages that are kept.
const maxSaid = 1 << 18

// saidOf keeps what was said of flows and alerts, as lines.
type saidOf struct {
	zone  *time.Location
	lines []saidLine
}

type saidLine struct {
	flows []uint64
	print uint64 // fingerprint of an alert
	text  string
}

func (s *saidOf) add(at int64, l saidLine) {
	if len(s.lines) < maxSaid {
		l.text = time.Unix(0, at).In(s.zone).Format("15:04:05.000") + "  " + l.text
		s.lines = append(s.lines, l)
	}
}

// Path notes what was published of a path.
func (s *saidOf) Path(p *flow.Path) {
	s.add(p.Time, saidLine{flows: []uint64{p.ID}, text: fmt.Sprintf("path      %s, %s: %s", p.Cause, p.State, strings.Join(p.Switches(), " > "))})
}

// Elephant notes the steps of a life.
func (s *saidOf) Elephant(e *flow.Elephant) {
	s.add(e.Time, saidLine{flows: []uint64{e.ID}, text: fmt.Sprintf("elephant  %s, %s: %s", e.State, e.Severity, e.Summary())})
}

// Topology is no message about flows or alerts.
func (*saidOf) Topology(*topology.Record) {}

// Alert notes what was raised and resolved.
func (s *saidOf) Alert(a *flow.Alert) {
	if a.State == flow.AlertActive {
		return
	}
	name, summary := "", ""
	for _, l := range a.Labels {
		if l.Name == "alertname" {
			name = l.Value
		}
	}
	for _, l := range a.Annotations {
		if l.Name == "summary" {
			summary = l.Value
		}
	}
	s.add(a.Time, saidLine{flows: a.Flows, print: a.Fingerprint(), text: fmt.Sprintf("alert     %s, %s %s: %s", a.State, a.Severity, name, summary)})
}

// of gives the lines about what an answer is about.
func (s *saidOf) of(d *explain.Doc) (list []string) {
	for i := range s.lines {
		l := &s.lines[i]
		ours := d.Flow != nil && slices.ContainsFunc(l.flows, func(id uint64) bool { return flow.FormatID(id) == d.Flow.ID })
		if d.Flow == nil {
			ours = slices.ContainsFunc(d.Alerts, func(a explain.Alert) bool { return a.Fingerprint == flow.FormatID(l.print) })
		}
		if ours {
			list = append(list, l.text)
		}
	}
	return list
}
