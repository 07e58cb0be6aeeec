package web

import (
	"net/http"
	"net/http/pprof"

	"spoor/web/answer"
)

// serveProfiles adds the runtime's profiles, which go tool pprof reads. The
// command line is not among them: it may hold secrets.
func serveProfiles(mux *http.ServeMux) {
	mux.HandleFunc("/debug/pprof/", answer.Get(pprof.Index))
	mux.HandleFunc("/debug/pprof/profile", answer.Get(pprof.Profile))
	mux.HandleFunc("/debug/pprof/trace", answer.Get(pprof.Trace))
	mux.HandleFunc("/debug/pprof/cmdline", http.NotFound)
}
