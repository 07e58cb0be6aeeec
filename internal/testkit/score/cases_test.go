package score

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCases: our own captures are found, with what each must reach.
func TestCases(t *testing.T) {
	cases, err := Cases("../../../testdata/captures", "there is no such folder", "../../../testdata/captures")
	if err != nil {
		t.Fatal(err)
	}
	gated := make(map[string]bool)
	for i := range cases {
		c := &cases[i]
		if _, ok := gated[c.Name]; ok {
			t.Errorf("%s twice", c.Name)
		}
		gated[c.Name] = c.Gated
		if c.Name == "quirk-hsflowd-gso" && (len(c.Args) == 0 || c.Limits.FirstP50 != 0) {
			t.Errorf("%s: flags %q, limits %v", c.Name, c.Args, c.Limits)
		}
	}
	want := map[string]bool{
		"ovs-l3-smoke": true, "ovs-l3-paths": true, "ovs-l3-elephants": true, "ovs-l3-drain": true, "ovs-l3-vxlan": true,
		"hsflowd-smoke": true, "hsflowd-paths": true, "hsflowd-elephants": true, "quirk-hsflowd-gso": true,
		"ovs-l2-paths": true, "ovs-l2-elephants": true,
	}
	if diff := cmp.Diff(want, gated); diff != "" {
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
	for i := range cases {
		if c := &cases[i]; c.Truth.Kind == "sim" && c.Limits.Elephants["elephant3-1"] != 12 {
			t.Errorf("%s: limits %v", c.Name, c.Limits)
		}
		if c := &cases[i]; c.Real && (c.Limits.Sampled != 0.3 || c.Limits.Elephants["elephant25"] != 1) {
			t.Errorf("%s: limits %v", c.Name, c.Limits)
		}
	}
}
