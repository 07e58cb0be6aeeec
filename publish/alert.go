package publish

import (
	"cmp"
	"slices"
	"strconv"

	"spoor/flow"
)

// AlertState is a step in an alert's life.
type AlertState uint8

// Steps.
const (
	AlertRaised AlertState = iota
	AlertActive
	AlertResolved
)

// String gives the name used in JSON.
func (s AlertState) String() string { return [...]string{"raised", "active", "resolved"}[s] }

// Alert is a message of the topic alerts: what Alertmanager's API v2 takes,
// and what programs of ours want to know beside it.
type Alert struct {
	Time        int64
	State       AlertState
	Severity    flow.Severity
	Labels      []Label // its identity; sorted by Fingerprint
	Annotations []Label
	Starts      int64
	Ends        int64 // in the future while it lasts
	Incident    string
	Flows       []uint64 // ids of the elephants behind it
	page        string   // path of its page below the external URL
}

// Label is a label or an annotation.
type Label struct{ Name, Value string }

// Fingerprint sorts the labels and gives the hash by which Alertmanager knows
// the alert: FNV-1a over names and values.
func (a *Alert) Fingerprint() uint64 {
	slices.SortFunc(a.Labels, func(x, y Label) int { return cmp.Compare(x.Name, y.Name) })
	h := uint64(14695981039346656037)
	mix := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 255) * 1099511628211
	}
	for _, l := range a.Labels {
		mix(l.Name)
		mix(l.Value)
	}
	return h
}

// alert writes a message of the topic alerts.
func (w *jsonWriter) alert(a *Alert, collector, url string) {
	fingerprint := a.Fingerprint()
	w.begin(collector)
	w.id("fingerprint", fingerprint)
	w.text("state", a.State.String())
	w.text("severity", a.Severity.String())
	w.text("incident", a.Incident)
	w.name("flows")
	w.open('[')
	for _, id := range a.Flows {
		w.comma()
		w.quote(flow.FormatID(id))
	}
	w.close(']')
	w.time("time", a.Time)
	w.labels("labels", a.Labels)
	w.labels("annotations", a.Annotations)
	w.time("startsAt", a.Starts)
	w.time("endsAt", a.Ends)
	if url != "" {
		url += a.page
	}
	w.text("generatorURL", url)
	w.close('}')
}

func (w *jsonWriter) labels(name string, list []Label) {
	w.name(name)
	w.open('{')
	for _, l := range list {
		w.name(l.Name)
		w.quote(l.Value)
	}
	w.close('}')
}

// maxRaised bounds the alerts whose state is remembered.
const maxRaised = 10_000

// alerting derives alerts from the lives of elephants: those from severity
// warning on are raised, kept active and resolved. An alert's labels are its
// identity, and severity is one of them because people route by it, so a change
// of severity resolves one alert and raises another.
type alerting struct {
	raised map[raisedKey]flow.Severity
}

type raisedKey struct {
	id    uint64
	since int64
}

// derive gives the alerts that a message about an elephant means: none, one or two.
func (g *alerting) derive(m *flow.Elephant) []*Alert {
	k := raisedKey{m.ID, m.AlertSince}
	was, up := g.raised[k]
	over := m.State == flow.ElephantEnded
	page := m.Severity >= flow.SeverityWarning && !over
	var list []*Alert
	if up && (!page || was != m.Severity) {
		list = append(list, elephantAlert(m, was, AlertResolved))
		delete(g.raised, k)
	}
	switch {
	case page && up && was == m.Severity:
		list = append(list, elephantAlert(m, m.Severity, AlertActive))
	case page:
		list = append(list, elephantAlert(m, m.Severity, AlertRaised))
		if len(g.raised) < maxRaised {
			g.raised[k] = m.Severity
		}
	case over && !up && m.Severity >= flow.SeverityWarning:
		// Raised before a restart of ours, or beyond the bound: resolve it all the same.
		list = append(list, elephantAlert(m, m.Severity, AlertResolved))
	}
	return list
}

func elephantAlert(m *flow.Elephant, severity flow.Severity, state AlertState) *Alert {
	a := &Alert{
		Time: m.Time, State: state, Severity: severity, Starts: m.Since, Ends: m.Expires, Flows: []uint64{m.ID},
		page: "/#/elephants/" + flow.FormatID(m.ID),
	}
	if state == AlertResolved {
		a.Ends = m.Time
		if m.Ended != 0 {
			a.Ends = m.Ended
		}
	}
	a.Labels = []Label{
		{"alertname", "ElephantFlow"},
		{"dst", ipText(m.Key.Dst)},
		{"flow", flow.FormatID(m.ID)},
		{"proto", flow.ProtoName(m.Key.Proto)},
		{"severity", severity.String()},
		{"src", ipText(m.Key.Src)},
	}
	if m.Key.HasPorts() && m.Key.SrcPort|m.Key.DstPort != 0 {
		a.Labels = append(a.Labels, Label{"dport", strconv.Itoa(int(m.Key.DstPort))}, Label{"sport", strconv.Itoa(int(m.Key.SrcPort))})
	}
	a.Annotations = []Label{
		{"summary", m.Summary()},
		{"alert", m.Alert()},
		{"episode", strconv.FormatUint(uint64(m.Episode), 10)},
		{"rate_bps", strconv.FormatFloat(m.Rate, 'f', 0, 64)},
		{"share", strconv.FormatFloat(m.Share, 'f', 4, 64)},
	}
	if len(m.Links) > 0 {
		a.Annotations = append(a.Annotations, Label{"link", m.Largest().Name(">")})
	}
	return a
}
