package app

import (
	"net/http"
	"net/url"

	"spoor/web"
	"spoor/web/api"
	picture "spoor/web/live"
	"spoor/web/page"
)

// showPage connects the picture with its sources, and adds the page and the API to the server.
func (r *runner) showPage() error {
	r.examiner = &examiner{r: r}
	vitals := &vitals{r: r, findings: r.examiner.known}
	r.examiner.lacks = vitals.lacks
	r.live.Connect(picture.Source{Engine: r.engine, Health: vitals.look})
	a := api.New(api.Source{
		Engine: r.engine, Agents: r.agents, Live: r.live, Collector: r.cfg.Publish.Collector, Health: vitals.latest, Stats: r.counted, Doctor: r.examiner.findings,
	})
	a.Register(func(pattern string, h http.Handler) { r.web.Handle(pattern, web.Private, h) })
	return page.Register(func(pattern string, h http.Handler) { r.web.Handle(pattern, web.Open, h) })
}

// counted is what /api/v1/stats tells.
func (r *runner) counted() any {
	s, c := r.engine.Stats(), r.live.Stats()
	return struct {
		Flows       int    `json:"flows"`
		Links       int    `json:"links"`
		Hosts       int    `json:"hosts"`
		Agents      int    `json:"agents"`
		Elephants   int    `json:"elephants_active"`
		Samples     uint64 `json:"samples"`
		Evictions   uint64 `json:"flow_evictions"`
		Pages       int    `json:"pages"`
		PagesTooOld uint64 `json:"pages_dropped"`
		Message     int    `json:"message_bytes"`
	}{
		s.Shard.Flows, s.Links, s.Hosts, s.Agents, s.Shard.Elephants, s.Shard.Samples, s.Shard.Evictions, c.Pages, c.Dropped, c.Last,
	}
}

// hostOf gives the host of a URL, "" if there is none.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
