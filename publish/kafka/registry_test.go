package kafka

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
	"spoor/publish"
)

// fakeRegistry is a schema registry as Confluent's API describes it.
type fakeRegistry struct {
	*httptest.Server

	mu       sync.Mutex
	subjects map[string]string // schema types
	answer   func(w http.ResponseWriter, r *http.Request) bool
	asked    int
}

// newRegistryServer gives ids from 100 on; tls makes it speak https.
func newRegistryServer(t *testing.T, tls bool) *fakeRegistry {
	t.Helper()
	f := &fakeRegistry{subjects: make(map[string]string)}
	ids := make(map[string]int)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked++
		if f.answer != nil && f.answer(w, r) {
			return
		}
		var q struct{ SchemaType, Schema string }
		subject, _ := strings.CutPrefix(r.URL.Path, "/subjects/")
		subject, register := strings.CutSuffix(subject, "/versions")
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Method != http.MethodPost || q.Schema == "" {
			http.Error(w, `{"error_code":422,"message":"bad"}`, http.StatusUnprocessableEntity)
			return
		}
		if f.subjects[subject] == "" && !register {
			http.Error(w, `{"error_code":40403,"message":"Schema not found"}`, http.StatusNotFound)
			return
		}
		if ids[q.Schema] == 0 {
			ids[q.Schema] = 100 + len(ids)
		}
		f.subjects[subject] = q.SchemaType
		fmt.Fprintf(w, `{"id":%d}`, ids[q.Schema])
	})
	if f.Server = httptest.NewUnstartedServer(h); tls {
		f.StartTLS()
	} else {
		f.Start()
	}
	t.Cleanup(f.Close)
	return f
}

// set changes what the registry answers.
func (f *fakeRegistry) set(answer func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func (f *fakeRegistry) asks() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func status(code int, text string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error_code":%d,"message":%q}`, code, text)
		return true
	}
}

func registryConfig(url string) RegistryConfig {
	c := DefaultConfig().Registry
	c.URL = url
	return c
}

// feedFlows publishes n flow samples and an elephant.
func feedFlows(p *publish.Publisher, n int) {
	e := p.Encoder()
	for i := range n {
		e.Flow(sample(i), nil)
	}
	e.Close()
	p.Elephant(&flow.Elephant{ID: 7, Time: 1e18})
}

// TestFramings publishes with each framing; readers that know nothing of ours
// find the messages.
func TestFramings(t *testing.T) {
	parallel(t)
	reg := newRegistryServer(t, false)
	eachCluster(t, func(t *testing.T, b bench) {
		t.Helper()
		for _, how := range []publish.Framing{publish.FramingDelimited, publish.FramingConfluent, publish.FramingJSON} {
			for _, compression := range []string{"none", "lz4"} {
				b := b
				b.prefix += string(how) + "." + compression + "."
				cfg := b.config()
				cfg.Framing, cfg.Compression, cfg.Registry = how, compression, registryConfig(reg.URL)
				pc := publishConfig()
				pc.Topics[publish.Flows].BlockBytes = 32 << 10
				if how == publish.FramingJSON {
					pc.Topics[publish.Flows].BlockBytes = publish.DefaultConfig().Topics[publish.Flows].BlockBytes
					cfg.BoundBlocks(&pc)
				}
				p, _ := publisher(t, cfg, pc)
				const n = 2000
				feedFlows(p, n)
				if st := drain(t, p); st[publish.Flows].Acknowledged != n || st[publish.Elephants].Acknowledged != 1 {
					t.Fatalf("%s: %+v", how, st[publish.Flows])
				}
				seen := make(map[uint32]bool)
				for _, r := range b.consume(t, "flows", n) {
					seen[readFramed(t, how, r.Value).SampleSequence] = true
					if !strings.HasPrefix(headers(r)["content-type"], map[publish.Framing]string{
						publish.FramingDelimited: "application/x-protobuf;encoding=delimited",
						publish.FramingConfluent: "application/x-protobuf;encoding=confluent", publish.FramingJSON: "application/json",
					}[how]) {
						t.Fatalf("%s: %v", how, headers(r))
					}
				}
				if len(seen) != n {
					t.Errorf("%s: %d different records", how, len(seen))
				}
				if r := b.consume(t, "elephants", 1)[0]; !json.Valid(r.Value) {
					t.Errorf("%s: %q", how, r.Value)
				}
			}
		}
	})
	if got := reg.subjects; got["sflow.confluent.lz4.flows-value"] != "PROTOBUF" || got["sflow.confluent.lz4.alerts-value"] != "JSON" {
		t.Errorf("%v", got)
	}
}

