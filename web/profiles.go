package web

import (
	"net/http"
	"net/http/pprof"
)

// serveProfiles adds the runtime's profiles, which go tool pprof reads. The
// command line is not among them: it may hold secrets.
func serveProfiles(mux *http.ServeMux) {
	mux.HandleFunc("/debug/pprof/", get(pprof.Index))
	mux.HandleFunc("/debug/pprof/profile", get(pprof.Profile))
	mux.HandleFunc("/debug/pprof/trace", get(pprof.Trace))
	mux.HandleFunc("/debug/pprof/cmdline", http.NotFound)
}
