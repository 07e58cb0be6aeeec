// Package post brings alerts to those that do not read Kafka: Alertmanagers
// (API v2) and webhooks, by HTTP POST.
//
// A target that is away is tried again, later and later, and then hears the
// latest state of each alert: one that was raised and resolved meanwhile is told
// as resolved, none is left standing. Several targets do not wait for each other.
package post

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"spoor/flow"
	"spoor/publish"
)

// Config says where to post: to nobody, if it is empty.
type Config struct {
	Alertmanagers []string // base URLs; all of a cluster's members, as Alertmanager wants it
	Webhooks      []string // URLs that take an array of messages like those of the topic alerts
	TokenFile     string   // a file that holds a bearer token, read at each post; "" none

	Collector   string // name in every message of a webhook
	ExternalURL string // of our page, for links; "" none
}

// Validate reports all that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	check := func(key string, list []string) {
		for _, s := range list {
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
				errs = append(errs, fmt.Errorf("%s: %q is no URL such as http://alertmanager:9093", key, s))
			}
		}
	}
	check("alerts.alertmanagers", c.Alertmanagers)
	check("alerts.webhooks", c.Webhooks)
	return errors.Join(errs...)
}

// timeout is how long a target may take to answer one post.
const timeout = 10 * time.Second

// maxPending bounds the alerts that wait for one target; resolved ones beyond it are lost and counted.
const maxPending = 20_000

// Poster posts alerts to all targets.
type Poster struct {
	cfg     Config
	log     *slog.Logger
	client  *http.Client
	targets []*target
}

// New gives a poster; cfg must be valid.
func New(cfg Config, log *slog.Logger) *Poster {
	p := &Poster{cfg: cfg, log: log, client: &http.Client{Timeout: timeout}}
	for _, s := range cfg.Alertmanagers {
		p.targets = append(p.targets, newTarget(strings.TrimRight(s, "/")+"/api/v2/alerts", p.alertmanager))
	}
	for _, s := range cfg.Webhooks {
		p.targets = append(p.targets, newTarget(s, p.webhook))
	}
	return p
}

// Alert takes an alert, which belongs to the poster from now on. It does not wait.
func (p *Poster) Alert(a *flow.Alert) {
	id := a.Fingerprint() // sorts the labels, before several read them
	for _, t := range p.targets {
		t.take(id, a)
	}
}

// Run posts until ctx ends, and then once more what is pending, within the time given.
func (p *Poster) Run(ctx context.Context, last time.Duration) error {
	var all sync.WaitGroup
	for _, t := range p.targets {
		all.Go(func() { p.serve(ctx, t, last) })
	}
	<-ctx.Done() // without targets, too
	all.Wait()
	return nil
}

// Pauses between tries.
const (
	firstPause = time.Second
	mostPause  = time.Minute
)

// serve brings one target what it is to hear.
func (p *Poster) serve(ctx context.Context, t *target, last time.Duration) {
	pause, failed := firstPause, false
	for {
		select {
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), last)
			defer cancel()
			if err := p.deliver(end, t); err != nil {
				p.log.Warn("alerts not posted", "url", t.url, "alerts", t.len(), "error", err)
			}
			return
		case <-t.wake:
		}
		for {
			err := p.deliver(ctx, t)
			if err == nil {
				if failed {
					p.log.Info("alerts are posted again", "url", t.url)
				}
				pause, failed = firstPause, false
				break
			}
			if ctx.Err() != nil {
				break
			}
			if !failed {
				p.log.Warn("alerts cannot be posted: they wait", "url", t.url, "error", err)
				failed = true
			}
			if !wait(ctx, pause) {
				break
			}
			pause = min(2*pause, mostPause)
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// postAlerts is how many alerts go into one request.
const postAlerts = 500

// deliver posts all that is pending for a target.
func (p *Poster) deliver(ctx context.Context, t *target) error {
	for {
		batch := t.next(postAlerts)
		if len(batch) == 0 {
			return nil
		}
		err := p.send(ctx, t, batch)
		refused := &refusedError{}
		switch {
		case errors.As(err, &refused): // it will not be taken however often it comes
			t.lost.Add(uint64(len(batch)))
			p.log.Error("alerts refused", "url", t.url, "alerts", len(batch), "error", err)
		case err != nil:
			t.failed.Add(1)
			t.putBack(batch)
			return err
		default:
			t.posted.Add(uint64(len(batch)))
		}
	}
}

func (p *Poster) send(ctx context.Context, t *target, batch []pending) error {
	body, err := t.encode(batch)
	if err != nil {
		return fmt.Errorf("encode alerts: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post alerts: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "spoor")
	if p.cfg.TokenFile != "" {
		token, err := os.ReadFile(p.cfg.TokenFile)
		if err != nil {
			return fmt.Errorf("alerts.token_file: %w", err)
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("post alerts: %w", err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 300)) // only to say why
	switch answer.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return nil
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return &refusedError{answer.Status, string(bytes.TrimSpace(text))}
	}
	return fmt.Errorf("post alerts: %s: %s", answer.Status, bytes.TrimSpace(text))
}

// refusedError is an answer that says that the alerts themselves are wrong.
type refusedError struct{ status, text string }

func (e *refusedError) Error() string { return "post alerts: " + e.status + ": " + e.text }

// Stats are one target's figures.
type Stats struct {
	Target  string // host and port
	Posted  uint64 // alerts that were taken
	Failed  uint64 // requests that were not answered with success
	Lost    uint64 // alerts refused, or beyond the bound
	Pending int
}

// Stats gives the figures of each target. It is safe for concurrent use.
func (p *Poster) Stats() []Stats {
	list := make([]Stats, len(p.targets))
	for i, t := range p.targets {
		list[i] = Stats{Target: t.host, Posted: t.posted.Load(), Failed: t.failed.Load(), Lost: t.lost.Load(), Pending: t.len()}
	}
	return list
}

// alertmanager writes alerts as Alertmanager's API v2 takes them.
func (p *Poster) alertmanager(batch []pending) ([]byte, error) {
	type postable struct {
		Labels       map[string]string `json:"labels"`
		Annotations  map[string]string `json:"annotations"`
		StartsAt     time.Time         `json:"startsAt"`
		EndsAt       time.Time         `json:"endsAt"`
		GeneratorURL string            `json:"generatorURL,omitempty"`
	}
	list := make([]postable, len(batch))
	for i := range batch {
		a := batch[i].alert
		list[i] = postable{Labels: toMap(a.Labels), Annotations: toMap(a.Annotations), StartsAt: time.Unix(0, a.Starts).UTC(), EndsAt: time.Unix(0, a.Ends).UTC()}
		if a.Incident != "" {
			list[i].Annotations["incident"] = a.Incident
		}
		if p.cfg.ExternalURL != "" {
			list[i].GeneratorURL = p.cfg.ExternalURL + a.Page
		}
	}
	return json.Marshal(list)
}

func toMap(labels []flow.Label) map[string]string {
	m := make(map[string]string, len(labels))
	for _, l := range labels {
		m[l.Name] = l.Value
	}
	return m
}

// webhook writes alerts as in the topic.
func (p *Poster) webhook(batch []pending) ([]byte, error) {
	b := []byte{'['}
	for i := range batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = publish.AppendAlert(b, batch[i].alert, p.cfg.Collector, p.cfg.ExternalURL)
	}
	return append(b, ']'), nil
}
