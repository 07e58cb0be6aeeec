package alert_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/analytics/alert"
)

var update = flag.Bool("update", false, "rewrite docs/alerts.md")

const (
	document    = "../../docs/alerts.md"
	tableBegins = "| Alert | Severity |"
)

// TestDocument: the table in docs/alerts.md is that of the kinds.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(b), tableBegins)
	if !ok {
		t.Fatalf("%s has no table", document)
	}
	var w strings.Builder
	w.WriteString(head + tableBegins + " Raised after | Resolved after | Means | What to do |\n|---|---|---|---|---|---|\n")
	for _, k := range alert.Kinds() {
		fmt.Fprintf(&w, "| `%s` | %s | %v | %v | %s | %s |\n", k, k.Severity(), k.Hold(), k.Clear(), k.Means(), k.Action())
	}
	if *update {
		if err := os.WriteFile(document, []byte(w.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(w.String(), string(b)); d != "" {
		t.Errorf("%s differs from the kinds: run this test with -update\n%s", document, d)
	}
}
