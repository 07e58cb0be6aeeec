package scenario

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor/internal/judge"
)

// TestPlain: the simplest scenario reaches its target; one seed gives one result.
func TestPlain(t *testing.T) {
	s := plain()[0]
	a, err := s.RunAll(t.Context(), []uint64{1})
	if err != nil {
		t.Fatal(err)
	}
	f, target := a.Figures(), s.target()
	if short := f.Short(&target); len(short) > 0 {
		t.Error(short)
	}
	if f.Right < 100 || a.Judged.Elephants.MustBeFound != 3 || a.Naive.Found == 0 {
		t.Errorf("figures %+v, EWMA %+v: too few to mean anything", f, a.Naive)
	}
	b, err := s.Run(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := fmt.Sprintf("%+v", f), fmt.Sprintf("%+v", b.Figures()); x != y { // NaN is not NaN
		t.Errorf("the same seed gave %s and %s", x, y)
	}
}

// TestAll: names are unique, every fabric can be built, and known.json speaks of scenarios that exist.
func TestAll(t *testing.T) {
	names := map[string]bool{}
	for _, s := range All() {
		if names[s.Name] || s.About == "" {
			t.Errorf("%q twice, or without a word about it", s.Name)
		}
		names[s.Name] = true
		c := Base(1)
		s.Fabric(&c)
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	known, err := LoadKnown()
	if err != nil {
		t.Fatal(err)
	}
	for seeds, by := range known {
		for name := range by {
			if !names[name] {
				t.Errorf("known.json, seeds %s: no scenario %q", seeds, name)
			}
		}
	}
}

func row(right, wrong, missing int, known *Target) Row {
	r := Row{Scenario: &Scenario{Name: "x"}, Score: &Score{}, Gated: true, Known: known}
	p := &r.Score.Judged.Paths
	p.Flows, p.FlowsRight, p.FlowsWrong, p.NeverComplete = right+wrong+missing, right, wrong, missing
	return r
}

func TestVerdict(t *testing.T) {
	known := &Target{Recall: 1, Delay: 2, Wrong: 3, Missing: 0.1, Moves: 1}
	for _, test := range []struct {
		name   string
		row    Row
		failed bool
		text   string
	}{
		{"reached", row(100, 0, 1, nil), false, "reached"},
		{"wrong", row(99, 1, 0, nil), true, "WORSE: 1 paths wrong, target 0"},
		{"as known", row(95, 3, 2, known), false, "short of the target: 3 paths wrong, target 0"},
		{"within slack", row(88, 0, 11, known), false, "short of the target: 11.1% of the paths missing, target 2.0%"},
		{"worse", row(90, 6, 0, known), true, "WORSE: 6 paths wrong, target 4"},
	} {
		if got := test.row.Failed(); got != test.failed || test.row.text() != test.text {
			t.Errorf("%s: failed %v, %q; want %v, %q", test.name, got, test.row.text(), test.failed, test.text)
		}
	}
	open := row(100, 0, 0, nil)
	open.Score.Judged.Elephants = judge.Elephants{Open: 1}
	if !open.Failed() {
		t.Error("an alert without an end passed")
	}
	open.Gated = false
	if open.Failed() {
		t.Error("a fresh seed is not judged")
	}
}

func TestQuantile(t *testing.T) {
	if v := quantile(nil, 0.5); !math.IsNaN(v) {
		t.Errorf("of nothing: %v", v)
	}
	v := []float64{1, 2, 3, 4}
	if a, b := quantile(v, 0), quantile(v, 0.99); a != 1 || b != 4 {
		t.Errorf("got %v and %v", a, b)
	}
}

func TestLearn(t *testing.T) {
	k := Known{"1": {"x": {}, "gone": {}}}
	rows := []Row{row(90, 0, 10, nil)}
	k.Learn([]uint64{1}, rows)
	if got := k["1"]["x"]; got.Missing != 0.1 || got.Recall != 1 || got.Moves != 1 {
		t.Errorf("learned %+v", got)
	}
	rows[0] = row(100, 0, 0, nil)
	k.Learn([]uint64{1}, rows)
	if _, ok := k["1"]["x"]; ok {
		t.Error("a target that was reached is still known as missed")
	}
}

func TestWriteFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "doc.md")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows := []Row{row(90, 0, 10, nil)}
	put("head\n<!-- scenarios -->\nold\n<!-- end -->\ntail\n")
	for range 2 {
		if err := WriteFile(name, "scenarios", []uint64{1, 2}, rows); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	if !strings.HasPrefix(got, "head\n") || !strings.HasSuffix(got, "<!-- end -->\ntail\n") || strings.Contains(got, "old") ||
		!strings.Contains(got, "90/0/10") || strings.Count(got, "Seeds [1 2]") != 1 {
		t.Error(got)
	}
	put("no marks")
	if err := WriteFile(name, "scenarios", []uint64{1}, rows); err == nil {
		t.Error("a document without marks was written to")
	}
}

// TestDelayHeld: a delay of which statistics demand more than the target counts as a part of what they demand.
func TestDelayHeld(t *testing.T) {
	target := Target{Delay: 3}
	for _, test := range []struct {
		name            string
		delays, demands []float64
		short           bool
	}{
		{"all see it", []float64{1.5, 2.9}, []float64{0, 2.4}, false},
		{"too late", []float64{1.5, 3.1}, []float64{0, 2.4}, true},
		{"one switch sees it", []float64{1.5, 5.8}, []float64{0, 7}, false},
		{"and that took longer than it may", []float64{1.5, 7.1}, []float64{0, 7}, true},
		{"another one is late", []float64{3.1, 5.8}, []float64{0, 7}, true},
	} {
		e := judge.Elephants{Delays: map[string][]float64{"e": test.delays}, Demands: map[string][]float64{"e": test.demands}}
		f := figuresOf(&e)
		if short := f.Short(&target); (len(short) > 0) != test.short {
			t.Errorf("%s: %v", test.name, short)
		}
		if want := slices.Max(test.delays); f.P99 != want {
			t.Errorf("%s: p99 %v, shown is what was measured: %v", test.name, f.P99, want)
		}
	}
}