// readFramed reads a flow's value as those do who take the framing for granted.
func readFramed(t *testing.T, how publish.Framing, v []byte) *flowpb.FlowMessage {
	t.Helper()
	m := new(flowpb.FlowMessage)
	var err error
	switch how {
	case publish.FramingDelimited:
		err = protodelim.UnmarshalFrom(strings.NewReader(string(v)), m)
	case publish.FramingConfluent:
		if v[0] != 0 || v[3] != 0 || v[4] < 100 || v[5] != 0 {
			t.Fatalf("%x", v)
		}
		err = proto.Unmarshal(v[6:], m)
	case publish.FramingJSON:
		err = protojson.Unmarshal(v, m)
	default:
		err = proto.Unmarshal(v, m)
	}
	if err != nil {
		t.Fatalf("%s: %v", how, err)
	}
	return m
}

// TestRegistryAway: records wait for the registry and go out framed, or go out
// plain, as the policy says; the next start needs no registry.
func TestRegistryAway(t *testing.T) {
	parallel(t)
	b := bench{name: "embedded", brokers: cluster(t, t.TempDir(), 0).ListenAddrs(), prefix: "sflow."}
	reg := newRegistryServer(t, false)
	reg.set(status(http.StatusServiceUnavailable, "starting"))
	cfg := b.config()
	cfg.Framing, cfg.Registry = publish.FramingConfluent, registryConfig(reg.URL)
	cfg.Registry.CacheFile = filepath.Join(t.TempDir(), "a", "ids.json")
	p, s := publisher(t, cfg, publishConfig())
	feedFlows(p, 100)
	await(t, "it is told", func() bool {
		ready, reason := s.State()
		return !ready && strings.Contains(reason, "503") && strings.Contains(reason, "starting") && s.has(problemRegistry)
	})
	await(t, "what needs no registry is delivered", func() bool { return p.Stats()[publish.Elephants].Acknowledged == 1 })
	if st := p.Stats()[publish.Flows]; st.Acknowledged != 0 || st.Queued != 100 {
		t.Errorf("%+v", st)
	}
	reg.set(nil)
	await(t, "all ids are there", func() bool { _, reason := s.State(); return reason == "" })
	if st := drain(t, p); st[publish.Flows].Acknowledged != 100 {
		t.Errorf("%+v", st[publish.Flows])
	}
	for _, r := range b.consume(t, "flows", 100) {
		readFramed(t, publish.FramingConfluent, r.Value)
	}

	// Ids are known from before: no registry is needed.
	reg.set(status(http.StatusServiceUnavailable, "starting"))
	p, s = publisher(t, cfg, publishConfig())
	feedFlows(p, 10)
	await(t, "they are delivered", func() bool { return p.Stats()[publish.Flows].Acknowledged == 10 })
	await(t, "it is told all the same", func() bool { ready, reason := s.State(); return ready && strings.Contains(reason, "503") })
	drain(t, p)

	// A changed address makes them void; plain is the policy now.
	cfg.Registry.URL += "/other"
	cfg.Registry.Fallback = FallbackPlain
	cfg.TopicPrefix, b.prefix = "plain.", "plain."
	p, s = publisher(t, cfg, publishConfig())
	await(t, "it is told", func() bool { _, reason := s.State(); return strings.Contains(reason, "503") })
	feedFlows(p, 10)
	await(t, "they are delivered", func() bool { return p.Stats()[publish.Flows].Acknowledged == 10 })
	drain(t, p)
	for _, r := range b.consume(t, "flows", 10) {
		readFramed(t, publish.FramingPlain, r.Value)
	}
}

// TestRegistryRefuses: each refusal is named, with what may help, and no secret.
func TestRegistryRefuses(t *testing.T) {
	reg := newRegistryServer(t, false)
	for want, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"not compatible":                 status(http.StatusConflict, "incompatible"),
		"registry.register false":        status(http.StatusForbidden, "no"),
		"look at registry.username":      status(http.StatusUnauthorized, "who"),
		"is kafka.registry.url the root": func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, `{}`); return true },
		"not what a schema registry":     func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, `<html>`); return true },
		"500 Internal Server Error x":    status(http.StatusInternalServerError, "x"),
	} {
		reg.set(answer)
		cfg := registryConfig(reg.URL)
		cfg.Username, cfg.Password = "spoor", "geheim"
		r, err := newRegistry(&cfg, patience)
		if err != nil {
			t.Fatal(err)
		}
		x := schemaOf(publish.Flows, "sflow.flows")
		if _, err := r.id(t.Context(), &x); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v, want %s", err, want)
		}
		r.close()
	}
}

