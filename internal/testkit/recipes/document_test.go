package recipes

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// root is the repository's folder.
const root = "../../.."

// recipe is a section of the document under "Consumers".
type recipe struct {
	title  string
	blocks []block
}

// block is a fenced block: a file that stands beside the others, if it has a name,
// else commands for bash.
type block struct{ name, text string }

var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")

// read gives the recipes of the document.
func read(t *testing.T) (list []recipe) {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/kafka.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "\n## Consumers\n")
	part, _, _ = strings.Cut(part, "\n## ")
	for i, section := range strings.Split(part, "\n### ") {
		if i == 0 {
			continue
		}
		title, body, _ := strings.Cut(section, "\n")
		r := recipe{title: title}
		for _, m := range fence.FindAllStringSubmatch(body, -1) {
			if m[1] != "bash" && m[2] == "" {
				t.Errorf("%s: a block in %s is neither for bash nor has it a name", title, m[1])
			}
			r.blocks = append(r.blocks, block{m[2], m[3]})
		}
		list = append(list, r)
	}
	return list
}

// TestEachIsChecked: a recipe that nobody checks may be wrong, and a check without a recipe checks nothing.
func TestEachIsChecked(t *testing.T) {
	told := make(map[string]bool)
	for _, r := range read(t) {
		told[r.title] = true
		if _, ok := checks[r.title]; !ok {
			t.Errorf("docs/kafka.md, %q: there is no check", r.title)
		}
		if len(r.blocks) == 0 {
			t.Errorf("docs/kafka.md, %q: nothing to run", r.title)
		}
	}
	for title := range checks {
		if !told[title] {
			t.Errorf("docs/kafka.md has no recipe %q", title)
		}
	}
}
