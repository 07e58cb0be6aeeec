// Package api answers questions about the fabric over HTTP (docs/api.md): JSON,
// read only, every list bounded and paged. openapi.json describes it and is
// served with it; a test compares the two.
package api

import (
	"context"
	_ "embed"
	"net/http"

	"spoor/analytics"
	"spoor/collector"
	"spoor/internal/doctor"
	"spoor/web/answer"
	"spoor/web/live"
)

// Base is where the API is.
const Base = "/api/v1"

//go:embed openapi.json
var openapi []byte

// Source is what the answers are made of.
type Source struct {
	Engine    *analytics.Engine
	Agents    *collector.Agents
	Live      *live.Live
	Collector string
	// Health gives the state of the telemetry as JSON, as in the picture of the page.
	Health func() []byte
	// Doctor gives what keeps the collector from seeing the fabric.
	Doctor func(ctx context.Context) []doctor.Finding
	// Stats gives what else is counted.
	Stats func() any
}

// API answers.
type API struct {
	Source
	searches chan struct{} // those under way
}

// maxSearches bounds the searches through all flows that are under way at a time.
const maxSearches = 2

// New gives an API over its sources.
func New(src Source) *API {
	return &API{Source: src, searches: make(chan struct{}, maxSearches)}
}

// routes are all paths below Base.
func (a *API) routes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/topology":               a.topology,
		"/links":                  a.links,
		"/links/history":          a.history,
		"/flows":                  a.flows,
		"/flows/{id}":             a.flow,
		"/flows/{id}/history":     a.rates,
		"/paths/{id}":             a.path,
		"/elephants":              a.elephants,
		"/agents":                 a.agents,
		"/agents/{agent}/sources": a.sources,
		"/graph":                  a.graph,
		"/drops":                  a.drops,
		"/alerts":                 a.alerts,
		"/health":                 a.health,
		"/doctor":                 a.doctor,
		"/stats":                  a.stats,
		"/state":                  a.state,
		"/events":                 a.Live.Events,
		"/openapi.json":           a.describe,
	}
}

// Register adds the API's routes.
func (a *API) Register(handle func(pattern string, h http.Handler)) {
	for path, h := range a.routes() {
		if path == "/events" {
			handle(Base+path, answer.Get(h)) // compresses by itself, and flushes
			continue
		}
		handle(Base+path, answer.Get(packed(h)))
	}
	handle(Base+"/", answer.Get(func(w http.ResponseWriter, _ *http.Request) {
		answer.Problem(w, http.StatusNotFound, "no such resource: see "+Base+"/openapi.json")
	}))
}

func (a *API) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(openapi)
}
