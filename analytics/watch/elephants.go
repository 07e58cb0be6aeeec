package watch

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
)

// elephant is one that is active.
type elephant struct {
	id       uint64
	key      flow.Key
	since    int64
	severity flow.Severity
	rate     float64
	summary  string
	notes    []flow.Label
	links    []string // names and ids, for rules
	fabric   []ridden // fabric links
	incident string
	muted    bool
	dropped  int64 // when a packet of it was discarded last
}

// ridden is a link between switches that an elephant takes.
type ridden struct {
	port     links.ID // that sends onto it
	id, name string
}

// incast is how many elephants to one receiver are one incident.
const incast = 3

// dropsCount is how long the loss of a packet makes an elephant critical.
const dropsCount = int64(60e9)

// maxElephants bounds the elephants that are kept.
const maxElephants = 10_000

// Elephant takes a message about an elephant and fills in what the watch knows
// of it: its incident, and the rule that mutes it.
func (w *Watch) Elephant(m *flow.Elephant) {
	e := w.elephants[m.ID]
	if e != nil {
		w.leave(e)
	}
	if m.State == flow.ElephantEnded {
		if e != nil {
			m.Incident = e.incident
		}
		delete(w.elephants, m.ID)
		return
	}
	if e == nil {
		if len(w.elephants) >= maxElephants {
			return
		}
		e = &elephant{id: m.ID}
		w.elephants[m.ID] = e
	}
	if e.dropped != 0 && w.now-e.dropped < dropsCount {
		m.Severity = flow.SeverityCritical
	}
	e.key, e.since, e.severity, e.rate, e.summary = m.Key, m.Since, m.Severity, m.Rate, m.Summary()
	e.notes = []flow.Label{
		{Name: "alert", Value: m.Alert()},
		{Name: "episode", Value: strconv.FormatUint(uint64(m.Episode), 10)},
		{Name: "rate_bps", Value: strconv.FormatFloat(m.Rate, 'f', 0, 64)},
		{Name: "share", Value: strconv.FormatFloat(m.Share, 'f', 4, 64)},
	}
	if l := m.Largest(); l != nil {
		e.notes = append(e.notes, flow.Label{Name: "link", Value: l.Name(">")})
	}
	e.links, e.fabric = e.links[:0], e.fabric[:0]
	for i := range m.Links {
		k := &m.Links[i]
		name := k.Name(">")
		e.links = append(e.links, k.ID, name)
		if k.Host.IsZero() {
			e.fabric = append(e.fabric, ridden{links.ID{Switch: w.snap.ID(k.From.Agent), IfIndex: k.From.IfIndex}, k.ID, name})
		}
	}
	w.enter(e)
	e.incident = w.incidentOf(e)
	m.Incident = e.incident
	f := e.finding()
	rule := w.book.MutedBy(&f, w.now)
	if e.muted = rule != nil; rule != nil {
		m.Muted = rule.Name
	}
}

// pair is the hosts of an elephant; its receiver alone where the source is zero.
type pair struct{ src, dst flow.Addr }

func (e *elephant) pair() pair     { return pair{e.key.Src, e.key.Dst} }
func (e *elephant) receiver() pair { return pair{dst: e.key.Dst} }

func (w *Watch) enter(e *elephant) {
	w.hosts[e.pair()]++
	w.hosts[e.receiver()]++
	for i := range e.fabric {
		p := e.fabric[i].port
		m := w.onLink[p]
		if m == nil {
			m = map[uint64]struct{}{}
			w.onLink[p] = m
		}
		m[e.id] = struct{}{}
	}
}

func (w *Watch) leave(e *elephant) {
	for _, p := range [2]pair{e.pair(), e.receiver()} {
		if w.hosts[p]--; w.hosts[p] == 0 {
			delete(w.hosts, p)
		}
	}
	for i := range e.fabric {
		p := e.fabric[i].port
		if delete(w.onLink[p], e.id); len(w.onLink[p]) == 0 {
			delete(w.onLink, p)
		}
	}
}

// incidentOf gives the group that an elephant belongs to: its pair of hosts, its
// receiver or its link, whatever others share with it; "" if nobody does.
func (w *Watch) incidentOf(e *elephant) string {
	switch {
	case w.hosts[e.pair()] > 1:
		return pairIncident(e.pair())
	case w.hosts[e.receiver()] >= incast:
		return receiverIncident(e.receiver())
	}
	if r := w.shared(e); r != nil {
		return "link/" + r.name
	}
	return ""
}

