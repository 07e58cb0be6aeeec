package dashboards

import (
	"bytes"
	"encoding/json"
)

// Dashboard is one of Grafana's, as rows of panels.
type Dashboard struct {
	UID, Title, Description string
	Rows                    []Row
}

// Row is a heading with the panels under it, from left to right.
type Row struct {
	Title  string
	Panels []Panel
}

// Panel shows queries.
type Panel struct {
	Kind        Kind
	Title       string
	Description string // what a person sees there and when to act
	Unit        string // Grafana's name of it
	Width       int    // of 24
	Stacked     bool
	Max         float64 // of the axis, 0: by the data
	Warn, Bad   float64 // from which values are coloured, 0: never
	Queries     []Query
}

// Query is one in PromQL, with the words for series in its legend.
type Query struct {
	Expr, Legend string
}

// Kind is Grafana's name of a panel.
type Kind string

// Kinds.
const (
	Stat  Kind = "stat"
	Graph Kind = "timeseries"
	Table Kind = "table"
)

type object = map[string]any

// Heights of panels on Grafana's grid, and its width.
const (
	statHeight  = 4
	graphHeight = 8
	gridWidth   = 24
	schema      = 39 // of Grafana's dashboard model, as of Grafana 11
)

// JSON gives the dashboard in the form that Grafana reads.
func (d *Dashboard) JSON() ([]byte, error) {
	var panels []object
	y, id := 0, 1
	for _, r := range d.Rows {
		panels = append(panels, object{"id": id, "type": "row", "title": r.Title, "collapsed": false, "panels": []object{}, "gridPos": object{"h": 1, "w": gridWidth, "x": 0, "y": y}})
		id++
		y++
		x, tallest := 0, 0
		for i := range r.Panels {
			p := &r.Panels[i]
			h := graphHeight
			if p.Kind == Stat {
				h = statHeight
			}
			if x+p.Width > gridWidth {
				x, y, tallest = 0, y+tallest, 0
			}
			panels = append(panels, p.object(id, object{"h": h, "w": p.Width, "x": x, "y": y}))
			x, tallest = x+p.Width, max(tallest, h)
			id++
		}
		y += tallest
	}
	return marshal(object{
		"uid": d.UID, "title": d.Title, "description": d.Description, "tags": []string{"spoor"}, "schemaVersion": schema, "version": 1, "editable": true,
		"timezone": "browser", "refresh": "10s", "time": object{"from": "now-30m", "to": "now"}, "graphTooltip": 1,
		"templating": object{"list": []object{
			{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "refresh": 1},
			{
				"name": "instance", "label": "Collector", "type": "query", "datasource": source(), "refresh": 2, "includeAll": true, "multi": true, "allValue": ".*",
				"query":   object{"query": "label_values(spoor_build_info, instance)", "refId": "instances"},
				"current": object{"text": "All", "value": "$__all"}, "definition": "label_values(spoor_build_info, instance)",
			},
		}},
		"links":  []object{{"title": "spoor", "type": "dashboards", "tags": []string{"spoor"}, "asDropdown": true, "includeVars": true, "keepTime": true}},
		"panels": panels,
	})
}

func source() object { return object{"type": "prometheus", "uid": "${datasource}"} }

// object gives the panel in Grafana's form.
func (p *Panel) object(id int, at object) object {
	o := object{"id": id, "type": string(p.Kind), "title": p.Title, "description": p.Description, "gridPos": at, "datasource": source()}
	field := object{"unit": p.Unit, "color": object{"mode": "palette-classic"}, "min": 0}
	if p.Max > 0 {
		field["max"] = p.Max
	}
	if steps := p.steps(); len(steps) > 1 {
		field["thresholds"] = object{"mode": "absolute", "steps": steps}
		if p.Kind == Stat {
			field["color"] = object{"mode": "thresholds"}
		}
	}
	switch p.Kind {
	case Graph:
		custom := object{"drawStyle": "line", "lineWidth": 1, "fillOpacity": 8, "showPoints": "never", "spanNulls": false}
		if p.Stacked {
			custom["stacking"], custom["fillOpacity"] = object{"mode": "normal"}, 40
		}
		if p.Warn > 0 || p.Bad > 0 {
			custom["thresholdsStyle"] = object{"mode": "dashed"}
		}
		field["custom"] = custom
		o["options"] = object{"legend": object{"displayMode": "list", "placement": "bottom", "showLegend": true}, "tooltip": object{"mode": "multi", "sort": "desc"}}
	case Stat:
		o["options"] = object{"reduceOptions": object{"calcs": []string{"lastNotNull"}}, "graphMode": "area", "textMode": "auto"}
	case Table:
		o["options"] = object{"showHeader": true, "cellHeight": "sm"}
		o["transformations"] = []object{{"id": "organize", "options": object{"excludeByName": object{"Time": true}}}}
	}
	o["fieldConfig"] = object{"defaults": field, "overrides": []object{}}
	targets := make([]object, 0, len(p.Queries))
	for i, q := range p.Queries {
		t := object{"refId": string(rune('A' + i)), "datasource": source(), "expr": q.Expr, "legendFormat": q.Legend, "editorMode": "code", "range": p.Kind != Table, "instant": p.Kind == Table}
		if p.Kind == Table {
			t["format"] = "table"
		}
		targets = append(targets, t)
	}
	o["targets"] = targets
	return o
}

// steps gives the colours; not they alone tell: values are shown.
func (p *Panel) steps() []object {
	steps := []object{{"color": "green", "value": nil}}
	if p.Warn > 0 {
		steps = append(steps, object{"color": "orange", "value": p.Warn})
	}
	if p.Bad > 0 {
		steps = append(steps, object{"color": "red", "value": p.Bad})
	}
	return steps
}

// marshal writes JSON as a person would: indented, without escaped angle brackets.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
