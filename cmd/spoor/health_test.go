package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"spoor/internal/testkit/port"
)

// TestHealth asks one that is well, one that is not, and nobody.
func TestHealth(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir())
	if r := spoor(t, "health", "--http.listen", d.HTTP.String()); r != (result{}) {
		t.Errorf("%+v", r)
	}
	if r := spoor(t, "health", "--http.listen", fmt.Sprint(":", d.HTTP.Port())); r != (result{}) {
		t.Errorf("by the port alone: %+v", r)
	}
	sick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "engine: no answer\nwithin 1s\n")
	}))
	defer sick.Close()
	wrong(t, 1, "503 Service Unavailable: engine: no answer within 1s", "health", "--http.listen", sick.Listener.Addr().String())
	wrong(t, 1, "refused", "health", "--http.listen", port.Held(t))
	wrong(t, 2, "port 0", "health", "--http.listen", "127.0.0.1:0")
	wrong(t, 2, "http.listen is empty", "health", "--http.listen", "")
}

// TestAskAt: who listens everywhere is asked by an address, since an image without
// /etc/hosts knows no localhost.
func TestAskAt(t *testing.T) {
	for listen, want := range map[string]string{":8080": "127.0.0.1:8080", "0.0.0.0:1": "127.0.0.1:1", "[::]:1": "127.0.0.1:1", "[::1]:1": "[::1]:1", "10.0.0.1:1": "10.0.0.1:1", "localhost:1": "localhost:1"} {
		if got, err := askAt(listen); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", listen, got, err, want)
		}
	}
	for _, listen := range []string{"", "x", ":0"} {
		if got, err := askAt(listen); err == nil {
			t.Errorf("%q: %s", listen, got)
		}
	}
}
