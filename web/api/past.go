package api

import (
	"net/http"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
	"spoor/web/answer"
	"spoor/web/history"
)

// past gives a search as a question to the past.
func (s *search) past(snap *topology.Snapshot) *history.FlowsQuery {
	q := &history.FlowsQuery{Key: s.matches()}
	for i := range s.hops {
		q.Hops = append(q.Hops, func(p *flow.Port) bool { return at(&s.hops[i], snap.ID(p.Agent), p.IfIndex) })
	}
	return q
}

// pastListJSON is a list of flows of the past.
type pastListJSON struct {
	list
	At   int64 `json:"at"`   // Unix s, when the rates were read
	Kept int   `json:"kept"` // flows of that time
	Of   int   `json:"of"`   // that there were
}

// past answers a search of the past.
func (a *API) past(w http.ResponseWriter, s *search, snap *topology.Snapshot, at int64, limit, skip int) {
	q := s.past(snap)
	q.Limit = min(skip+limit, maxDepth)
	found := a.Live.PastFlows(at, q)
	if found.Time == 0 {
		notYet(w)
		return
	}
	page, active := cut(found.List, skip, limit), a.elephantsAt(at)
	out := make([]flowJSON, 0, len(page))
	for i := range page {
		out = append(out, a.pastFlow(&page[i], at, active))
	}
	x := pastListJSON{list: newList(out, len(out), skip, found.Match, maxDepth), At: found.Time, Kept: found.Kept, Of: found.Total}
	x.Unknown = s.unknown
	answer.JSON(w, http.StatusOK, x)
}

// elephantsAt gives the alerts of the flows that were elephants at a time, by flow id.
func (a *API) elephantsAt(at int64) map[string]string {
	active := map[string]string{}
	for _, e := range a.Live.Elephants(at) {
		if m := e.Message; m.Active && len(m.Alert) > 16 { // the alert's name begins with the flow's id
			active[m.Alert[:16]] = m.Alert
		}
	}
	return active
}

func (a *API) pastFlow(f *analytics.FlowState, at int64, active map[string]string) flowJSON {
	f.Elephant = active[flow.FormatID(f.ID)]
	return a.newFlow(f, at)
}

// ratesJSON is what a flow carried over the last hour, as columns.
type ratesJSON struct {
	ID   string     `json:"id"`
	Time []int64    `json:"t"`
	Rate []*float64 `json:"rate_bps"`
}

// rates answers with the rates of a flow over the last hour.
func (a *API) rates(w http.ResponseWriter, r *http.Request) {
	id, ok := ask(r).idOf(w, r)
	if !ok || !a.enter(w, r) {
		return
	}
	defer a.leave()
	list := a.Live.Rates(id)
	if list == nil {
		answer.Problem(w, http.StatusNotFound, "this flow was not among the largest of the last hour")
		return
	}
	x := ratesJSON{ID: flow.FormatID(id)}
	for _, p := range list {
		x.Time, x.Rate = append(x.Time, p.Time), append(x.Rate, counted(p.Rate))
	}
	answer.JSON(w, http.StatusOK, x)
}
