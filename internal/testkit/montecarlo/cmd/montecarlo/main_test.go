package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run([]string{"-days", "0.05", "-runs", "2000"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| one path (3 hops) | 0 (< 60) |", "| strict |", "| target for p99 | 12 | 2.5 |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if err := run([]string{"-days", "0"}, &out); err == nil {
		t.Error("nothing to do was accepted")
	}
}
