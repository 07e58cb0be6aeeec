package explain

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"spoor/analytics"
	"spoor/analytics/alert"
	"spoor/collector"
	"spoor/flow"
)

// Errors.
var (
	ErrAsked   = errors.New("neither a flow nor an alert")
	ErrUnknown = errors.New("unknown")
)

// maxAlerts bounds the alerts of an answer.
const maxAlerts = 20

// manyAlerts is more than the engine remembers.
const manyAlerts = 1 << 20

// asked is what a question names.
type asked struct {
	id  uint64   // flow id or fingerprint
	key flow.Key // a flow's ends
	any bool     // of any protocol
	is  string   // an incident, an alert's name
}

// Check reports a question that cannot be understood.
func Check(what string) error {
	_, err := parse(what)
	return err
}

// parse reads a flow id, the name of an elephant's alert, an alert's fingerprint, "10.1.1.1:40112 > 10.2.1.1:5201 tcp",
// an incident or an alert's name.
func parse(what string) (q asked, err error) {
	what = strings.TrimSpace(what)
	hex, _, _ := strings.Cut(what, "-")
	if len(hex) == 16 {
		if q.id, err = strconv.ParseUint(hex, 16, 64); err == nil && q.id != 0 { // nobody has number 0
			return q, nil
		}
	}
	if src, dst, ok := strings.Cut(what, ">"); ok && !strings.Contains(src, "/") {
		if err := q.ends(src, dst); err == nil {
			return q, nil
		}
	}
	for _, k := range alert.Kinds() {
		if what == k.String() {
			return asked{is: what}, nil
		}
	}
	if kind, rest, ok := strings.Cut(what, "/"); ok && kind != "" && rest != "" {
		return asked{is: what}, nil
	}
	return q, fmt.Errorf("%q is %w: want a flow id (16 hex digits; spoor flows and the page's search find it by address or port), an elephant's alert, a fingerprint, an incident, an alert's name, or \"10.1.1.1:40112 > 10.2.1.1:5201 tcp\"", what, ErrAsked)
}

// ends reads the two ends of a flow and its protocol; without one any will do.
func (q *asked) ends(src, dst string) error {
	words := strings.Fields(dst)
	if len(words) == 0 || len(words) > 2 {
		return ErrAsked
	}
	q.any = len(words) == 1
	if !q.any {
		proto, ok := protoByName(words[1])
		if !ok {
			return ErrAsked
		}
		q.key.Proto = proto
	}
	var err1, err2 error
	q.key.Src, q.key.SrcPort, err1 = end(strings.TrimSpace(src))
	q.key.Dst, q.key.DstPort, err2 = end(words[0])
	return errors.Join(err1, err2)
}

func end(text string) (flow.Addr, uint16, error) {
	if p, err := netip.ParseAddrPort(text); err == nil {
		return flow.AddrFromNetip(p.Addr()), p.Port(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return flow.Addr{}, 0, err
	}
	return flow.AddrFromNetip(a), 0, nil
}

func protoByName(name string) (uint8, bool) {
	for n := range 256 {
		if strings.EqualFold(flow.ProtoName(uint8(n)), name) {
			return uint8(n), true
		}
	}
	n, err := strconv.ParseUint(name, 10, 8)
	return uint8(n), err == nil
}

// find gives the key of the flow that is asked for, among those that the engine knows.
func (q *asked) find(e *analytics.Engine) (key flow.Key, ok bool) {
	switch {
	case q.is != "":
		return key, false
	case q.id == 0 && !q.any:
		return q.key, true
	}
	list, _ := e.Flows(&analytics.FlowQuery{Limit: 1, Key: func(k *flow.Key) bool {
		if q.id != 0 {
			return k.ID() == q.id
		}
		return k.Src == q.key.Src && k.Dst == q.key.Dst && k.SrcPort == q.key.SrcPort && k.DstPort == q.key.DstPort
	}})
	if len(list) == 0 {
		return key, false
	}
	return list[0].Key, true
}

// Ask gives what the engine knows of what is asked for, and what the agents' accounts
// say of those that sampled it. It is safe for concurrent use.
func Ask(e *analytics.Engine, agents *collector.Agents, what string) (*Doc, error) {
	q, err := parse(what)
	if err != nil {
		return nil, err
	}
	d := &Doc{Asked: what, Time: moment(e.Now()), Alerts: []Alert{}}
	id := q.id
	if key, ok := q.find(e); ok {
		if c, known := e.Explain(&key); known {
			d.Flow, id = newFlow(&c), c.ID
			d.Flow.Why = append(d.Flow.Why, misnamed(&c, agents)...)
			d.Time = moment(c.Now)
		}
	}
	d.alerts(e, &q, id)
	if d.Flow != nil {
		d.Flow.Why = append(d.Flow.Why, d.whyAlerts()...)
	} else if len(d.Alerts) == 0 {
		return nil, fmt.Errorf("%s is %w: no flow of the last minutes and no alert that is up or was resolved lately", what, ErrUnknown)
	}
	return d, nil
}

// alerts gathers those that were asked for, or that name the flow.
func (d *Doc) alerts(e *analytics.Engine, q *asked, id uint64) {
	raised, _ := e.Raised(manyAlerts)
	past := e.Resolved(manyAlerts)
	for i := len(past) - 1; i >= 0; i-- {
		raised = append(raised, &past[i])
	}
	for _, a := range raised {
		x := newAlert(a)
		ours := q.is != "" && (x.Name == q.is || a.Incident == q.is) || q.id != 0 && a.Fingerprint() == q.id
		for _, f := range a.Flows {
			ours = ours || id != 0 && f == id
		}
		switch {
		case !ours:
		case len(d.Alerts) == maxAlerts:
			d.More++
		default:
			d.Alerts = append(d.Alerts, x)
		}
	}
}

func newAlert(a *flow.Alert) Alert {
	x := Alert{
		Fingerprint: flow.FormatID(a.Fingerprint()), State: a.State.String(), Severity: a.Severity.String(), Since: moment(a.Starts),
		Labels: map[string]string{}, Annotations: map[string]string{}, Incident: text(a.Incident), Flows: []string{},
	}
	if a.State == flow.AlertResolved {
		t := moment(a.Ends)
		x.Ended = &t
	}
	for _, l := range a.Labels {
		x.Labels[l.Name] = l.Value
	}
	for _, l := range a.Annotations {
		x.Annotations[l.Name] = l.Value
	}
	for _, id := range a.Flows {
		x.Flows = append(x.Flows, flow.FormatID(id))
	}
	x.Name = x.Labels["alertname"]
	for _, k := range alert.Kinds() {
		if k.String() == x.Name {
			x.Means, x.Hold, x.Clear = k.Means(), k.Hold().Seconds(), k.Clear().Seconds()
		}
	}
	return x
}

func moment(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// when gives a moment that may be unknown.
func when(ns int64) *time.Time {
	if ns == 0 {
		return nil
	}
	t := moment(ns)
	return &t
}

// text gives a text that may be unknown.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// number gives a number that may be unknown.
func number(x float64, known bool) *float64 {
	if !known {
		return nil
	}
	return &x
}
