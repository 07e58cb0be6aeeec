package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"spoor/web/answer"
)

// cookieName is the cookie by which a page that gave the token is known again.
const cookieName = "spoor"

// cookieAge is how long a browser is known.
const cookieAge = 30 * 24 * time.Hour

// leastToken is the least number of characters of a token.
const leastToken = 16

// Access says who may ask for what.
type Access uint8

// Accesses.
const (
	Open    Access = iota // anybody: it tells nothing
	Ops                   // who has the token, if there is one
	Private               // the same; without a token only this machine, unless http.anonymous is set
)

// secret is a token in a file that is read again when it changed.
type secret struct {
	file string

	mu      sync.Mutex
	value   string
	changed time.Time
	looked  time.Time
}

// lookEvery is how often files are looked at for changes.
const lookEvery = 5 * time.Second

// get gives the token. After the first time an unreadable file leaves what was known.
func (s *secret) get() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value != "" && time.Since(s.looked) < lookEvery {
		return s.value, nil
	}
	s.looked = time.Now()
	value, changed, err := readToken(s.file, s.changed)
	switch {
	case err != nil && s.value == "":
		return "", err
	case err == nil && value != "":
		s.value, s.changed = value, changed
	}
	return s.value, nil
}

// readToken reads a token; "" if the file did not change.
func readToken(file string, known time.Time) (string, time.Time, error) {
	st, err := os.Stat(file)
	if err != nil {
		return "", known, fmt.Errorf("http.token_file: %w", err)
	}
	if st.ModTime().Equal(known) {
		return "", known, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", known, fmt.Errorf("http.token_file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < leastToken {
		return "", known, fmt.Errorf("http.token_file: %s holds %d characters: at least %d that nobody guesses", file, len(token), leastToken)
	}
	return token, st.ModTime(), nil
}

// seal is what the cookie holds: it proves that the token was given, and is not the token.
func seal(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("spoor page"))
	return hex.EncodeToString(m.Sum(nil))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// guard lets through who may ask.
func (s *Server) guard(access Access, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case access == Open:
			next.ServeHTTP(w, r)
		case access == Private && !s.addressed(r):
			answer.Problem(w, http.StatusMisdirectedRequest, "this server is known by its address or as localhost; set http.external_url for another name")
		case s.cfg.TokenFile != "":
			if !s.knows(r) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="spoor"`)
				answer.Problem(w, http.StatusUnauthorized, "a token is needed: Authorization: Bearer, or open the page and give it there")
				return
			}
			next.ServeHTTP(w, r)
		case access == Private && !s.cfg.local() && !s.cfg.Anonymous:
			answer.Problem(w, http.StatusForbidden, "beyond this machine the page and the API need http.token_file (or http.anonymous, where the network keeps strangers out)")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// knows reports whether a request brings the token.
func (s *Server) knows(r *http.Request) bool {
	token, err := s.token.get()
	if err != nil {
		s.log.Warn("the token cannot be read: nobody is let in", "error", err)
		return false
	}
	if given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return same(strings.TrimSpace(given), token)
	}
	c, err := r.Cookie(cookieName)
	return err == nil && same(c.Value, seal(token))
}

// login gives a browser that brings the token the cookie by which it is known.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		answer.Problem(w, http.StatusMethodNotAllowed, "only POST is answered here")
		return
	}
	if s.cfg.TokenFile == "" {
		answer.Problem(w, http.StatusNotFound, "no token is needed")
		return
	}
	if r.Header.Get("Authorization") == "" || !s.knows(r) {
		answer.Problem(w, http.StatusUnauthorized, "this is not the token")
		return
	}
	token, err := s.token.get()
	if err != nil {
		answer.Problem(w, http.StatusInternalServerError, "the token cannot be read")
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: over plain HTTP a secure cookie would not come back
		Name: cookieName, Value: seal(token), Path: "/", MaxAge: int(cookieAge / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	w.WriteHeader(http.StatusNoContent)
}

// addressed reports whether a request was meant for this server: without a token,
// a page of a stranger must not reach it by a name of its own. Beyond this machine
// that can be told only where it is known what we are called.
func (s *Server) addressed(r *http.Request) bool {
	if s.cfg.TokenFile != "" || !s.cfg.local() && (!s.cfg.Anonymous || s.cfg.Host == "") {
		return true
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host == "" || strings.EqualFold(host, "localhost") || s.cfg.Host != "" && strings.EqualFold(host, s.cfg.Host)
}

// local reports whether only this machine can reach the address that is listened on.
func (c *Config) local() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return true // it is not listened on
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// Exposed describes what strangers may do, "" if they can do nothing.
func (c *Config) Exposed() string {
	switch {
	case c.Listen == "" || c.local():
		return ""
	case c.TokenFile == "" && c.Anonymous:
		return "anybody who reaches " + c.Listen + " sees the fabric (http.anonymous)"
	case c.TokenFile != "" && c.CertFile == "":
		return "the token crosses the network in the clear: set http.tls, or let a proxy do it"
	case c.TokenFile == "":
		return "page and API answer nobody beyond this machine: set http.token_file"
	}
	return ""
}

var errTLSPair = errors.New("http.tls.cert_file and http.tls.key_file belong together: give both or none")
