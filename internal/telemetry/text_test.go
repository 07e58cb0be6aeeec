package telemetry

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	var b bytes.Buffer
	x := NewText(&b)
	x.Counter("spoor_a_total", `k="v"`, 1)
	x.Counter("spoor_a_total", `k="w"`, 1<<63)
	x.Gauge("spoor_b", "", 0.5)
	want := "# HELP spoor_a_total\n# TYPE spoor_a_total counter\nspoor_a_total{k=\"v\"} 1\nspoor_a_total{k=\"w\"} 9223372036854775808\n" +
		"# HELP spoor_b\n# TYPE spoor_b gauge\nspoor_b 0.5\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

// TestQuote: whatever a switch calls itself, the line can be read.
func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"": `""`, "leaf1:swp49": `"leaf1:swp49"`, `a"b\c`: `"a\"b\\c"`, "a\nb": `"a\nb"`, "a\tb\x1b[31m": "\"a\tb\x1b[31m\"", "\xffx\xc3": "\"\ufffdx\ufffd\"", "größe\u202e": "\"größe\u202e\"",
	} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
