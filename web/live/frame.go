package live

import (
	"encoding/json"
	"strings"

	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/web/scene"
)

// tablesEvery is the pace, in seconds, of what is not needed each second.
const tablesEvery = 2

// frame makes the picture of a time.
func (l *Live) frame(now int64, before *scene.Frame) *scene.Frame {
	f := &scene.Frame{N: 1, Time: now / 1e9}
	tables := true
	if before != nil {
		f.N, f.Health, f.Drops, f.Alerts = before.N+1, before.Health, before.Drops, before.Alerts
		tables = f.Time%tablesEvery == 0 || f.Time/tablesEvery != before.Time/tablesEvery
	}
	if tables {
		l.tables(f)
	}
	l.maker.update(l.src.Engine.Snapshot(), l.silent, now)
	f.Fabric = l.maker.fabric
	f.Use, f.Lost = l.maker.use(l.src.Engine)
	f.Elephants = l.herd.show(f.Time, l.src.Engine.Rates)
	return f
}

// tables fills drops, alerts and health.
func (l *Live) tables(f *scene.Frame) {
	raised, total := l.src.Engine.Raised(maxAlerts)
	l.silent = map[string]int64{}
	var silent []Silent
	alerts := make([]alertJSON, 0, len(raised))
	for _, a := range raised {
		x := newAlertJSON(a)
		switch {
		case x.Name != "AgentSilent":
		case x.Agent == "": // it tells of many
			for _, s := range l.src.Engine.Silent() {
				silent = append(silent, Silent{Switch: s.Switch, Agent: s.Agent.String(), Since: s.Since / 1e9})
			}
		default:
			silent = append(silent, Silent{Switch: x.Switch, Agent: x.Agent, Since: x.Since})
		}
		alerts = append(alerts, x)
	}
	for _, x := range silent {
		l.silent[x.Agent] = x.Since
	}
	f.Alerts = keep(f.Alerts, struct {
		Items []alertJSON `json:"items"`
		Total int         `json:"total"`
	}{alerts, total})
	drops := l.src.Engine.Drops(maxDrops)
	rows := make([]dropJSON, 0, len(drops))
	for i := range drops {
		rows = append(rows, newDropJSON(&drops[i]))
	}
	f.Drops = keep(f.Drops, rows)
	if l.src.Health != nil {
		f.Health = l.src.Health(silent)
	}
}

// keep encodes a value; what is the same as before keeps its place in memory.
func keep(before []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil || string(b) == string(before) {
		return before
	}
	return b
}

// alertJSON is an alert that is up, as the page gets it.
type alertJSON struct {
	Name     string   `json:"name"`
	Severity string   `json:"severity"`
	Summary  string   `json:"summary"`
	Action   string   `json:"action"`
	Since    int64    `json:"since"`
	Incident string   `json:"incident,omitempty"`
	Agent    string   `json:"agent,omitempty"`
	Switch   string   `json:"switch,omitempty"`
	IfIndex  string   `json:"ifindex,omitempty"`
	Port     string   `json:"port,omitempty"`
	Link     string   `json:"link,omitempty"`
	Flows    []string `json:"flows,omitempty"`
}

func newAlertJSON(a *flow.Alert) alertJSON {
	x := alertJSON{Severity: a.Severity.String(), Since: a.Starts / 1e9, Incident: a.Incident}
	for _, id := range a.Flows {
		x.Flows = append(x.Flows, flow.FormatID(id))
	}
	for _, p := range a.Labels {
		switch p.Name {
		case "alertname":
			x.Name = p.Value
		case "agent":
			x.Agent = p.Value
		case "switch":
			x.Switch = p.Value
		case "ifindex":
			x.IfIndex = p.Value
		case "port":
			x.Port = p.Value
		case "link":
			x.Link = p.Value
		}
	}
	for _, p := range a.Annotations {
		switch p.Name {
		case "summary":
			x.Summary = p.Value
		case "action":
			x.Action = p.Value
		}
	}
	return x
}

// dropJSON is a row of the table of drops.
type dropJSON struct {
	Switch    string     `json:"switch"`
	Agent     string     `json:"agent"`
	Port      *string    `json:"port"`
	IfIndex   *uint32    `json:"ifindex"`
	Reason    string     `json:"reason"`
	PerSecond float64    `json:"per_second"`
	Total     uint64     `json:"total"`
	Last      int64      `json:"last"`
	Flows     []dropFlow `json:"flows"`
	In        *float64   `json:"in_discards_per_second"`
	Out       *float64   `json:"out_discards_per_second"`
}

type dropFlow struct {
	ID    string  `json:"id"`
	Src   string  `json:"src"`
	Dst   string  `json:"dst"`
	Proto uint8   `json:"proto"`
	Sport *uint16 `json:"sport"`
	Dport *uint16 `json:"dport"`
}

func newDropJSON(d *watch.DropCount) dropJSON {
	x := dropJSON{
		Switch: d.Port.Switch, Agent: d.Port.Agent.String(), Reason: strings.ToValidUTF8(d.Reason, "?"), PerSecond: d.PerSecond, Total: d.Total,
		Last: d.Last / 1e9, Flows: make([]dropFlow, 0, len(d.Flows)),
	}
	if d.In >= 0 {
		x.In = &d.In
	}
	if d.Out >= 0 {
		x.Out = &d.Out
	}
	if d.Port.Name != "" {
		x.Port = &d.Port.Name
	}
	if d.Port.IfIndex != 0 {
		x.IfIndex = &d.Port.IfIndex
	}
	for i := range d.Flows {
		k := &d.Flows[i]
		y := dropFlow{ID: flow.FormatID(k.ID()), Src: k.Src.String(), Dst: k.Dst.String(), Proto: k.Proto}
		if k.HasPorts() && k.SrcPort|k.DstPort != 0 {
			y.Sport, y.Dport = &k.SrcPort, &k.DstPort
		}
		x.Flows = append(x.Flows, y)
	}
	return x
}

// quote writes a string as JSON.
func quote(b []byte, s string) []byte {
	t, _ := json.Marshal(s) // a string always can be
	return append(b, t...)
}
