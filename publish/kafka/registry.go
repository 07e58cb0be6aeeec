package kafka

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"spoor/docs/schemas"
	"spoor/proto"
	"spoor/publish"
)

// Fallbacks: what becomes of records while a schema's id is not known.
const (
	FallbackWait  = "wait"  // they wait, in memory and in the spool
	FallbackPlain = "plain" // they go out without framing
)

// RegistryConfig says how a schema registry with Confluent's API is reached.
// Files are read anew for each round.
type RegistryConfig struct {
	URL          string // "" = none
	Username     string // of HTTP basic authentication
	Password     Secret
	PasswordFile string // in place of Password
	Token        Secret // of a bearer
	TokenFile    string // in place of Token
	TLS          TLSConfig
	Register     bool   // else the schemas must be there already
	Fallback     string // FallbackWait or FallbackPlain
	CacheFile    string // keeps ids for a start without the registry; "" = none
}

func (c *RegistryConfig) validate() error {
	if c.URL == "" {
		return nil
	}
	var errs []error
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		errs = append(errs, errors.New("kafka.registry.url is no http or https address: write it like http://registry:8081"))
	} else if u.User != nil {
		errs = append(errs, errors.New("kafka.registry.url must not hold a login: use kafka.registry.username and kafka.registry.password"))
	}
	errs = append(errs, c.validateLogin())
	if c.Fallback != FallbackWait && c.Fallback != FallbackPlain {
		errs = append(errs, fmt.Errorf("kafka.registry.fallback %q is unknown: want wait or plain", c.Fallback))
	}
	if t := c.tls(); !t.Enabled && t.CAFile+t.CertFile+t.KeyFile+t.ServerName != "" {
		errs = append(errs, errors.New("kafka.registry.tls is for https, which kafka.registry.url is not"))
	} else if err := t.validate(); err != nil {
		errs = append(errs, fmt.Errorf("kafka.registry.%w", err))
	}
	if _, err := secret("kafka.registry.password_file", c.Password, c.PasswordFile); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c *RegistryConfig) validateLogin() error {
	var errs []error
	if c.Username != "" && (c.Password == "") == (c.PasswordFile == "") || c.Username == "" && (c.Password != "" || c.PasswordFile != "") {
		errs = append(errs, errors.New("kafka.registry.username and either kafka.registry.password or kafka.registry.password_file belong together"))
	}
	bearer := c.Token != "" || c.TokenFile != ""
	if c.Token != "" && c.TokenFile != "" || bearer && c.Username != "" {
		errs = append(errs, errors.New("kafka.registry: a login is either username and password, or token, or token_file"))
	}
	return errors.Join(errs...)
}

// tls gives the files for https; it is the address that says whether there is any.
func (c *RegistryConfig) tls() *TLSConfig {
	t := c.TLS
	t.Enabled = strings.HasPrefix(c.URL, "https:")
	return &t
}

// schema is one that is to be registered.
type schema struct {
	subject string
	kind    string // PROTOBUF or JSON
	text    string
}

// schemaOf gives the schema of a topic's values, for the subject that Confluent's
// serializers use.
func schemaOf(t publish.Topic, name string) schema {
	text := [publish.NumTopics]string{
		publish.Flows: proto.Flow, publish.Counters: proto.Counters, publish.Drops: proto.Drops,
		publish.Paths: schemas.Paths, publish.Elephants: schemas.Elephants, publish.Alerts: schemas.Alerts, publish.Topology: schemas.Topology,
	}[t]
	kind := "JSON"
	if t.Policy().Protobuf {
		kind = "PROTOBUF"
	}
	return schema{name + "-value", kind, text}
}

// registry is a client of a schema registry, for one round of questions.
type registry struct {
	cfg  *RegistryConfig
	http http.Client
}

// newRegistry reads the files that the configuration names. A request has the timeout for its answer.
func newRegistry(cfg *RegistryConfig, timeout time.Duration) (*registry, error) {
	r := &registry{cfg: cfg}
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if files := cfg.tls(); files.Enabled {
		c, err := files.config("")
		if err != nil {
			return nil, fmt.Errorf("kafka.registry.%w", err)
		}
		t.TLSClientConfig = c
	}
	r.http = http.Client{Transport: t, Timeout: timeout}
	return r, nil
}

func (r *registry) close() { r.http.CloseIdleConnections() }

// refusal is an answer that would be the same again.
type refusal struct {
	status string
	code   int
	text   string
}

func (e *refusal) Error() string {
	hint := ""
	switch e.code {
	case http.StatusUnauthorized:
		hint = " (look at registry.username and registry.token)"
	case http.StatusForbidden:
		hint = " (we may not; with registry.register false the schemas are only looked up)"
	case http.StatusConflict:
		hint = " (the subject holds a schema that ours is not compatible with)"
	case http.StatusNotFound:
		hint = " (not registered, or registry.url is not the root of Confluent's API)"
	}
	return strings.TrimSpace(e.status + " " + e.text + hint)
}

// contentRegistry is what Confluent's API speaks.
const contentRegistry = "application/vnd.schemaregistry.v1+json"

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// id registers a schema, or looks it up where registering is not ours to do.
// Registering what is there already gives its id.
func (r *registry) id(ctx context.Context, s *schema) (uint32, error) {
	path := "/subjects/" + url.PathEscape(s.subject)
	if r.cfg.Register {
		path += "/versions"
	}
	body, err := json.Marshal(map[string]string{"schemaType": s.kind, "schema": s.text})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(r.cfg.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", contentRegistry)
	req.Header.Set("Accept", contentRegistry+", application/json")
	if err := r.login(req); err != nil {
		return 0, err
	}
	res, err := r.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, err
	}
	var a struct {
		ID      *uint32 `json:"id"`
		Message string  `json:"message"`
	}
	err = json.Unmarshal(answer, &a)
	switch {
	case res.StatusCode/100 == 4 && res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusRequestTimeout:
		return 0, &refusal{res.Status, res.StatusCode, a.Message}
	case res.StatusCode/100 != 2:
		return 0, fmt.Errorf("%s %s", res.Status, a.Message)
	case err != nil:
		return 0, fmt.Errorf("the answer is not what a schema registry gives: %w", err)
	case a.ID == nil:
		return 0, errors.New("the answer has no id: is kafka.registry.url the root of Confluent's API?")
	}
	return *a.ID, nil
}

// login adds who we are.
func (r *registry) login(req *http.Request) error {
	switch c := r.cfg; {
	case c.Username != "":
		p, err := secret("kafka.registry.password_file", c.Password, c.PasswordFile)
		if err != nil {
			return err
		}
		req.SetBasicAuth(c.Username, p)
	case c.Token != "" || c.TokenFile != "":
		t, err := secret("kafka.registry.token_file", c.Token, c.TokenFile)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+t)
	}
	return nil
}
