package post_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"spoor/flow"
	"spoor/publish/post"
)

// receiver is an HTTP server that notes what it was posted, and answers as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []map[string]any
	auth   string
	posts  int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		var list []map[string]any
		r.mu.Lock()
		defer r.mu.Unlock()
		r.posts++
		if err := json.Unmarshal(body, &list); err != nil || q.Method != http.MethodPost {
			t.Errorf("%s %s: %v", q.Method, body, err)
		}
		r.auth = q.Header.Get("Authorization")
		if r.status == http.StatusOK {
			r.got = append(r.got, list...)
		}
		w.WriteHeader(r.status)
		fmt.Fprint(w, "no good")
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// state gives how often the receiver was asked and what it took.
func (r *receiver) state() (posts int, got []map[string]any, auth string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.posts, r.got, r.auth
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// run starts a poster until the test ends, and gives what ends it.
func run(t *testing.T, cfg post.Config) (p *post.Poster, stop func()) {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	p = post.New(cfg, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, time.Minute) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return p, stop
}

func alertOf(n int, state flow.AlertState) *flow.Alert {
	now := time.Now().UnixNano()
	a := &flow.Alert{
		Time: now, State: state, Severity: flow.SeverityWarning, Starts: now - 1e9, Ends: now + 240e9, Page: "/#/x", Incident: "link/a>b",
		Labels:      []flow.Label{{Name: "alertname", Value: "LinkBusy"}, {Name: "severity", Value: "warning"}, {Name: "port", Value: fmt.Sprint(n)}},
		Annotations: []flow.Label{{Name: "summary", Value: "full"}},
	}
	if state == flow.AlertResolved {
		a.Ends = now
	}
	return a
}

func TestAlertmanager(t *testing.T) {
	r := newReceiver(t)
	var cfg post.Config
	cfg.Alertmanagers, cfg.ExternalURL = []string{r.URL + "/"}, "https://spoor.example"
	cfg.TokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(cfg.TokenFile, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _ := run(t, cfg)
	p.Alert(alertOf(1, flow.AlertRaised))
	eventually(t, "it is posted", func() bool { _, got, _ := r.state(); return len(got) == 1 })
	_, got, auth := r.state()
	a := got[0]
	labels, _ := a["labels"].(map[string]any)
	notes, _ := a["annotations"].(map[string]any)
	if labels["alertname"] != "LinkBusy" || labels["port"] != "1" || notes["summary"] != "full" || notes["incident"] != "link/a>b" ||
		a["generatorURL"] != "https://spoor.example/#/x" || len(a) != 5 || auth != "Bearer secret" {
		t.Errorf("%v, authorization %q", a, auth)
	}
	for _, k := range []string{"startsAt", "endsAt"} {
		if _, err := time.Parse(time.RFC3339Nano, a[k].(string)); err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
}

// TestTargetThatWasAway hears the last state of each alert, of resolved ones too.
func TestTargetThatWasAway(t *testing.T) {
	away, there := newReceiver(t), newReceiver(t)
	away.answer(http.StatusServiceUnavailable)
	var cfg post.Config
	cfg.Webhooks, cfg.Collector = []string{away.URL, there.URL}, "dc1"
	p, _ := run(t, cfg)
	p.Alert(alertOf(1, flow.AlertRaised))
	eventually(t, "the one that is there has it, the other refused it", func() bool {
		_, got, _ := there.state()
		posts, _, _ := away.state()
		return len(got) == 1 && posts > 0
	})
	p.Alert(alertOf(1, flow.AlertResolved))
	p.Alert(alertOf(2, flow.AlertRaised))
	eventually(t, "the one that is there has all", func() bool { _, got, _ := there.state(); return len(got) == 3 })
	away.answer(http.StatusOK)
	eventually(t, "the other has the last of each", func() bool { _, got, _ := away.state(); return len(got) == 2 })
	_, got, _ := away.state()
	if got[0]["state"] != "resolved" || got[1]["state"] != "raised" || got[0]["collector"] != "dc1" || got[0]["schema"] != 1.0 {
		t.Errorf("%v", got)
	}
	eventually(t, "the posts are counted", func() bool { s := p.Stats(); return s[0].Posted == 2 && s[1].Posted == 3 })
	if s := p.Stats(); s[0].Posted != 2 || s[0].Failed == 0 || s[0].Pending != 0 || s[1].Posted != 3 || s[0].Target == "" {
		t.Errorf("%+v", s)
	}
}

// TestRefusedAlertsDoNotBlockOthers: what a target calls wrong is not posted again.
func TestRefusedAlertsDoNotBlockOthers(t *testing.T) {
	r := newReceiver(t)
	r.answer(http.StatusBadRequest)
	var cfg post.Config
	cfg.Webhooks = []string{r.URL}
	p, _ := run(t, cfg)
	p.Alert(alertOf(1, flow.AlertRaised))
	eventually(t, "it is refused", func() bool { return p.Stats()[0].Lost == 1 })
	r.answer(http.StatusOK)
	p.Alert(alertOf(2, flow.AlertRaised))
	eventually(t, "the next is taken", func() bool { return p.Stats()[0].Posted == 1 })
}

// TestLastAlertsAreToldAtTheEnd: those of the stop itself.
func TestLastAlertsAreToldAtTheEnd(t *testing.T) {
	r := newReceiver(t)
	var cfg post.Config
	cfg.Webhooks = []string{r.URL}
	p, stop := run(t, cfg)
	for i := range 1200 {
		p.Alert(alertOf(i, flow.AlertResolved))
	}
	stop()
	posts, got, _ := r.state()
	prints := map[any]bool{} // a post that the stop cut off comes twice
	for _, a := range got {
		prints[a["fingerprint"]] = true
	}
	if len(prints) != 1200 || posts < 3 {
		t.Errorf("%d alerts in %d posts", len(prints), posts)
	}
}

func TestPendingIsBounded(t *testing.T) {
	r := newReceiver(t)
	r.answer(http.StatusServiceUnavailable)
	var cfg post.Config
	cfg.Webhooks = []string{r.URL}
	p := post.New(cfg, slog.New(slog.DiscardHandler))
	for i := range 25_000 {
		p.Alert(alertOf(i, flow.AlertRaised))
	}
	if s := p.Stats()[0]; s.Pending != 20_000 || s.Lost != 5000 {
		t.Errorf("%+v", s)
	}
}

func TestConfig(t *testing.T) {
	for _, bad := range []post.Config{
		{Alertmanagers: []string{"alertmanager:9093"}}, {Webhooks: []string{"ftp://x"}}, {Webhooks: []string{"http://"}},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), "alerts.") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := new(post.Config).Validate(); err != nil {
		t.Errorf("to nobody: %v", err)
	}
}

// TestRealAlertmanager raises and resolves an alert in the Alertmanager that SPOOR_TEST_ALERTMANAGER names.
func TestRealAlertmanager(t *testing.T) {
	url := os.Getenv("SPOOR_TEST_ALERTMANAGER")
	if url == "" {
		t.Skip("SPOOR_TEST_ALERTMANAGER names no Alertmanager; test/integration alertmanager starts one")
	}
	var cfg post.Config
	cfg.Alertmanagers = []string{url}
	p, _ := run(t, cfg)
	active := func(want int) func() bool {
		return func() bool {
			r, err := http.Get(url + "/api/v2/alerts?filter=alertname%3DLinkBusy")
			if err != nil {
				return false
			}
			defer r.Body.Close()
			var list []struct {
				Fingerprint string            `json:"fingerprint"`
				Labels      map[string]string `json:"labels"`
			}
			if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
				t.Fatal(err)
			}
			if len(list) == 1 {
				if want := flow.FormatID(alertOf(7, flow.AlertRaised).Fingerprint()); list[0].Fingerprint != want {
					t.Errorf("Alertmanager calls it %s, we %s", list[0].Fingerprint, want)
				}
			}
			return len(list) == want
		}
	}
	p.Alert(alertOf(7, flow.AlertRaised))
	eventually(t, "it is active", active(1))
	p.Alert(alertOf(7, flow.AlertResolved))
	eventually(t, "it is resolved", active(0))
	eventually(t, "both are counted", func() bool { return p.Stats()[0].Posted == 2 })
}

// TestAlertmanagerKilled: an Alertmanager is killed while an alert is up; it ends meanwhile and another begins. Started
// anew, with what it had on disk, it hears of both ends.
func TestAlertmanagerKilled(t *testing.T) {
	program := os.Getenv("SPOOR_TEST_ALERTMANAGER_PROGRAM")
	if program == "" {
		t.Skip("SPOOR_TEST_ALERTMANAGER_PROGRAM names no program; test/integration alertmanager does")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: none}\nreceivers: [{name: none}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() *exec.Cmd {
		c := exec.Command(program, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--cluster.listen-address=")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	kill := func(c *exec.Cmd) {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	up := func() (ports []string) { // of the alerts that it holds active
		r, err := http.Get("http://" + addr + "/api/v2/alerts")
		if err != nil {
			return []string{"away"}
		}
		defer r.Body.Close()
		var list []struct{ Labels map[string]string }
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			return []string{err.Error()}
		}
		for _, a := range list {
			ports = append(ports, a.Labels["port"])
		}
		slices.Sort(ports)
		return ports
	}
	var cfg post.Config
	cfg.Alertmanagers = []string{"http://" + addr}
	p, _ := run(t, cfg)
	first := start()
	p.Alert(alertOf(1, flow.AlertRaised))
	p.Alert(alertOf(2, flow.AlertRaised))
	eventually(t, "both are up", func() bool { return slices.Equal(up(), []string{"1", "2"}) })
	kill(first)
	p.Alert(alertOf(1, flow.AlertResolved))
	p.Alert(alertOf(3, flow.AlertRaised))
	p.Alert(alertOf(2, flow.AlertActive))
	eventually(t, "it is missed", func() bool { return p.Stats()[0].Failed > 0 })
	second := start()
	defer kill(second)
	eventually(t, "one is resolved, the others are up", func() bool { return slices.Equal(up(), []string{"2", "3"}) && p.Stats()[0].Pending == 0 })
	p.Alert(alertOf(2, flow.AlertResolved))
	p.Alert(alertOf(3, flow.AlertResolved))
	eventually(t, "all are resolved", func() bool { return len(up()) == 0 })
	if s := p.Stats()[0]; s.Lost != 0 || s.Pending != 0 {
		t.Errorf("%+v", s)
	}
}

// TestNobodyToTell: without targets it waits for its end as well.
func TestNobodyToTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		p := post.New(post.Config{}, slog.New(slog.DiscardHandler))
		go func() { ended <- p.Run(ctx, time.Second) }()
		synctest.Wait()
		if len(ended) > 0 {
			t.Error("it ended by itself")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
