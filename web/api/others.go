package api

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"spoor/collector"
	"spoor/flow"
	"spoor/internal/doctor"
	"spoor/web/answer"
	"spoor/web/scene"
)

func raw(w http.ResponseWriter, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

// notYet answers what cannot be known before the first picture.
func notYet(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	answer.Problem(w, http.StatusServiceUnavailable, "the collector has just begun: there is no picture yet")
}

func (a *API) state(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "at")
	at := q.at(true)
	if q.bad(w) {
		return
	}
	a.Live.Await(r.Context())
	if text := a.Live.State(at); text != nil {
		raw(w, text)
		return
	}
	notYet(w)
}

func (a *API) topology(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "kind", "limit", "next")
	limit, skip := q.page(1 << 30)
	kind := q.text("kind")
	if kind != "" && kind != "link" && kind != "host" && kind != "switch" {
		q.fail("kind is %.40q: one of link, host, switch", kind)
	}
	if q.bad(w) {
		return
	}
	all, total := a.Live.Records(kind, skip, limit)
	page := make([]json.RawMessage, 0, len(all))
	for _, text := range all {
		page = append(page, text)
	}
	items(w, page, len(page), skip, total, 1<<30)
}

func (a *API) elephants(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "state", "at", "limit", "next")
	limit, skip := q.page(1 << 20)
	at, state := q.at(false), q.text("state")
	if state != "" && state != "active" && state != "recent" {
		q.fail("state is %.40q: active or recent", state)
	}
	if q.bad(w) {
		return
	}
	var found []json.RawMessage
	for _, e := range a.Live.Elephants(at) {
		if state == "" || (state == "active") == e.Message.Active {
			found = append(found, append(slices.Clip(e.Message.Text), '}'))
		}
	}
	page := cut(found, skip, limit)
	items(w, page, len(page), skip, len(found), 1<<20)
}

// embedded answers with a part of the latest frame: a list, or an object with one.
func (a *API) embedded(w http.ResponseWriter, r *http.Request, text func(*scene.Frame) []byte) {
	a.Live.Await(r.Context())
	q := ask(r, "limit", "next")
	limit, skip := q.page(1 << 20)
	if q.bad(w) {
		return
	}
	f := a.Live.Latest()
	if f == nil {
		notYet(w)
		return
	}
	var all []json.RawMessage
	if err := json.Unmarshal(text(f), &all); err != nil {
		answer.Problem(w, http.StatusInternalServerError, err.Error())
		return
	}
	page := cut(all, skip, limit)
	items(w, page, len(page), skip, len(all), 1<<20)
}

func (a *API) drops(w http.ResponseWriter, r *http.Request) {
	a.embedded(w, r, func(f *scene.Frame) []byte { return f.Drops })
}

func (a *API) alerts(w http.ResponseWriter, r *http.Request) {
	a.embedded(w, r, func(f *scene.Frame) []byte {
		var x struct{ Items json.RawMessage }
		_ = json.Unmarshal(f.Alerts, &x) // we encoded it
		return x.Items
	})
}

func (a *API) health(w http.ResponseWriter, r *http.Request) {
	if ask(r).bad(w) {
		return
	}
	raw(w, a.Health())
}

func (a *API) stats(w http.ResponseWriter, r *http.Request) {
	if !ask(r).bad(w) {
		answer.JSON(w, http.StatusOK, a.Stats())
	}
}

// agentJSON is an agent's account.
type agentJSON struct {
	Agent      string    `json:"agent"`
	SubAgent   uint32    `json:"sub_agent_id"`
	Switch     string    `json:"switch"`
	Source     string    `json:"source"`
	Apart      bool      `json:"apart"`
	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Uptime     float64   `json:"uptime_seconds"`
	Datagrams  uint64    `json:"datagrams"`
	Lost       uint64    `json:"datagrams_lost"`
	Duplicates uint64    `json:"datagrams_duplicate"`
	Reordered  uint64    `json:"datagrams_reordered"`
	Restarts   uint64    `json:"restarts"`
	Sources    int       `json:"data_sources"`
	Joint      bool      `json:"data_sources_numbered_together"`
	Flows      lossJSON  `json:"flow_samples"`
	Counters   lossJSON  `json:"counter_samples"`
	Discards   lossJSON  `json:"discard_samples"`
}

