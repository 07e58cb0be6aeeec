package api

import (
	"net/http"
	"strings"
	"time"

	"spoor/analytics"
	"spoor/analytics/links"
	"spoor/web/answer"
	"spoor/web/scene"
)

// linkJSON is a link in one direction: that in which the port sends.
type linkJSON struct {
	ID          *string  `json:"id"`
	Link        *string  `json:"link"`
	Agent       string   `json:"agent"`
	Switch      string   `json:"switch"`
	Port        *string  `json:"port"`
	IfIndex     uint32   `json:"ifindex"`
	To          portJSON `json:"to"`
	Speed       *float64 `json:"speed_bps"`
	Rate        *float64 `json:"rate_bps"`
	Utilization *float64 `json:"utilization"`
	Source      string   `json:"source"`
	Age         *float64 `json:"age_seconds"`
	Over        *float64 `json:"over_seconds"`
	Elephants   float64  `json:"elephants_bps"`
	Discards    *float64 `json:"discards_per_second"`
	Errors      *float64 `json:"errors_per_second"`
	Agreement   *float64 `json:"samples_to_counters"`
	Unaccounted *gapJSON `json:"unaccounted"`
}

// gapJSON is the part of what was sent that the other end did not receive.
type gapJSON struct {
	Ratio   float64 `json:"ratio"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Seconds float64 `json:"seconds"`
	Verdict string  `json:"verdict"`
}

func newLink(l *analytics.LinkLoad) linkJSON {
	x := linkJSON{
		ID: known(l.LinkID), Link: known(l.Link), Agent: l.Agent.String(), Switch: l.Switch, Port: known(l.Port), IfIndex: l.IfIndex, To: newPort(&l.To),
		Speed: known(l.Speed), Source: l.Load.Source.String(), Elephants: l.Elephants, Discards: counted(l.Load.Discards), Errors: counted(l.Load.Errors),
	}
	if l.Load.Source != links.Unknown {
		x.Rate, x.Age, x.Over = &l.Load.Bits, &l.Load.Age, &l.Load.Over
		if l.Speed > 0 {
			u := l.Load.Bits / l.Speed
			x.Utilization = &u
		}
	}
	if l.Samples > 0 {
		x.Agreement = &l.Agreement
	}
	if l.GapKnown {
		x.Unaccounted = &gapJSON{l.Gap.Ratio, l.Gap.Low, l.Gap.High, l.Gap.Window, l.Gap.Verdict().String()}
	}
	return x
}

// counted gives what is counted, nil for -1.
func counted(v float64) *float64 {
	if v < 0 {
		return nil
	}
	return &v
}

func (a *API) links(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "switch", "port", "link", "limit", "next")
	limit, skip := q.page(1 << 30)
	name, port, link := q.text("switch"), q.text("port"), q.text("link")
	if q.bad(w) {
		return
	}
	keep := func(l *analytics.LinkLoad) bool {
		return (name == "" || strings.EqualFold(l.Switch, name) || l.Agent.String() == name) &&
			(port == "" || scene.PortName(l.Agent.String(), l.IfIndex) == port || l.Port == port) && (link == "" || l.LinkID == link || l.Link == link)
	}
	found, more := a.Engine.LinksWhere(keep, skip, limit)
	out := make([]linkJSON, 0, len(found))
	for i := range found {
		out = append(out, newLink(&found[i]))
	}
	total := skip + len(found) + more
	if len(found) == 0 {
		total = 0
	}
	items(w, out, len(out), skip, total, 1<<30)
}

// courseJSON is what a link carried over the last hour, as columns.
type courseJSON struct {
	Port string     `json:"port"`
	Time []int64    `json:"t"`
	Out  []*float64 `json:"out"`
	In   []*float64 `json:"in"`
}

func (a *API) history(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "port")
	port := q.text("port")
	if port == "" {
		q.fail("port is missing: give agent/ifIndex, such as 10.255.0.1/150")
	}
	if q.bad(w) {
		return
	}
	f := a.Live.Latest()
	if f == nil || f.Fabric.Link(port) < 0 {
		answer.Problem(w, http.StatusNotFound, "no link at this port in the fabric as it is now")
		return
	}
	c := courseJSON{Port: port, Time: []int64{}, Out: []*float64{}, In: []*float64{}}
	for _, p := range a.Live.Course(port) {
		c.Time = append(c.Time, p.Time)
		c.Out, c.In = append(c.Out, share(p.AB)), append(c.In, share(p.BA))
	}
	answer.JSON(w, http.StatusOK, c)
}

func share(perMille int16) *float64 {
	if perMille < 0 {
		return nil
	}
	v := float64(perMille) / 1000
	return &v
}

// at reads the parameter at: Unix seconds or RFC 3339; 0 is now.
func (q *query) at(required bool) int64 {
	text := q.values.Get("at")
	switch {
	case text == "" && required:
		q.fail("at is missing: give Unix seconds or a time such as 2026-11-22T02:11:05Z")
		return 0
	case text == "":
		return 0
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.Unix()
	}
	return int64(q.number("at", 0, 1, 1<<40, false))
}
