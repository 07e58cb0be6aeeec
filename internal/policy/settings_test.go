package policy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSettingsNamed: the settings that pages name are those of docs/configuration.md.
func TestSettingsNamed(t *testing.T) {
	docs := documents(t)
	known, sections := make(map[string]bool), make(map[string]bool)
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)`").FindAllStringSubmatch(docs["docs/configuration.md"], -1) {
		for name := m[1]; name != ""; name = name[:max(0, strings.LastIndexByte(name, '.'))] {
			known[name] = true
			if section, _, nested := strings.Cut(name, "."); nested {
				sections[section] = true
			}
		}
	}
	if len(known) < 50 || len(sections) < 10 {
		t.Fatalf("%d settings in %d sections", len(known), len(sections))
	}
	name := regexp.MustCompile("`([a-z]+)\\.([a-z_]+(?:\\.[a-z_]+)*)(?:[:=, ][^`]*)?`")
	seen := 0
	for doc, text := range docs {
		if doc == "CHANGELOG.md" || strings.HasPrefix(doc, "docs/decisions/") {
			continue // they tell of their time
		}
		for _, m := range name.FindAllStringSubmatch(text, -1) {
			if !sections[m[1]] {
				continue
			}
			if seen++; !known[m[1]+"."+m[2]] && !aFile(doc, m[1]+"."+m[2]) {
				t.Errorf("%s names the setting %s.%s, which there is not", doc, m[1], m[2])
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d", seen)
	}
}

// aFile tells that a name is one of a file or of a member of JSON and no setting.
func aFile(doc, name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".md", ".json", ".jsonl", ".proto", ".yaml", ".csv", ".memory", ".journal", ".sql", ".port": // sFlow-RT has an http.port
		return true
	}
	_, err := os.Stat(filepath.Join(root, filepath.Dir(doc), name))
	return err == nil
}

// TestTestsNamed: the tests that pages name are there.
func TestTestsNamed(t *testing.T) {
	known := make(map[string]bool)
	definition := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, f := range tree(t) {
		if !f.test {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, f.name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range definition.FindAllStringSubmatch(string(text), -1) {
			known[m[1]] = true
		}
	}
	for doc, text := range documents(t) {
		if doc == "CHANGELOG.md" {
			continue
		}
		for _, m := range regexp.MustCompile("`(Test[A-Z]\\w+)`").FindAllStringSubmatch(text, -1) {
			if !known[m[1]] {
				t.Errorf("%s names %s, which nobody wrote", doc, m[1])
			}
		}
	}
}
