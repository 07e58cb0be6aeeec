package score

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/internal/judge"
)

// TestCases: our own captures are found, with what each must reach.
func TestCases(t *testing.T) {
	cases, err := Cases("../../../testdata/captures", "there is no such folder", "../../../testdata/captures")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for i := range cases {
		c := &cases[i]
		if found[c.Name] {
			t.Errorf("%s twice", c.Name)
		}
		found[c.Name] = true
		if c.Name == "quirk-hsflowd-gso" && (len(c.Args) == 0 || c.Limits.FirstP50 != 0) {
			t.Errorf("%s: flags %q, limits %v", c.Name, c.Args, c.Limits)
		}
	}
	want := map[string]bool{
		"ovs-l3-smoke": true, "ovs-l3-paths": true, "ovs-l3-elephants": true, "ovs-l3-drain": true, "ovs-l3-vxlan": true,
		"hsflowd-smoke": true, "hsflowd-paths": true, "hsflowd-elephants": true, "quirk-hsflowd-gso": true,
		"ovs-l2-paths": true, "ovs-l2-elephants": true,
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

// TestHeldOut: the captures that nobody tunes to are there, each with its truth; what they score is not looked at here.
func TestHeldOut(t *testing.T) {
	cases, err := Cases("../../../testdata/heldout")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 11 {
		t.Errorf("%d captures, want 11", len(cases))
	}
	known, err := readKnown("../../../testdata/heldout")
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		delete(known, cases[i].Name)
		if c := &cases[i]; c.Truth.Kind == "sim" && !slices.ContainsFunc(c.Truth.Flows, func(f judge.Flow) bool { return f.Fits != nil }) && !strings.Contains(c.Name, "spray") {
			t.Errorf("%s: its truth does not say what samples tell", c.Name)
		}
		if c := &cases[i]; c.Truth.Kind == "sim" && c.Limits.Elephants["elephant3-1"] != 12 {
			t.Errorf("%s: limits %v", c.Name, c.Limits)
		}
		if c := &cases[i]; c.Real && (c.Limits.Sampled != 0.3 || c.Limits.Elephants["elephant25"] != 1) {
			t.Errorf("%s: limits %v", c.Name, c.Limits)
		}
	}
	if len(known) > 0 {
		t.Errorf("known.json speaks of captures that are not there: %v", known)
	}
}

// TestKnown: what is missing of a capture and known is no fault, what is missing beyond it is.
func TestKnown(t *testing.T) {
	dir := t.TempDir()
	if k, err := readKnown(dir); k != nil || err != nil {
		t.Errorf("of a folder without: %v %v", k, err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"topology.jsonl", "paths.jsonl", "elephants.jsonl"} {
		write(name, "")
	}
	write("known.json", `{"x": {"paths": 0.5, "moves": 0}}`)
	known, err := readKnown(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := newCase("x", "x.pcap", &judge.Truth{Kind: "sim", Flows: make([]judge.Flow, 2)})
	for i := range c.Truth.Flows {
		f := &c.Truth.Flows[i]
		f.Frames, f.Switches = 20, []string{"leaf1"}
	}
	c.Truth.Flows[0].Fits = []int{2} // nobody can tell it
	for _, test := range []struct {
		known         Known
		faults, short int
	}{{known["x"], 1, 1}, {Known{}, 1, 1}, {Known{Paths: 1}, 0, 1}} {
		c.Known = test.known
		r, faults, short, err := c.Judge(dir)
		if err != nil || len(faults) != test.faults || len(short) != test.short || r.Paths.Undecided != 1 {
			t.Errorf("known %v: faults %q, short %q, paths %+v, %v", test.known, faults, short, r, err)
		}
	}
	write("known.json", "{")
	if _, err := readKnown(dir); err == nil {
		t.Error("half a file was read")
	}
}
