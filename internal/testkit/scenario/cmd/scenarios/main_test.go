package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-fresh", "plain"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"seeds [1]", "plain", "reached", "which nobody has seen"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestList(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-list"}, &out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "huge") || !strings.Contains(text, "spray-16") {
		t.Error(text)
	}
}

func TestMistakes(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"-seeds", "one"}, {"-no-such-flag"}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}
