package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/publish"
	"spoor/web/answer"
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
	Bytes     uint64          `json:"bytes"`
	Samples   uint64          `json:"samples"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	Elephant  *string         `json:"elephant"`
	Path      *pathJSON       `json:"path"`
	Moves     json.RawMessage `json:"moves"`
	VNI       *uint32         `json:"vni,omitempty"`
	Tunnel    string          `json:"tunnel,omitempty"`
	VLAN      uint16          `json:"vlan,omitempty"`
}

type pathJSON struct {
	State        string    `json:"state"`
	Switches     []string  `json:"switches"`
	Hops         []hopJSON `json:"hops"`
	Alternatives []wayJSON `json:"alternatives"`
	UnknownAt    *portJSON `json:"unknown_at"`
}

type hopJSON struct {
	Switch   string  `json:"switch"`
	Agent    *string `json:"agent"`
	In       *uint32 `json:"in"`
	InPort   *string `json:"in_port"`
	Out      *uint32 `json:"out"`
	OutPort  *string `json:"out_port"`
	Observed bool    `json:"observed"`
}

type wayJSON struct {
	Switches []string `json:"switches"`
	Share    float64  `json:"share"`
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

func (a *API) newFlow(f *analytics.FlowState) flowJSON {
	k := &f.Key
	r := k.Reverse()
	x := flowJSON{
		ID: flow.FormatID(f.ID), Src: k.Src.Netip().String(), Dst: k.Dst.Netip().String(), Proto: k.Proto, Reverse: flow.FormatID(r.ID()),
		Bytes: f.Bytes, Samples: f.Samples, FirstSeen: stamp(f.First), LastSeen: stamp(f.Last), Elephant: known(f.Elephant),
		Moves: a.Live.Moves(f.ID), Tunnel: f.Attributes.Tunnel.String(), VLAN: f.Attributes.VLAN, VNI: known(f.Attributes.VNI),
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
		x.Path = newPath(p)
	}
	return x
}

func newPath(p *flow.Path) *pathJSON {
	x := &pathJSON{State: p.State.String(), Switches: p.Switches(), Hops: make([]hopJSON, 0, len(p.Hops))}
	for i := range p.Hops {
		h := &p.Hops[i]
		x.Hops = append(x.Hops, hopJSON{
			Switch: h.Switch, Agent: known(h.Agent.String()), In: known(h.In), InPort: known(h.InPort), Out: known(h.Out), OutPort: known(h.OutPort),
			Observed: h.Observed,
		})
	}
	for _, w := range p.Alternatives {
		x.Alternatives = append(x.Alternatives, wayJSON{w.Switches, w.Share})
	}
	if p.UnknownAt != nil {
		at := newPort(p.UnknownAt)
		x.UnknownAt = &at
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
	q := ask(r, "match", "switch", "link", "limit", "next")
	limit, skip := q.page(maxDepth)
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
	s, err := parseSearch(text, a.Engine.Snapshot())
	if err != nil {
		answer.Problem(w, http.StatusBadRequest, "match: "+err.Error())
		return
	}
	if !a.enter(w, r) {
		return
	}
	defer a.leave()
	found, total := a.Engine.Flows(&analytics.FlowQuery{Key: s.matches(), Hops: s.hops, Limit: min(skip+limit, maxDepth)})
	page := cut(found, skip, limit)
	out := make([]flowJSON, 0, len(page))
	for i := range page {
		out = append(out, a.newFlow(&page[i]))
	}
	items(w, out, len(out), skip, total, maxDepth)
}

// byID answers with what answers makes of the flow whose id the path names.
func (a *API) byID(w http.ResponseWriter, r *http.Request, answers func(*analytics.FlowState)) {
	if ask(r).bad(w) {
		return
	}
	text := r.PathValue("id")
	id, err := strconv.ParseUint(text, 16, 64)
	if err != nil || len(text) != 16 {
		answer.Problem(w, http.StatusBadRequest, "a flow's id has 16 hexadecimal digits")
		return
	}
	if !a.enter(w, r) {
		return
	}
	defer a.leave()
	f, ok := a.Engine.Flow(id)
	if !ok {
		answer.Problem(w, http.StatusNotFound, "no such flow: it was never seen, or was quiet for so long that it is forgotten")
		return
	}
	answers(&f)
}

func (a *API) flow(w http.ResponseWriter, r *http.Request) {
	a.byID(w, r, func(f *analytics.FlowState) { answer.JSON(w, http.StatusOK, a.newFlow(f)) })
}

// path answers with a path as the topic of paths has it.
func (a *API) path(w http.ResponseWriter, r *http.Request) {
	a.byID(w, r, func(f *analytics.FlowState) {
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
