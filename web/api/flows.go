package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/publish"
	"spoor/web/answer"
	"spoor/web/history"
)

// flowJSON is a flow in an answer.
type flowJSON struct {
	ID        string          `json:"id"`
	Src       string          `json:"src"`
	Dst       string          `json:"dst"`
	Proto     uint8           `json:"proto"`
	Sport     *uint16         `json:"sport"`
	Dport     *uint16         `json:"dport"`
	Reverse   string          `json:"reverse"`
	Rate      *float64        `json:"rate_bps"`
	Over      *float64        `json:"rate_over_seconds"`
	Bytes     *uint64         `json:"bytes"`
	Samples   *uint64         `json:"samples"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	Elephant  *string         `json:"elephant"`
	Path      json.RawMessage `json:"path"`
	Moves     json.RawMessage `json:"moves"`
	VNI       *uint32         `json:"vni,omitempty"`
	Tunnel    string          `json:"tunnel,omitempty"`
	VLAN      uint16          `json:"vlan,omitempty"`
}

type portJSON struct {
	Switch  string  `json:"switch"`
	Agent   *string `json:"agent"`
	IfIndex *uint32 `json:"ifindex"`
	Port    *string `json:"port"`
}

// known gives a value's address, nil for what stands for unknown.
func known[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

func newPort(p *flow.Port) portJSON {
	return portJSON{Switch: p.Switch, Agent: known(p.Agent.String()), IfIndex: known(p.IfIndex), Port: known(p.Name)}
}

func stamp(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// newFlow describes a flow, with its moves until a time (Unix s).
func (a *API) newFlow(f *analytics.FlowState, until int64) flowJSON {
	k := &f.Key
	r := k.Reverse()
	x := flowJSON{
		ID: flow.FormatID(f.ID), Src: k.Src.Netip().String(), Dst: k.Dst.Netip().String(), Proto: k.Proto, Reverse: flow.FormatID(r.ID()),
		Bytes: known(f.Bytes), Samples: known(f.Samples), FirstSeen: stamp(f.First), LastSeen: stamp(f.Last), Elephant: known(f.Elephant),
		Moves: a.Live.Moves(f.ID, until), Tunnel: f.Attributes.Tunnel.String(), VLAN: f.Attributes.VLAN, VNI: known(f.Attributes.VNI),
	}
	if f.Attributes.Tunnel == flow.TunnelNone {
		x.Tunnel = ""
	}
	if k.HasPorts() && k.SrcPort|k.DstPort != 0 {
		x.Sport, x.Dport = &k.SrcPort, &k.DstPort
	}
	if f.Rate >= 0 {
		x.Rate, x.Over = &f.Rate, known(f.Over)
	}
	if p := f.Path; p != nil {
		x.Path = publish.AppendBarePath(nil, p)
	}
	return x
}

// enterWithin is how long a search waits for others.
const enterWithin = 2 * time.Second

// enter takes a place among the searches, or answers that there is none for a while.
func (a *API) enter(w http.ResponseWriter, r *http.Request) bool {
	late := time.NewTimer(enterWithin)
	defer late.Stop()
	select {
	case a.searches <- struct{}{}:
		return true
	case <-r.Context().Done():
		return false
	case <-late.C:
		w.Header().Set("Retry-After", "1")
		answer.Problem(w, http.StatusServiceUnavailable, "other searches are under way: ask again in a moment")
		return false
	}
}

func (a *API) leave() { <-a.searches }

func (a *API) flows(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "match", "switch", "link", "at", "limit", "next")
	limit, skip := q.page(maxDepth)
	at := q.at(false)
	text := q.text("match")
	if s := q.text("switch"); s != "" {
		text += " switch:" + s
	}
	if s := q.text("link"); s != "" {
		text += " " + s
	}
	if q.bad(w) {
		return
	}
	snap := a.Engine.Snapshot()
	s, err := parseSearch(text, snap)
	if err != nil {
		answer.Problem(w, http.StatusBadRequest, "match: "+err.Error())
		return
	}
	if !a.enter(w, r) {
		return
	}
	defer a.leave()
	if at != 0 {
		a.past(w, s, snap, at, limit, skip)
		return
	}
	found, total := a.Engine.Flows(&analytics.FlowQuery{Key: s.matches(), Hops: s.hops, Limit: min(skip+limit, maxDepth)})
	page := cut(found, skip, limit)
	out := make([]flowJSON, 0, len(page))
	for i := range page {
		out = append(out, a.newFlow(&page[i], math.MaxInt64))
	}
	l := newList(out, len(out), skip, total, maxDepth)
	l.Unknown = s.unknown
	answer.JSON(w, http.StatusOK, l)
}

// idOf gives the flow id that the path of a request names, or answers that there is none.
func (q *query) idOf(w http.ResponseWriter, r *http.Request) (id uint64, ok bool) {
	id = q.flowID(r.PathValue("id"))
	return id, !q.bad(w)
}

// flowID reads the id of a flow.
func (q *query) flowID(text string) uint64 {
	id, err := strconv.ParseUint(text, 16, 64)
	if err != nil || len(text) != 16 {
		q.fail("a flow's id has 16 hexadecimal digits")
	}
	return id
}

const noFlow = "no such flow: it was never seen, or was quiet for so long that it is forgotten"

// byID answers with what answers makes of the flow whose id the path names.
func (a *API) byID(w http.ResponseWriter, id uint64, answers func(*analytics.FlowState)) {
	f, ok := a.Engine.Flow(id)
	if !ok {
		answer.Problem(w, http.StatusNotFound, noFlow)
		return
	}
	answers(&f)
}

func (a *API) flow(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "at")
	at := q.at(false)
	id, ok := q.idOf(w, r)
	if !ok || !a.enter(w, r) {
		return
	}
	defer a.leave()
	if at == 0 {
		a.byID(w, id, func(f *analytics.FlowState) { answer.JSON(w, http.StatusOK, a.newFlow(f, math.MaxInt64)) })
		return
	}
	found := a.Live.PastFlows(at, &history.FlowsQuery{Key: func(k *flow.Key) bool { return k.ID() == id }, Limit: 1})
	if len(found.List) == 0 {
		answer.Problem(w, http.StatusNotFound, "this flow is not kept of that time: of the past only the largest are")
		return
	}
	answer.JSON(w, http.StatusOK, a.pastFlow(&found.List[0], at, a.elephantsAt(at)))
}

// path answers with a path as the topic of paths has it.
func (a *API) path(w http.ResponseWriter, r *http.Request) {
	id, ok := ask(r).idOf(w, r)
	if !ok || !a.enter(w, r) {
		return
	}
	defer a.leave()
	a.byID(w, id, func(f *analytics.FlowState) {
		if f.Path == nil {
			answer.Problem(w, http.StatusNotFound, "nothing is known of this flow's path yet")
			return
		}
		p := *f.Path
		p.Key, p.ID, p.Attributes, p.Time = f.Key, f.ID, f.Attributes, a.Engine.Now()
		p.FirstSeen, p.LastSeen, p.Samples, p.Bytes = f.First, f.Last, f.Samples, f.Bytes
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(publish.AppendPath(nil, &p, a.Collector))
	})
}