type lossJSON struct {
	Samples uint64 `json:"samples"`
	Lost    uint64 `json:"lost"`
	Dropped uint64 `json:"dropped_by_agent"`
}

func newLoss(l collector.SampleLoss) lossJSON { return lossJSON{l.Samples, l.Lost, l.Dropped} }

func (a *API) agents(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "limit", "next")
	limit, skip := q.page(1 << 20)
	if q.bad(w) {
		return
	}
	all, snap := a.Agents.Snapshot(), a.Engine.Snapshot()
	page := cut(all, skip, limit)
	out := make([]agentJSON, 0, len(page))
	for i := range page {
		x := &page[i]
		out = append(out, agentJSON{
			Agent: x.Agent.String(), SubAgent: x.SubAgent, Switch: snap.Name(snap.ID(x.Agent)), Source: x.Peer.String(), Apart: x.Apart,
			FirstSeen: stamp(x.FirstSeen), LastSeen: stamp(x.LastSeen), Uptime: float64(x.Uptime) / 1000, Datagrams: x.Datagrams, Lost: x.Lost,
			Duplicates: x.Duplicates, Reordered: x.Reordered, Restarts: x.Restarts, Sources: x.Sources, Joint: x.Joint,
			Flows: newLoss(x.Flows), Counters: newLoss(x.Counters), Discards: newLoss(x.Discards),
		})
	}
	items(w, out, len(out), skip, len(all), 1<<20)
}

// sourceJSON is a data source's account.
type sourceJSON struct {
	SubAgent      uint32    `json:"sub_agent_id"`
	Class         uint32    `json:"source_id_class"`
	Index         uint32    `json:"source_id_index"`
	Port          *string   `json:"port"`
	LastSeen      time.Time `json:"last_seen"`
	SamplingRate  *uint32   `json:"sampling_rate"`
	EffectiveRate *uint32   `json:"effective_rate"`
	LostSamples   uint32    `json:"flow_samples_lost"`
	LostCounters  uint32    `json:"counter_samples_lost"`
	LostDiscards  uint32    `json:"discard_samples_lost"`
	Dropped       uint32    `json:"flow_samples_dropped_by_agent"`
}

func (a *API) sources(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "limit", "next")
	limit, skip := q.page(1 << 20)
	addr, err := netip.ParseAddr(r.PathValue("agent"))
	if err != nil {
		q.fail("%.60q is no agent address", r.PathValue("agent"))
	}
	if q.bad(w) {
		return
	}
	agent, found := flow.AddrFromNetip(addr), false
	var all []sourceJSON
	accounts, snap := a.Agents.Snapshot(), a.Engine.Snapshot()
	for i := range accounts {
		if accounts[i].Agent != agent {
			continue
		}
		found = true
		for _, s := range a.Agents.DataSources(&accounts[i]) {
			x := sourceJSON{
				SubAgent: accounts[i].SubAgent, Class: s.Class, Index: s.Index, LastSeen: stamp(s.LastSeen), SamplingRate: known(s.SamplingRate),
				EffectiveRate: known(s.EffectiveRate), LostSamples: s.LostSamples, LostCounters: s.LostCounters, LostDiscards: s.LostDiscards, Dropped: s.Drops,
			}
			if s.Class == 0 {
				p := snap.FlowPort(snap.ID(agent), s.Index)
				x.Port = known(p.Name)
			}
			all = append(all, x)
		}
	}
	if !found {
		answer.Problem(w, http.StatusNotFound, "no agent with this address was heard")
		return
	}
	page := cut(all, skip, limit)
	items(w, page, len(page), skip, len(all), 1<<20)
}

func (a *API) doctor(w http.ResponseWriter, r *http.Request) {
	q := ask(r)
	if q.bad(w) {
		return
	}
	list := a.Doctor(r.Context())
	items(w, append([]doctor.Finding{}, list...), len(list), 0, len(list), len(list))
}
