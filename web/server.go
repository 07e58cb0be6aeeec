// Package web is the HTTP server: /metrics, /healthz and /readyz, and the routes
// that others give it, such as those of the live page (web/page) and of the API
// (web/api). It says who may ask, reads what others offer it and changes nothing.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"spoor/web/answer"
)

// Timeouts of the server. They bound what a slow or hostile client costs.
const (
	headerTimeout   = 5 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 16 << 10
	shutdownTimeout = 2 * time.Second
)

// Config of the server.
type Config struct {
	// Listen is the address and port; port 0 takes a free one, "" serves nothing.
	Listen string
	// Profiles adds the runtime's profiles under /debug/pprof/.
	Profiles bool
	// TokenFile holds what who asks must bring; "" asks for nothing.
	TokenFile string
	// Anonymous serves page and API beyond this machine without a token.
	Anonymous bool
	// CertFile and KeyFile, in PEM form, make it HTTPS; "" is HTTP.
	CertFile, KeyFile string
	// Host is the name by which a proxy on this machine makes the server known, "" none.
	Host string
}

// DefaultConfig listens where only this machine can ask.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:8080"} }

// Validate reports an address that cannot be listened on, and a certificate without its key.
func (c *Config) Validate() error {
	if c.Listen == "" {
		return nil
	}
	var errs []error
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("http.listen: %q is no address with a port such as 127.0.0.1:8080", c.Listen))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		errs = append(errs, errTLSPair)
	}
	return errors.Join(errs...)
}

// CheckFiles reports a token or a certificate that Listen would refuse.
func (c *Config) CheckFiles() error {
	if c.Listen == "" {
		return nil
	}
	var errs []error
	if c.TokenFile != "" {
		_, err := (&secret{file: c.TokenFile}).get()
		errs = append(errs, err)
	}
	if c.CertFile != "" {
		_, err := (&keypair{cert: c.CertFile, key: c.KeyFile}).get(nil)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Server answers HTTP. Parts and probes are added before Run.
type Server struct {
	cfg       Config
	log       *slog.Logger
	metrics   *shared
	explainer Explainer // nil: none
	ready     chan struct{}
	patience  time.Duration // with who sends the header of a request; twice as long for all of it

	mu       sync.Mutex
	listener net.Listener
	parts    []part
	probes   []*probe
	routes   []route

	token secret
	pair  keypair
}

// route is one that others gave.
type route struct {
	pattern string
	access  Access
	handler http.Handler
}

// New gives a server that does nothing yet. metrics writes Prometheus' text format.
func New(cfg Config, log *slog.Logger, metrics func(io.Writer)) *Server {
	return &Server{
		cfg: cfg, log: log, metrics: newShared(metrics), ready: make(chan struct{}), patience: headerTimeout, token: secret{file: cfg.TokenFile},
		pair: keypair{cert: cfg.CertFile, key: cfg.KeyFile},
	}
}

// Handle adds a route, as http.ServeMux has it, before Run.
func (s *Server) Handle(pattern string, access Access, h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes = append(s.routes, route{pattern, access, h})
}

// URL gives where the page is, "" while nothing is listened on.
func (s *Server) URL() string {
	a := s.Addr()
	if !a.IsValid() {
		return ""
	}
	scheme := "http://"
	if s.cfg.CertFile != "" {
		scheme = "https://"
	}
	return scheme + a.String()
}

// Listen binds the port, so that a busy one is known before anything starts.
// Run calls it if nobody did.
func (s *Server) Listen(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil || s.cfg.Listen == "" {
		return nil
	}
	if err := s.cfg.CheckFiles(); err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.cfg.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("http.listen: %s is taken by another program: choose another address with --http.listen, or port 0 for a free one", s.cfg.Listen)
	}
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return fmt.Errorf("http.listen: %s is no address of this machine: choose one that is, or :PORT for all, with --http.listen", s.cfg.Listen)
	}
	if err != nil {
		return fmt.Errorf("http.listen: %w", err)
	}
	s.listener = l
	return nil
}

// Close gives the port back where Run was never called.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	return s.listener.Close()
}

// Addr gives the bound address; it is zero before Listen.
func (s *Server) Addr() netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return netip.AddrPort{}
	}
	a, _ := netip.ParseAddrPort(s.listener.Addr().String())
	return a
}

// Ready is closed once requests are answered.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Run answers requests until ctx ends; requests under way then have two seconds.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	l := s.listener
	s.mu.Unlock()
	close(s.ready)
	if l == nil {
		<-ctx.Done()
		return nil
	}
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: s.patience,
		ReadTimeout:       2 * s.patience,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() {
		if s.cfg.CertFile != "" {
			srv.TLSConfig = s.pair.config()
			failed <- srv.ServeTLS(l, "", "")
			return
		}
		failed <- srv.Serve(l)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if srv.Shutdown(late) != nil {
		_ = srv.Close()
	}
	if err := <-failed; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler gives the routes, for tests and for embedding.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, access Access, h http.Handler) { mux.Handle(pattern, s.guard(access, h)) }
	handle("/metrics", Ops, answer.Get(s.serveMetrics))
	handle("/healthz", Open, answer.Get(s.serveHealth))
	handle("/readyz", Ops, answer.Get(s.serveReady))
	handle("/login", Open, http.HandlerFunc(s.login))
	handle("/api/v1/explain", Private, answer.Get(s.serveExplain))
	if s.cfg.Profiles {
		profiles := http.NewServeMux()
		serveProfiles(profiles)
		handle("/debug/pprof/", Ops, profiles)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.routes {
		handle(r.pattern, r.access, r.handler)
	}
	handle("/", Open, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer.Problem(w, http.StatusNotFound, "nothing at "+r.URL.Path+"; there are /, /api/v1/openapi.json, /metrics, /healthz and /readyz")
	}))
	return mux
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	text, err := s.metrics.get(r.Context())
	if err != nil {
		answer.Problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(text)
}
