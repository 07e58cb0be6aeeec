package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newServer(listen string) *Server {
	return New(Config{Listen: listen}, slog.New(slog.DiscardHandler), func(w io.Writer) {
		_, _ = io.WriteString(w, "spoor_things_total 1\n")
	})
}

// ask gives the status, content type and body of one request.
func ask(s *Server, method, path string) (status int, kind, body string) {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
	return w.Code, w.Header().Get("Content-Type"), w.Body.String()
}

func TestRoutes(t *testing.T) {
	f := func(method, path string, status int, kind, contains string) {
		t.Helper()
		gotStatus, gotKind, body := ask(newServer("127.0.0.1:0"), method, path)
		if gotStatus != status || gotKind != kind || !strings.Contains(body, contains) {
			t.Errorf("%s %s: %d %s %s", method, path, gotStatus, gotKind, body)
		}
	}
	f("GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", "spoor_things_total 1\n")
	f("GET", "/healthz", 200, "text/plain; charset=utf-8", "ok\n")
	f("GET", "/readyz", 200, "application/json", `"ready":true`)
	f("POST", "/metrics", 405, "application/problem+json", `"status":405`)
	f("GET", "/", 404, "application/problem+json", "/metrics, /healthz and /readyz")
	f("GET", "/metrics/x", 404, "application/problem+json", `"title":"Not Found"`)
}

func TestReadyNamesEveryPart(t *testing.T) {
	s := newServer("127.0.0.1:0")
	s.AddPart("udp", func() Status {
		return Status{Ready: true, State: "listening", Address: netip.MustParseAddrPort("[::]:6343")}
	})
	s.AddPart("kafka", func() Status {
		return Status{State: "waiting", Reason: "a:9092: connection refused", Target: "a:9092"}
	})
	status, _, body := ask(s, "GET", "/readyz")
	if status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"ready": false, "parts": []any{
		map[string]any{"name": "udp", "ready": true, "state": "listening", "reason": nil, "address": "[::]:6343", "target": nil},
		map[string]any{"name": "kafka", "ready": false, "state": "waiting", "reason": "a:9092: connection refused", "address": nil, "target": "a:9092"},
		map[string]any{"name": "http", "ready": true, "state": "listening", "reason": nil, "address": nil, "target": nil},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHealthHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("")
		hang := make(chan struct{})
		s.AddProbe("engine", func(context.Context) error { <-hang; return nil })
		begin := time.Now()
		if status, _, body := ask(s, "GET", "/healthz"); status != 503 || !strings.Contains(body, "no answer within 1s") {
			t.Errorf("%d %s", status, body)
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("took %v", took)
		}
		if status, _, body := ask(s, "GET", "/healthz"); status != 503 || !strings.Contains(body, "engine: an earlier check has not come back") {
			t.Errorf("%d %s", status, body)
		}
		close(hang)
		synctest.Wait()
		if status, _, body := ask(s, "GET", "/healthz"); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		s.AddProbe("udp", func(context.Context) error { return errors.New("no reader is left") })
		if status, _, body := ask(s, "GET", "/healthz"); status != 503 || !strings.Contains(body, "udp: no reader is left") {
			t.Errorf("%d %s", status, body)
		}
	})
}

func TestRunServesAndStops(t *testing.T) {
	s := newServer("127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + s.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if !strings.Contains(string(body), `"address":"`+s.Addr().String()+`"`) {
		t.Errorf("the bound address is missing: %s", body)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("still listening")
	}
}

func TestBusyPortIsOneClearLine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = newServer(l.Addr().String()).Run(t.Context())
	want := "http.listen: " + l.Addr().String() + " is taken by another program: choose another address with --http.listen, or port 0 for a free one"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestNoAddressOfThisMachine(t *testing.T) {
	err := newServer("192.0.2.1:8080").Run(t.Context()) // RFC 5737: nobody has it
	if want := "http.listen: 192.0.2.1:8080 is no address of this machine: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestValidate(t *testing.T) {
	for listen, ok := range map[string]bool{"": true, ":8080": true, "[::1]:80": true, "127.0.0.1": false, "localhost": false} {
		c := Config{Listen: listen}
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", listen, err)
		}
	}
}
