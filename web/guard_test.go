package web

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/certificate"
)

const goodToken = "correct-horse-battery"

// guarded is a server with a route of each kind.
func guarded(t *testing.T, cfg Config) http.Handler {
	t.Helper()
	s := New(cfg, slog.New(slog.DiscardHandler), func(io.Writer) {})
	say := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") })
	s.Handle("/open", Open, say)
	s.Handle("/private", Private, say)
	return s.Handler()
}

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestWhoMayAsk(t *testing.T) {
	file := tokenFile(t, goodToken+"\n")
	local, far := Config{Listen: "127.0.0.1:1"}, Config{Listen: ":1"}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	token := func(c *Config) { c.TokenFile = file }
	f := func(name string, c Config, path string, change func(*http.Request), want int) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		r.Host = "127.0.0.1:1"
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		guarded(t, c).ServeHTTP(w, r)
		if w.Code != want || w.Code != http.StatusOK && strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %s gives %d, want %d: %s", name, path, w.Code, want, w.Body)
		}
	}
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	bearer := func(s string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Authorization", s) } }
	cookie := func(s string) func(*http.Request) {
		return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: s}) }
	}
	f("this machine", local, "/private", nil, 200)
	f("by name", local, "/private", host("localhost:1"), 200)
	f("IPv6", Config{Listen: "[::1]:1"}, "/private", host("[::1]:1"), 200)
	f("a stranger's page that points here", local, "/private", host("evil.example:1"), 421)
	f("a proxy", with(local, func(c *Config) { c.Host = "spoor.example" }), "/private", host("spoor.example"), 200)
	f("beyond it", far, "/private", nil, 403)
	f("beyond it, open", far, "/open", nil, 200)
	f("beyond it, metrics", far, "/metrics", nil, 200)
	f("beyond it, as wished", with(far, func(c *Config) { c.Anonymous = true }), "/private", host("x"), 200)
	named := with(far, func(c *Config) { c.Anonymous, c.Host = true, "spoor.example" })
	f("as wished, by our name", named, "/private", host("spoor.example"), 200)
	f("as wished, by address", named, "/private", host("192.0.2.1:1"), 200)
	f("as wished, by a stranger's name", named, "/private", host("evil.example:1"), 421)
	for _, c := range []Config{with(local, token), with(far, token), with(with(far, token), func(c *Config) { c.Anonymous = true })} {
		f("no token", c, "/private", nil, 401)
		f("no token, metrics", c, "/metrics", nil, 401)
		f("no token, health", c, "/healthz", nil, 200)
		f("the token", c, "/private", bearer("Bearer "+goodToken), 200)
		f("another", c, "/private", bearer("Bearer x"+goodToken), 401)
		f("none", c, "/private", bearer("Bearer "), 401)
		f("basic", c, "/private", bearer("Basic "+goodToken), 401)
		f("cookie", c, "/private", cookie(seal(goodToken)), 200)
		f("cookie with the token itself", c, "/private", cookie(goodToken), 401)
		f("cookie of another token", c, "/private", cookie(seal("x")), 401)
	}
}

func TestLogin(t *testing.T) {
	h := guarded(t, Config{Listen: ":1", TokenFile: tokenFile(t, goodToken)})
	ask := func(method, auth string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/login", http.NoBody)
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask(http.MethodPost, "Bearer wrong"); w.Code != 401 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask(http.MethodGet, "Bearer "+goodToken); w.Code != 405 {
		t.Errorf("%d", w.Code)
	}
	w := ask(http.MethodPost, "Bearer "+goodToken)
	c := w.Header().Get("Set-Cookie")
	if w.Code != 204 || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") || strings.Contains(c, goodToken) {
		t.Fatalf("%d %s", w.Code, c)
	}
	r := httptest.NewRequest(http.MethodGet, "/private", http.NoBody)
	r.Header.Set("Cookie", strings.SplitN(c, ";", 2)[0])
	again := httptest.NewRecorder()
	if h.ServeHTTP(again, r); again.Code != 200 {
		t.Errorf("the cookie does not open: %d", again.Code)
	}
	none := httptest.NewRecorder()
	if guarded(t, Config{Listen: ":1"}).ServeHTTP(none, httptest.NewRequest(http.MethodPost, "/login", http.NoBody)); none.Code != 404 {
		t.Errorf("%d", none.Code)
	}
}

func TestTokenFile(t *testing.T) {
	for name, file := range map[string]string{"short": tokenFile(t, "short"), "empty": tokenFile(t, ""), "missing": filepath.Join(t.TempDir(), "none")} {
		s := New(Config{Listen: "127.0.0.1:0", TokenFile: file}, slog.New(slog.DiscardHandler), func(io.Writer) {})
		if err := s.Listen(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "http.token_file: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := tokenFile(t, goodToken)
	s := &secret{file: file}
	if v, err := s.get(); v != goodToken || err != nil {
		t.Fatal(v, err)
	}
	if err := os.WriteFile(file, []byte("another-token-that-is-long"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(file, later, later); err != nil {
		t.Fatal(err)
	}
	s.looked = time.Time{}
	if v, err := s.get(); v != "another-token-that-is-long" || err != nil {
		t.Error(v, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.looked = time.Time{}
	if v, err := s.get(); v != "another-token-that-is-long" || err != nil {
		t.Error("a file that is gone opens or shuts the door:", v, err)
	}
}

func TestExposed(t *testing.T) {
	for listen, want := range map[string]bool{"": false, "127.0.0.1:80": false, "localhost:80": false, "[::1]:80": false, "127.9.9.9:80": false, ":80": true, "192.0.2.1:80": true, "[::ffff:127.0.0.1]:80": false} {
		c := Config{Listen: listen}
		if got := c.Exposed() != ""; got != want {
			t.Errorf("%q: %q", listen, c.Exposed())
		}
	}
	c := Config{Listen: ":80", TokenFile: "x", CertFile: "y", KeyFile: "z"}
	if c.Exposed() != "" {
		t.Error(c.Exposed())
	}
	if c.KeyFile = ""; c.Validate() == nil {
		t.Error("a certificate without its key")
	}
}

func TestTLS(t *testing.T) {
	ca := certificate.Authority(t, nil)
	cert, key := ca.Files(t)
	s := New(Config{Listen: "127.0.0.1:0", CertFile: cert, KeyFile: key}, slog.New(slog.DiscardHandler), func(io.Writer) {})
	go func() { _ = s.Run(t.Context()) }()
	<-s.Ready()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Roots()}, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
	resp, err := client.Get(s.URL() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.TLS == nil || !strings.HasPrefix(s.URL(), "https://") {
		t.Errorf("%d %v", resp.StatusCode, s.URL())
	}
	bad := New(Config{Listen: "127.0.0.1:0", CertFile: key, KeyFile: key}, slog.New(slog.DiscardHandler), func(io.Writer) {})
	if err := bad.Listen(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "http.tls.cert_file, http.tls.key_file: ") {
		t.Error(err)
	}
}
