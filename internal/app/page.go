package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"spoor/internal/app/explain"
	"spoor/internal/app/health"
	"spoor/web"
	"spoor/web/api"
	picture "spoor/web/live"
	"spoor/web/page"
)

// showPage connects the picture with its sources, and adds the page and the API to the server.
func (r *runner) showPage() error {
	var state *health.State
	state, r.examiner = health.New(&health.Source{
		Engine: r.engine, Agents: r.agents, Collector: r.collector, Tally: r.tally, Publisher: r.pub, Kafka: r.kafka, Status: r.kafkaStatus,
		Settings: r.cfg, Embedded: r.broker != nil, Stranded: r.stranded, Log: r.limit,
	})
	r.live.Connect(picture.Source{Engine: r.engine, Health: state.Look})
	a := api.New(api.Source{
		Engine: r.engine, Agents: r.agents, Live: r.live, Collector: r.cfg.Publish.Collector, Health: state.Latest, Stats: r.counted, Doctor: r.examiner.Findings,
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
		History     int    `json:"history_bytes"`
	}{
		s.Shard.Flows, s.Links, s.Hosts, s.Agents, s.Shard.Elephants, s.Shard.Samples, s.Shard.Evictions, c.Pages, c.Dropped, c.Last, c.History,
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

// explain answers /api/v1/explain.
func (r *runner) explain(_ context.Context, what string) (any, error) {
	d, err := explain.Ask(r.engine, r.agents, what)
	switch {
	case errors.Is(err, explain.ErrAsked):
		return nil, askedError{err, web.ErrAsked}
	case errors.Is(err, explain.ErrUnknown):
		return nil, askedError{err, web.ErrUnknown}
	}
	return d, err
}

// askedError is an error of explain that is one of web's as well, told in its own words alone.
type askedError struct {
	error
	kind error
}

// Is reports whether the error is of web's kind.
func (e askedError) Is(target error) bool { return target == e.kind }
