package policy

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spoor/docs"
)

var (
	metricLiteral = regexp.MustCompile(`^["` + "`" + `](spoor_[a-z0-9_]+)`)
	metricName    = regexp.MustCompile("`(spoor_[a-z0-9_]+)`")
	metricSuffix  = regexp.MustCompile(`^["` + "`" + `](?:%s)?([a-z0-9_]+_[a-z0-9]+)`)
)

// TestMetricsDocumented: docs/metrics.md says what every metric means, and names none
// that the program does not have. A name may be put together from a literal prefix
// that ends in an underscore and another literal.
func TestMetricsDocumented(t *testing.T) {
	names, prefixes, suffixes := make(map[string]string), make(map[string]bool), make(map[string]bool)
	for _, f := range code(t) {
		if isOne(f.room, testsOnly) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			if m := metricLiteral.FindStringSubmatch(l.Value); m == nil {
				if m := metricSuffix.FindStringSubmatch(l.Value); m != nil {
					suffixes[m[1]] = true
				}
			} else if strings.HasSuffix(m[1], "_") {
				prefixes[m[1]] = true
			} else {
				names[m[1]] = f.name
			}
			return true
		})
	}
	documented, help := make(map[string]bool), docs.Metrics()
	for _, m := range metricName.FindAllStringSubmatch(documents(t)["docs/metrics.md"], -1) {
		documented[m[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch {
		case !documented[name]:
			t.Errorf("%s: %s is not in docs/metrics.md", names[name], name)
		case help[name] == "":
			t.Errorf("%s: %s has no row of its own in docs/metrics.md, and so no help text in /metrics", names[name], name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(documented)) {
		if _, ok := names[name]; !ok && !composed(name, prefixes, suffixes) {
			t.Errorf("docs/metrics.md names %s, which nothing makes", name)
		}
	}
}

// TestMetricsNamed: the metrics that other pages name are those of docs/metrics.md.
func TestMetricsNamed(t *testing.T) {
	docs := documents(t)
	known := make(map[string]bool)
	for _, m := range metricName.FindAllStringSubmatch(docs["docs/metrics.md"], -1) {
		known[m[1]] = true
	}
	name := regexp.MustCompile(`spoor_[a-z0-9_]+[a-z0-9]\b(\*|_\*)?`)
	for doc, text := range docs {
		if doc == "CHANGELOG.md" {
			continue // it tells of the past
		}
		for _, m := range name.FindAllStringSubmatch(text, -1) {
			if m[1] == "" && !known[m[0]] {
				t.Errorf("%s names %s, which docs/metrics.md does not", doc, m[0])
			}
		}
	}
}

func composed(name string, prefixes, suffixes map[string]bool) bool {
	for p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p); ok && suffixes[rest] {
			return true
		}
	}
	return false
}
