package web

import (
	"log/slog"
	"strings"
	"testing"
)

// TestProfiles: they are there only for who asks for them in the configuration.
func TestProfiles(t *testing.T) {
	f := func(on bool, path string, status int, contains string) {
		t.Helper()
		s := New(Config{Listen: "127.0.0.1:0", Profiles: on}, slog.New(slog.DiscardHandler), nil)
		if got, kind, body := ask(s, "GET", path); got != status || !strings.Contains(body, contains) {
			t.Errorf("profiles %v, %s: %d %s %.200s", on, path, got, kind, body)
		}
	}
	f(false, "/debug/pprof/", 404, "nothing at /debug/pprof/")
	f(false, "/debug/pprof/heap", 404, "nothing at")
	f(false, "/debug/pprof/profile", 404, "nothing at")
	f(true, "/debug/pprof/", 200, "goroutine")
	f(true, "/debug/pprof/goroutine?debug=1", 200, "web.TestProfiles")
	f(true, "/debug/pprof/trace?seconds=0.01", 200, "go 1.")
	f(true, "/debug/pprof/cmdline", 404, "not found")
	f(true, "/metricsx", 404, "nothing at")
	if status, _, _ := ask(New(Config{Profiles: true}, slog.New(slog.DiscardHandler), nil), "POST", "/debug/pprof/heap"); status != 405 {
		t.Errorf("POST: %d", status)
	}
}