// shared gives the link that an elephant shares with most others, nil if it shares none.
// Of equal ones it is that with the lowest number, which all who share it find.
func (w *Watch) shared(e *elephant) (best *ridden) {
	most := 1
	for i := range e.fabric {
		r := &e.fabric[i]
		n := len(w.onLink[r.port])
		if n > most || best != nil && n == most && compareIDs(r.port, best.port) < 0 {
			best, most = r, n
		}
	}
	return best
}

func pairIncident(p pair) string     { return "pair/" + p.src.String() + ">" + p.dst.String() }
func receiverIncident(p pair) string { return "receiver/" + p.dst.String() }

// andHerd says what smaller flows do beside the elephants of an incident.
func (w *Watch) andHerd(p pair) string {
	if x := w.herds.known[p]; x != nil {
		return fmt.Sprintf(", and %d smaller flows %sbit/s", x.flows, scaled(x.rate))
	}
	return ""
}

// finding gives an elephant as something wrong.
func (e *elephant) finding() alert.Finding {
	return alert.Finding{
		Kind: alert.ElephantFlow, Severity: e.severity, Since: e.since, Subject: alert.Subject{Flow: e.id, Key: e.key},
		Summary: e.summary, Notes: e.notes, Links: e.links, Flows: []uint64{e.id}, Page: "/#/elephants/" + flow.FormatID(e.id),
	}
}

// seeElephants shows those elephants that somebody should act on: alone, or by incident.
func (w *Watch) seeElephants() {
	incidents := map[string][]*elephant{}
	for _, id := range slices.Sorted(maps.Keys(w.elephants)) {
		e := w.elephants[id]
		if e.incident = w.incidentOf(e); e.incident != "" && !e.muted {
			incidents[e.incident] = append(incidents[e.incident], e)
			continue
		}
		if e.severity >= flow.SeverityWarning {
			f := e.finding()
			w.book.See(&f, w.now)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(incidents)) {
		w.seeIncident(id, incidents[id])
	}
}

func (w *Watch) seeIncident(id string, list []*elephant) {
	slices.SortFunc(list, func(a, b *elephant) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.id, b.id)) })
	f := alert.Finding{Kind: alert.ElephantIncident, Incident: id, Since: list[0].since, Page: "/#/incidents/" + id}
	rate := 0.0
	for _, e := range list {
		f.Severity = max(f.Severity, e.severity)
		rate += e.rate
		f.Flows = append(f.Flows, e.id)
		f.Links = append(f.Links, e.links...)
	}
	first := list[0]
	kind, _, _ := strings.Cut(id, "/")
	f.Subject.Reason = kind
	switch kind {
	case "pair":
		f.Subject.Key = flow.Key{Src: first.key.Src, Dst: first.key.Dst}
		f.Summary = fmt.Sprintf("%d elephants from %s to %s take %sbit/s together", len(list), first.key.Src, first.key.Dst, scaled(rate)) + w.andHerd(first.pair())
	case "receiver":
		f.Subject.Key = flow.Key{Dst: first.key.Dst}
		f.Summary = fmt.Sprintf("%d elephants to %s take %sbit/s together (incast)", len(list), first.key.Dst, scaled(rate)) + w.andHerd(first.receiver())
	default:
		if r := w.shared(first); r != nil {
			f.Subject.Link, f.Subject.LinkID = r.name, r.id
		}
		f.Summary = fmt.Sprintf("%d elephants share %s and take %sbit/s of it", len(list), f.Subject.Link, scaled(rate))
	}
	if f.Severity >= flow.SeverityWarning || kind == "receiver" {
		w.book.See(&f, w.now)
	}
}

// Elephants gives what the elephants take that a port sends, in bit/s.
func (w *Watch) Elephants(id links.ID) (bits float64) {
	for _, f := range w.flowsOn(id) {
		bits += w.elephants[f].rate
	}
	return bits
}

// flowsOn gives the ids of the elephants that a port sends.
func (w *Watch) flowsOn(id links.ID) []uint64 { return slices.Sorted(maps.Keys(w.onLink[id])) }

// carried says what fills a link: mice, an elephant or a collision of several.
func (w *Watch) carried(id links.ID) string {
	flows := w.flowsOn(id)
	rate := 0.0
	var names []string
	for _, f := range flows {
		e := w.elephants[f]
		rate += e.rate
		names = append(names, e.key.Src.String()+" > "+e.key.Dst.String())
	}
	const most = 4
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("%d more", len(flows)-most))
	}
	switch len(flows) {
	case 0:
		return "of mice alone"
	case 1:
		return fmt.Sprintf("%sbit/s of it by one elephant: %s", scaled(rate), names[0])
	}
	return fmt.Sprintf("%sbit/s of it by %d elephants that collide: %s", scaled(rate), len(flows), strings.Join(names, ", "))
}
