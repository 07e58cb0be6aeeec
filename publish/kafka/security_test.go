package kafka

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/publish"
)

// eachSecured runs a test against the embedded broker with SASL, and the real
// one's listener that SPOOR_TEST_KAFKA_SASL names. "spoor" may do all, "nobody" nothing.
func eachSecured(t *testing.T, run func(t *testing.T, b bench)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		var users []kfake.Opt
		for _, m := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
			users = append(users, kfake.Superuser(m, "spoor", "secret"), kfake.User(m, "nobody", "secret"))
		}
		c, err := kfake.NewCluster(append(users, kfake.DataDir(t.TempDir()), kfake.EnableSASL(), kfake.EnableACLs())...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		run(t, bench{name: "embedded", brokers: c.ListenAddrs(), prefix: "sflow."})
	})
	t.Run("real", func(t *testing.T) {
		addr := os.Getenv("SPOOR_TEST_KAFKA_SASL")
		if addr == "" {
			t.Skip("SPOOR_TEST_KAFKA_SASL names no broker")
		}
		run(t, bench{name: "real", brokers: []string{addr}, prefix: fmt.Sprintf("test%d.", time.Now().UnixNano())})
	})
}

// deliver publishes a few records and wants them acknowledged; a reader with the
// same security reads them.
func (b *bench) deliver(t *testing.T, sec Security) {
	t.Helper()
	p := b.secured(t, sec)
	defer drain(t, p.Publisher)
	p.feed(10)
	await(t, "all is acknowledged: "+p.reason(), func() bool { return p.Stats()[publish.Flows].Acknowledged == 10 })
	c, err := kgo.NewClient(append(sec.ReaderOptions(patience), kgo.SeedBrokers(b.brokers...), kgo.ConsumeTopics(b.prefix+"flows"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if f := c.PollFetches(ctx); f.Err() != nil || f.NumRecords() == 0 {
		t.Errorf("%d records, %v", f.NumRecords(), f.Err())
	}
}

// refuses wants a reason that says these things, and never the secret; after
// mend all goes well.
func (b *bench) refuses(t *testing.T, sec Security, mend func(), says ...string) {
	t.Helper()
	p := b.secured(t, sec)
	p.feed(10)
	await(t, "the reason is told", func() bool {
		r := p.reason()
		if strings.HasSuffix(r, "connecting") {
			return false
		}
		for _, s := range says {
			if !strings.Contains(r, s) {
				return false
			}
		}
		return true
	})
	t.Log(p.reason())
	if r := p.reason(); strings.Contains(r, "secret") || strings.Contains(r, "geheim") {
		t.Errorf("the secret is told: %s", r)
	}
	if mend == nil {
		if err := p.Close(expired(t)); err != nil {
			t.Error(err)
		}
		return
	}
	mend()
	await(t, "all is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 10 })
	drain(t, p.Publisher)
}

type securedPublisher struct {
	*publish.Publisher
	sink *Sink
}

func (b *bench) secured(t *testing.T, sec Security) *securedPublisher {
	t.Helper()
	cfg := b.config()
	cfg.Security = sec
	p, s := publisher(t, cfg, publishConfig())
	return &securedPublisher{p, s}
}

func (p *securedPublisher) feed(n int) {
	e := p.Encoder()
	for i := range n {
		e.Flow(sample(i), nil)
	}
	e.Close()
}

func (p *securedPublisher) reason() string {
	_, r := p.sink.State()
	return r
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestLogin logs in rightly and wrongly; a corrected file helps without a restart.
func TestLogin(t *testing.T) {
	parallel(t)
	eachSecured(t, func(t *testing.T, b bench) {
		t.Helper()
		for _, m := range []string{SASLPlain, SASLScram1, SASLScram2} {
			t.Run(m, func(t *testing.T) {
				b := b
				b.prefix += m + "."
				b.deliver(t, Security{SASL: SASLConfig{Mechanism: m, Username: "spoor", Password: "secret"}})
				file := write(t, filepath.Join(t.TempDir(), "password"), "geheim\n")
				b.refuses(t, Security{SASL: SASLConfig{Mechanism: m, Username: "spoor", PasswordFile: file}},
					func() { write(t, file, "secret\n") }, "kafka.sasl", `"spoor"`, "did not succeed")
			})
		}
		t.Run("none", func(t *testing.T) { b.refuses(t, Security{}, nil, "does it want kafka.tls or kafka.sasl?") })
	})
}

// token gives an unsigned token, as the test broker takes it.
func token(user string, end time.Time) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"none"}`)) + "." +
		enc.EncodeToString(fmt.Appendf(nil, `{"sub":%q,"iat":%d,"exp":%d}`, user, time.Now().Unix()-3600, end.Unix())) + "."
}

// TestBearer logs in with tokens: from a file, from an OAuth 2.0 server, and one
// that is too old until it is renewed.
func TestBearer(t *testing.T) {
	addr := os.Getenv("SPOOR_TEST_KAFKA_SASL")
	if addr == "" {
		t.Skip("SPOOR_TEST_KAFKA_SASL names no broker")
	}
	b := bench{name: "real", brokers: []string{addr}, prefix: fmt.Sprintf("test%d.", time.Now().UnixNano())}
	hour := time.Now().Add(time.Hour)
	file := write(t, filepath.Join(t.TempDir(), "token"), token("spoor", hour))
	sec := Security{SASL: SASLConfig{Mechanism: SASLBearer, TokenFile: file}}
	b.deliver(t, sec)
	write(t, file, token("spoor", time.Now().Add(-time.Minute)))
	b.refuses(t, sec, func() { write(t, file, token("spoor", hour)) }, "kafka.sasl", "OAUTHBEARER")
	server := tokenServer(t, token("spoor", hour), new(int))
	b.deliver(t, Security{SASL: SASLConfig{Mechanism: SASLBearer, TokenURL: server, ClientID: "spoor", ClientSecret: "geheim"}})
}

// tokenServer gives a token for spoor's credentials and counts how often.
func tokenServer(t *testing.T, token string, asked *int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		id, pass, _ := r.BasicAuth()
		if id != "spoor" || pass != "geheim" || r.FormValue("grant_type") != "client_credentials" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client"}`)
			return
		}
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":60,"token_type":"bearer","scope":%q}`, token, r.FormValue("scope"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestTokens: a token is asked for once, and errors name the cause.
func TestTokens(t *testing.T) {
	asked := 0
	url := tokenServer(t, "t0", &asked)
	good := &tokens{cfg: &SASLConfig{TokenURL: url, ClientID: "spoor", ClientSecret: "geheim", Scopes: []string{"a", "b"}}}
	for range 3 {
		if v, err := good.token(t.Context()); v != "t0" || err != nil {
			t.Errorf("%q, %v", v, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	for want, cfg := range map[string]*SASLConfig{
		"401 Unauthorized invalid_client": {TokenURL: url, ClientID: "spoor", ClientSecret: "geheimer"},
		"no such file":                    {TokenURL: url, ClientID: "spoor", ClientSecretFile: "/nowhere"},
		"refused":                         {TokenURL: "http://127.0.0.1:1", ClientID: "spoor", ClientSecret: "geheim"},
	} {
		if _, err := (&tokens{cfg: cfg}).token(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestTLSWithoutTLS: the broker's port does not speak it.
func TestTLSWithoutTLS(t *testing.T) {
	parallel(t)
	b := bench{name: "embedded", brokers: cluster(t, t.TempDir(), 0).ListenAddrs(), prefix: "sflow."}
	b.refuses(t, Security{TLS: TLSConfig{Enabled: true}}, nil, "TLS with")
}

func TestSecurity_Failure(t *testing.T) {
	dir := t.TempDir()
	junk := write(t, filepath.Join(dir, "junk"), "junk")
	for want, s := range map[string]Security{
		"tls.enabled is false":      {TLS: TLSConfig{CAFile: junk}},
		"belong together":           {TLS: TLSConfig{Enabled: true, KeyFile: junk}},
		"no certificate in PEM":     {TLS: TLSConfig{Enabled: true, CAFile: junk}},
		"tls.cert_file":             {TLS: TLSConfig{Enabled: true, CertFile: junk, KeyFile: junk}},
		"tls.ca_file":               {TLS: TLSConfig{Enabled: true, CAFile: filepath.Join(dir, "nothing")}},
		"mechanism is none":         {SASL: SASLConfig{Username: "spoor"}},
		"wants kafka.sasl.username": {SASL: SASLConfig{Mechanism: SASLPlain, Password: "x"}},
		"kafka.sasl.password or kafka.sasl.password_file": {SASL: SASLConfig{Mechanism: SASLScram1, Username: "spoor"}},
		"kafka.sasl.token_file or kafka.sasl.token_url":   {SASL: SASLConfig{Mechanism: SASLBearer}},
		"client_id":  {SASL: SASLConfig{Mechanism: SASLBearer, TokenURL: "http://x"}},
		"is unknown": {SASL: SASLConfig{Mechanism: "gssapi"}},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", Secret("geheim"), SASLConfig{Password: "geheim"}, SASLConfig{ClientSecret: "geheim"}); strings.Contains(s, "geheim") {
		t.Errorf("the secret is shown: %s", s)
	}
}

// TestMissingSecret: a file that is not there is told before anything starts.
func TestMissingSecret(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	for name, change := range map[string]func(*Config){
		"sasl.password_file": func(c *Config) {
			c.Security.SASL = SASLConfig{Mechanism: SASLScram2, Username: "spoor", PasswordFile: gone}
		},
		"sasl.client_secret_file": func(c *Config) {
			c.Security.SASL = SASLConfig{Mechanism: SASLBearer, TokenURL: "https://id.example/token", ClientID: "spoor", ClientSecretFile: gone}
		},
		"registry.password_file": func(c *Config) {
			c.Framing, c.Registry.URL, c.Registry.Username, c.Registry.PasswordFile = publish.FramingConfluent, "https://registry.example", "spoor", gone
		},
	} {
		cfg := DefaultConfig()
		cfg.Brokers = []string{"127.0.0.1:1"}
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if err := cfg.Validate(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHangUp: a port that does not speak TLS and hangs up is told as that.
func TestHangUp(t *testing.T) {
	if err := handshakeError("kafka1:9092", io.EOF); !strings.Contains(err.Error(), "does that port speak TLS?") {
		t.Error(err)
	}
}
