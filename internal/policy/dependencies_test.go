package policy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	required = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`) // not the indirect ones
	named    = regexp.MustCompile("`([a-z.]+/[^`]+)`")
)

// TestDependencies: docs/dependencies.md has a reason for each module that go.mod requires, and none for others.
func TestDependencies(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]bool)
	for _, m := range required.FindAllStringSubmatch(string(mod), -1) {
		want[m[1]] = false
	}
	if len(want) == 0 {
		t.Fatal("go.mod requires nothing?")
	}
	for row := range strings.Lines(documents(t)["docs/dependencies.md"]) {
		cell, _, ok := strings.Cut(strings.TrimPrefix(row, "| "), " | ")
		if !ok || !strings.HasPrefix(row, "| `") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(cell, -1) {
			if _, ok := want[m[1]]; !ok {
				t.Errorf("docs/dependencies.md has %s, which go.mod does not require", m[1])
			}
			want[m[1]] = true
		}
	}
	for name, told := range want {
		if !told {
			t.Errorf("docs/dependencies.md does not say why %s is needed", name)
		}
	}
}
