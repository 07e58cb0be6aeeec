package dashboards

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"spoor/docs"
)

const deploy = "../../deploy/"

// TestGenerated: the files are what the code makes.
func TestGenerated(t *testing.T) {
	for name, d := range All() {
		want, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(deploy, "grafana", "dashboards", name+".json"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s.json is not what make dashboards writes: %v", name, err)
		}
		if !json.Valid(want) {
			t.Errorf("%s is no JSON", name)
		}
	}
}

// TestShape: panels fit the grid and say what they show.
func TestShape(t *testing.T) {
	uids := map[string]bool{}
	for name, d := range All() {
		if uids[d.UID] || d.Description == "" {
			t.Errorf("%s: uid %q, description %q", name, d.UID, d.Description)
		}
		uids[d.UID] = true
		for _, p := range d.panels() {
			if p.Title == "" || p.Description == "" || p.Width < 1 || p.Width > gridWidth || len(p.Queries) == 0 {
				t.Errorf("%s: %+v", name, p)
			}
			for _, q := range p.Queries {
				if !strings.Contains(q.Expr, `instance=~"$instance"`) {
					t.Errorf("%s: %s: the choice of instances is not in %s", name, p.Title, q.Expr)
				}
			}
		}
	}
}

var series = regexp.MustCompile(`\b(spoor|process|go)_[a-z0-9_]+`)

// TestNames: dashboards and rules speak of metrics that exist.
func TestNames(t *testing.T) {
	help := docs.Metrics()
	check := func(where, text string) {
		t.Helper()
		names := series.FindAllString(text, -1)
		if len(names) == 0 {
			t.Errorf("%s names no metric", where)
		}
		for _, n := range names {
			if _, ok := help[strings.TrimSuffix(n, "_bucket")]; !ok {
				t.Errorf("%s: %s is no metric", where, n)
			}
		}
	}
	for name, d := range All() {
		for _, p := range d.panels() {
			for _, q := range p.Queries {
				check(name+": "+p.Title, q.Expr)
			}
		}
	}
	rules, err := os.ReadFile(deploy + "prometheus/rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rules)) {
		if _, expr, ok := strings.Cut(line, "expr:"); ok && series.MatchString(expr) {
			check("rules.yml", expr)
		}
	}
}