// TestRegistryLogin: basic and bearer, secrets from files, https, no registering.
func TestRegistryLogin(t *testing.T) {
	reg := newRegistryServer(t, true)
	dir := t.TempDir()
	ca := write(t, filepath.Join(dir, "ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: reg.Certificate().Raw})))
	reg.set(func(w http.ResponseWriter, r *http.Request) bool {
		user, pass, _ := r.BasicAuth()
		if user == "spoor" && pass == "geheim" || r.Header.Get("Authorization") == "Bearer t0" {
			return false
		}
		return status(http.StatusUnauthorized, "who are you")(w, r)
	})
	ask := func(change func(*RegistryConfig)) error {
		cfg := registryConfig(reg.URL + "/")
		cfg.TLS.CAFile = ca
		change(&cfg)
		if err := cfg.validate(); err != nil {
			return err
		}
		r, err := newRegistry(&cfg, patience)
		if err != nil {
			return err
		}
		defer r.close()
		x := schemaOf(publish.Alerts, "sflow.alerts")
		id, err := r.id(t.Context(), &x)
		if err == nil && id < 100 {
			t.Errorf("id %d", id)
		}
		return err
	}
	password, token := write(t, filepath.Join(dir, "p"), "geheim\n"), write(t, filepath.Join(dir, "t"), "t0\n")
	for _, c := range []struct {
		want   string
		change func(*RegistryConfig)
	}{
		{"401", func(c *RegistryConfig) {}},
		{"40403", func(c *RegistryConfig) { c.Token, c.Register = "t0", false }},
		{"", func(c *RegistryConfig) { c.Username, c.Password = "spoor", "geheim" }},
		{"", func(c *RegistryConfig) { c.Username, c.PasswordFile = "spoor", password }},
		{"", func(c *RegistryConfig) { c.TokenFile = token }},
		{"", func(c *RegistryConfig) { c.Token, c.Register = "t0", false }},
		{"no such file", func(c *RegistryConfig) { c.TokenFile = filepath.Join(dir, "none") }},
		{"unknown authority", func(c *RegistryConfig) { c.Token, c.TLS.CAFile = "t0", "" }},
		{"no http or https", func(c *RegistryConfig) { c.URL = "ftp://x" }},
		{"must not hold a login", func(c *RegistryConfig) { c.URL = "http://u:p@x"; c.TLS.CAFile = "" }},
		{"belong together", func(c *RegistryConfig) { c.Username = "spoor" }},
		{"a login is either", func(c *RegistryConfig) { c.Username, c.Password, c.Token = "spoor", "x", "y" }},
		{"wait or plain", func(c *RegistryConfig) { c.Fallback = "x" }},
		{"is for https", func(c *RegistryConfig) { c.URL = "http://x" }},
		{"registry.tls.ca_file", func(c *RegistryConfig) { c.TLS.CAFile = dir }},
	} {
		err := ask(c.change)
		if c.want == "40403" {
			c.want = "Schema not found"
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestBrokenCache: what cannot be read is asked for anew.
func TestBrokenCache(t *testing.T) {
	reg := newRegistryServer(t, false)
	b := bench{name: "embedded", brokers: cluster(t, t.TempDir(), 0).ListenAddrs(), prefix: "sflow."}
	cfg := b.config()
	cfg.Framing, cfg.Registry = publish.FramingConfluent, registryConfig(reg.URL)
	cfg.Registry.CacheFile = write(t, filepath.Join(t.TempDir(), "ids.json"), "{")
	p, _ := publisher(t, cfg, publishConfig())
	feedFlows(p, 10)
	await(t, "all ids are known and kept", func() bool { // the end would cut it off
		data, err := os.ReadFile(cfg.Registry.CacheFile)
		return err == nil && json.Valid(data) && strings.Count(string(data), `"sha256"`) == publish.NumTopics
	})
	drain(t, p)
	if reg.asks() != publish.NumTopics {
		t.Errorf("asked %d times", reg.asks())
	}
}

func TestTopicConfig(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"":              func(c *Config) { c.Topics[publish.Flows].Name = "netflow.raw" },
		"Kafka takes":   func(c *Config) { c.TopicPrefix = "a b" },
		"the same name": func(c *Config) { c.Topics[publish.Flows].Name = "sflow.paths" },
		"topics.compression \"x\" of paths is unknown": func(c *Config) { c.Topics[publish.Paths].Compression = "x" },
		"framing \"json\" of":                          func(c *Config) { c.Topics[publish.Paths].Framing = publish.FramingJSON },
		"framing \"x\" of":                             func(c *Config) { c.Framing = "x" },
		"kafka.registry.url is needed":                 func(c *Config) { c.Topics[publish.Alerts].Framing = publish.FramingConfluent },
	} {
		c := DefaultConfig()
		c.Brokers = []string{"x:1"}
		change(&c)
		if err := c.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestRegistryUnreachable: a registry that does not answer is asked for one schema a
// round, and told of in one line.
func TestRegistryUnreachable(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Framing, cfg.Registry.URL = []string{"127.0.0.1:1"}, publish.FramingConfluent, "http://127.0.0.1:1"
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	left, err := s.registerAll(t.Context(), s.toRegister())
	if err == nil || len(left) != int(publish.NumTopics) || strings.Contains(err.Error(), "\n") || s.count.registryFailures.Get() != 1 {
		t.Errorf("%d topics left, %d failures: %v", len(left), s.count.registryFailures.Get(), err)
	}
}
