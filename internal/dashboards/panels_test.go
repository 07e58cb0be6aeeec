package dashboards

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestPanels runs a demo and Prometheus, and every panel's query: none may be
// empty. It needs promtool and prometheus, and is asked for by make monitoring.
func TestPanels(t *testing.T) {
	if os.Getenv("SPOOR_DASHBOARDS") == "" {
		t.Skip("make monitoring asks for it: it needs Prometheus")
	}
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
	defer stop()
	dir := t.TempDir()
	program := filepath.Join(dir, "spoor")
	output(ctx, t, "", "go", "build", "-o", program, "../../cmd/spoor")
	target := began(ctx, t, `metrics +http://([0-9.:]+)/metrics`, program, "demo", "--duration", "5m", "--discards", "5%", "--http.listen", "127.0.0.1:0", "--data_dir", filepath.Join(dir, "data"))

	checkMetrics(ctx, t, target)
	rules, err := filepath.Abs(deploy + "prometheus/rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n  - {job_name: spoor, static_configs: [{targets: [%q]}]}\n", rules, target)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	prometheus := began(ctx, t, `msg="Listening on".* address=([0-9.:]+)`, "prometheus", "--config.file", config, "--storage.tsdb.path", filepath.Join(dir, "tsdb"), "--web.listen-address", "127.0.0.1:0")

	empty := queries()
	for len(empty) > 0 {
		for name, expr := range empty {
			if n, err := ask(ctx, prometheus, expr); err != nil {
				t.Fatalf("%s: %s: %v", name, expr, err)
			} else if n > 0 {
				delete(empty, name)
			}
		}
		select {
		case <-ctx.Done():
			for name, expr := range empty {
				t.Errorf("%s is empty: %s", name, expr)
			}
			return
		case <-time.After(time.Second):
		}
	}
}

// queries gives what to ask for, by the panel's name.
func queries() map[string]string {
	fill := strings.NewReplacer("$instance", ".*", "$__rate_interval", "10s")
	all := map[string]string{"recorded": "spoor:datagrams:rate5m"}
	for name, d := range All() {
		for _, p := range d.panels() {
			for i, q := range p.Queries {
				all[fmt.Sprintf("%s: %s: %c", name, p.Title, 'A'+i)] = fill.Replace(q.Expr)
			}
		}
	}
	return all
}

// ask gives the number of series that a query finds.
func ask(ctx context.Context, prometheus, expr string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+prometheus+"/api/v1/query?query="+url.QueryEscape(expr), nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable {
		return 0, nil // it is not ready yet
	}
	var answer struct {
		Status, Error string
		Data          struct{ Result []any }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("%s: %s", answer.Status, answer.Error)
	}
	return len(answer.Data.Result), nil
}

// fixed are the complaints about names that docs/interfaces.md fixes.
var fixed = regexp.MustCompile(`^spoor_elephant_bits_per_second use base unit "bytes" instead of "bits"$`)

// checkMetrics asks promtool what it thinks of /metrics.
func checkMetrics(ctx context.Context, t *testing.T, target string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+target+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	cmd := exec.CommandContext(ctx, "promtool", "check", "metrics")
	cmd.Stdin = resp.Body
	said, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(said)) {
		if line = strings.TrimSpace(line); line != "" && !fixed.MatchString(line) {
			t.Errorf("promtool check metrics: %s", line)
		}
	}
	if err != nil && len(said) == 0 {
		t.Errorf("promtool check metrics: %v", err)
	}
}

func output(ctx context.Context, t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text)
	}
}

// began starts a program that runs until the test ends, and gives the address that it prints.
func began(ctx context.Context, t *testing.T, address, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		_ = w.Close()
	})
	want, found := regexp.MustCompile(address), make(chan string, 1)
	go func() {
		var said strings.Builder
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if said.Len() < 1<<16 {
				said.WriteString(lines.Text() + "\n")
			}
			if m := want.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
	}()
	select {
	case a := <-found:
		return a
	case <-time.After(time.Minute):
		t.Fatalf("%s does not say where it listens", name)
	}
	return ""
}

// panels gives all panels.
func (d *Dashboard) panels() (list []Panel) {
	for _, r := range d.Rows {
		list = append(list, r.Panels...)
	}
	return list
}
