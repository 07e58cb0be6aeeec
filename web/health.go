package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"spoor/web/answer"
)

// healthDeadline is how long /healthz waits for all probes together.
const healthDeadline = time.Second

// Status is how a part of the program does, as /readyz shows it.
type Status struct {
	Ready   bool           // whether it does its work
	State   string         // one or two words: "listening", "publishing", "waiting for brokers"
	Reason  string         // why it is not ready, "" if it is
	Address netip.AddrPort // where it is bound, zero if nowhere
	Target  string         // what it talks to, "" if nothing
}

type part struct {
	name   string
	status func() Status
}

// probe is a check of life with at most one call under way.
type probe struct {
	name  string
	check func(context.Context) error
	busy  sync.Mutex
}

// AddPart includes a part in /readyz. status must be quick and safe for concurrent use.
func (s *Server) AddPart(name string, status func() Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, part{name, status})
}

// AddProbe includes a check in /healthz: an error, or no answer within a
// second, means that the program is beyond help and should be restarted.
func (s *Server) AddProbe(name string, check func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probes = append(s.probes, &probe{name: name, check: check})
}

// partJSON is a part in the answer of /readyz; unknown is null.
type partJSON struct {
	Name    string  `json:"name"`
	Ready   bool    `json:"ready"`
	State   string  `json:"state"`
	Reason  *string `json:"reason"`
	Address *string `json:"address"`
	Target  *string `json:"target"`
}

type readyJSON struct {
	Ready bool       `json:"ready"`
	Parts []partJSON `json:"parts"`
}

func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	parts := s.parts
	s.mu.Unlock()
	all := readyJSON{Ready: true, Parts: make([]partJSON, 0, len(parts)+1)}
	add := func(name string, st Status) {
		p := partJSON{Name: name, Ready: st.Ready, State: st.State, Reason: orNull(st.Reason), Target: orNull(st.Target)}
		if st.Address.IsValid() {
			p.Address = orNull(st.Address.String())
		}
		all.Ready = all.Ready && st.Ready
		all.Parts = append(all.Parts, p)
	}
	for _, p := range parts {
		add(p.name, p.status())
	}
	add("http", Status{Ready: true, State: "listening", Address: s.Addr()})
	status := http.StatusOK
	if !all.Ready {
		status = http.StatusServiceUnavailable
	}
	answer.JSON(w, status, all)
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthDeadline)
	defer cancel()
	s.mu.Lock()
	probes := s.probes
	s.mu.Unlock()
	results := make(chan error, len(probes))
	for _, p := range probes {
		go func() { results <- p.ask(ctx) }()
	}
	for range probes {
		select {
		case err := <-results:
			if err != nil {
				answer.Problem(w, http.StatusServiceUnavailable, err.Error())
				return
			}
		case <-ctx.Done():
			answer.Problem(w, http.StatusServiceUnavailable, fmt.Sprintf("no answer within %v", healthDeadline))
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// ask calls the probe. While an earlier call hangs there is no second one: a
// stuck part must not collect goroutines at each request.
func (p *probe) ask(ctx context.Context) error {
	if !p.busy.TryLock() {
		return fmt.Errorf("%s: an earlier check has not come back", p.name)
	}
	defer p.busy.Unlock()
	if err := p.check(ctx); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}
