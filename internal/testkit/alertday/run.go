package alertday

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"spoor/analytics/alert"
	"spoor/collector"
	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// Told is an alert from its raising to its end.
type Told struct {
	Name     string
	Severity flow.Severity
	Summary  string // when it was raised
	Raised   time.Duration
	Resolved time.Duration // 0: never
	print    uint64
	taken    bool // some operation explains it
}

// Outcome is an operation with what was told of it.
type Outcome struct {
	Operation
	Told  []*Told
	Wrong []string // what is not as it should be
}

// Report is a day.
type Report struct {
	Outcomes   []Outcome
	Unexpected []*Told // that no operation explains
	Elephants  int     // messages about elephants that started: data
}

// Run simulates the day and judges what was told.
func (p *Plan) Run(ctx context.Context) (*Report, error) {
	cfg := settings.DefaultConfig()
	for _, m := range p.Mute {
		r, err := alert.ParseRule(m, time.UTC)
		if err != nil {
			return nil, err
		}
		cfg.Analytics.Alerts.Mute = append(cfg.Analytics.Alerts.Mute, r)
	}
	if p.Configure != nil {
		p.Configure(&cfg)
	}
	f, err := fabric.New(p.Fabric)
	if err != nil {
		return nil, fmt.Errorf("alert day: %w", err)
	}
	out := &listener{start: p.Fabric.Start}
	pipe, err := pipeline.New(&cfg, out, pipeline.Options{})
	if err != nil {
		return nil, fmt.Errorf("alert day: %w", err)
	}
	count := map[netip.Addr]int{}
	err = f.Run(ctx, fabric.SinkFunc(func(d *fabric.Datagram) error {
		count[d.Agent]++
		if at := time.Duration(d.Time - p.Fabric.Start); p.arrives(d.Agent, at, count[d.Agent]) {
			if p.Alter != nil {
				p.Alter(d.Agent, at, d.Payload)
			}
			pipe.Datagram(&collector.Datagram{Payload: d.Payload, From: netip.AddrPortFrom(d.Agent, 6000), Received: d.Time})
		}
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("alert day: %w", err)
	}
	pipe.Finish()
	return p.judge(out), nil
}

// arrives tells whether the nth datagram of an agent gets here.
func (p *Plan) arrives(agent netip.Addr, at time.Duration, nth int) bool {
	within := func(s *Span) bool { return s.Agent == agent.String() && at >= s.From && at < s.To }
	for i := range p.Silence {
		if within(&p.Silence[i]) {
			return false
		}
	}
	for i := range p.Loss {
		if s := &p.Loss[i]; within(s) && nth%s.Every == 0 {
			return false
		}
	}
	return true
}

// judge compares what was told with what should have been.
func (p *Plan) judge(out *listener) *Report {
	r := &Report{Elephants: out.elephants}
	slices.SortStableFunc(p.List, func(a, b Operation) int { return int(a.At - b.At) })
	for _, o := range p.List {
		r.Outcomes = append(r.Outcomes, Outcome{Operation: o})
	}
	// What an operation wants is its own, all else is of the first in whose time it came.
	for _, wanted := range [...]bool{true, false} {
		for i := range r.Outcomes {
			r.Outcomes[i].take(out.told, wanted)
		}
	}
	for i := range r.Outcomes {
		r.Outcomes[i].compare()
	}
	for _, t := range out.told {
		if !t.taken {
			r.Unexpected = append(r.Unexpected, t)
		}
	}
	return r
}

// take takes what was told within the time of the operation: only what it wants, or all.
func (x *Outcome) take(told []*Told, wanted bool) {
	left := slices.Clone(x.Want)
	for _, t := range told {
		if t.Raised < x.At || t.Raised > x.At+x.For+settle || t.taken {
			continue
		}
		if wanted {
			i := slices.IndexFunc(left, t.is)
			if i < 0 {
				continue
			}
			left = slices.Delete(left, i, i+1)
		}
		t.taken = true
		x.Told = append(x.Told, t)
	}
}

// is reports whether an alert is what was wanted.
func (t *Told) is(w Want) bool {
	return t.Name == w.Name && strings.Contains(t.Summary, w.About) && (t.Severity >= flow.SeverityWarning) == w.Page
}

// compare finds what is not as it should be.
func (x *Outcome) compare() {
	left := slices.Clone(x.Told)
	for _, w := range x.Want {
		i := slices.IndexFunc(left, func(t *Told) bool { return t.is(w) })
		if i < 0 {
			x.Wrong = append(x.Wrong, fmt.Sprintf("no %s (%s)", w.Name, w.About))
			continue
		}
		if left[i].Resolved == 0 {
			x.Wrong = append(x.Wrong, w.Name+" was never resolved")
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, t := range left {
		x.Wrong = append(x.Wrong, fmt.Sprintf("%s %s should not have come: %s", t.Severity, t.Name, t.Summary))
	}
}

// Wrong lists all that is not as it should be.
func (r *Report) Wrong() (list []string) {
	for i := range r.Outcomes {
		for _, w := range r.Outcomes[i].Wrong {
			list = append(list, at(r.Outcomes[i].At)+" "+r.Outcomes[i].About+": "+w)
		}
	}
	for _, t := range r.Unexpected {
		list = append(list, fmt.Sprintf("%s nothing happened: %s %s: %s", at(t.Raised), t.Severity, t.Name, t.Summary))
	}
	return list
}

// listener keeps what was told.
type listener struct {
	start     int64
	told      []*Told
	elephants int
}

// Path is not judged here.
func (*listener) Path(*flow.Path) {}

// Topology is not judged here.
func (*listener) Topology(*topology.Record) {}

// Elephant counts starts.
func (l *listener) Elephant(e *flow.Elephant) {
	if e.State == flow.ElephantStarted {
		l.elephants++
	}
}

// Alert keeps raises and ends.
func (l *listener) Alert(a *flow.Alert) {
	at := time.Duration(a.Time - l.start)
	fingerprint := a.Fingerprint()
	switch a.State {
	case flow.AlertRaised:
		t := &Told{Severity: a.Severity, Raised: at, print: fingerprint}
		for _, x := range a.Labels {
			if x.Name == "alertname" {
				t.Name = x.Value
			}
		}
		for _, x := range a.Annotations {
			if x.Name == "summary" {
				t.Summary = x.Value
			}
		}
		l.told = append(l.told, t)
	case flow.AlertResolved:
		for _, t := range slices.Backward(l.told) {
			if t.print == fingerprint && t.Resolved == 0 {
				t.Resolved = at
				break
			}
		}
	case flow.AlertActive:
	}
}
