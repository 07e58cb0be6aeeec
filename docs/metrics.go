// Package docs holds the documents that the program itself needs: docs/metrics.md
// says what each metric means, to people and, as its help text, in /metrics.
package docs

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed metrics.md
var metrics string

var (
	metricName = regexp.MustCompile("`([a-z][a-z0-9_]+)`")
	markdown   = strings.NewReplacer("`", "", "**", "", "\\|", "|")
	link       = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
)

// Metrics gives the meaning of each metric by its name, in one line of plain text.
func Metrics() map[string]string {
	help := map[string]string{}
	for line := range strings.Lines(metrics) {
		cells := strings.SplitN(strings.TrimSpace(line), "|", 4)
		if len(cells) != 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		text := strings.TrimSpace(strings.TrimSuffix(cells[3], "|"))
		text = markdown.Replace(link.ReplaceAllString(text, "$1"))
		for _, m := range metricName.FindAllStringSubmatch(cells[1], -1) {
			help[m[1]] = text
		}
	}
	return help
}
