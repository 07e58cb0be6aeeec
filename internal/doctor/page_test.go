package doctor

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/switches.md's blocks anew")

// What the blocks of the page are filled in with: a port of 10 Gbit/s.
const (
	pageRate  = 10000
	pageSpeed = "10G"
)

// onPage is what docs/switches.md shows of a vendor: the same lines that doctor prints.
func onPage(v *vendor) string {
	var b strings.Builder
	runs, kind := "switch: "+v.source, "text"
	if v.name == "Open vSwitch" {
		runs, kind = "run by: internal/testkit/pages/ovs_unix_test.go", "sh"
	}
	var lines []string
	for s := destination; s <= polling; s++ {
		for _, l := range v.typed(s, map[subject]float64{sampling: pageRate, polling: pollEvery}[s]) {
			lines = slices.DeleteFunc(lines, func(old string) bool { return old == l }) // what commits is typed once, at the end
			lines = append(lines, l)
		}
	}
	all := strings.ReplaceAll(strings.Join(lines, "\n"), "SPEED", pageSpeed)
	if v.file != "" {
		all = "sflow {\n  " + strings.ReplaceAll(all, "\n", "\n  ") + "\n}"
	}
	fmt.Fprintf(&b, "<!-- %s -->\n```%s\n%s\n```\n\n", runs, kind, all)
	if h := v.typed(header, headerBytes); len(h) > 0 {
		fmt.Fprintf(&b, "- Longer headers, for tunnels: `%s`\n", strings.Join(h, "`, `"))
	}
	fmt.Fprintf(&b, "- To see it there: `%s`\n- Source: %s\n", strings.Join(v.look, "`, `"), v.source)
	return b.String()
}

// TestPage: docs/switches.md shows of every vendor what doctor prints, and of nobody else.
func TestPage(t *testing.T) {
	const page = "../../docs/switches.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	part := regexp.MustCompile(`(?s)<!-- doctor: ([^\n]+) -->\n(.*?)<!-- end -->\n`)
	want := make(map[string]string)
	for i := range vendors {
		want[vendors[i].name] = onPage(&vendors[i])
	}
	if *update {
		text = []byte(part.ReplaceAllStringFunc(string(text), func(s string) string {
			name := part.FindStringSubmatch(s)[1]
			return "<!-- doctor: " + name + " -->\n" + want[name] + "<!-- end -->\n"
		}))
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range part.FindAllStringSubmatch(string(text), -1) {
		if m[2] != want[m[1]] {
			t.Errorf("%s: the page shows\n%s\nwhere doctor says\n%s\n(go test ./internal/doctor -update)", m[1], m[2], want[m[1]])
		}
		delete(want, m[1])
	}
	for name := range want {
		t.Errorf("%s has no place on the page", name)
	}
}

// TestRateBySpeed: hsflowd takes sampling=N for ports without a speed alone, so it
// is no advice for a link that is sampled too seldom.
func TestRateBySpeed(t *testing.T) {
	for _, l := range commands(sampling, 512) {
		for _, line := range l.Lines {
			if strings.HasPrefix(line, "sampling=") {
				t.Errorf("%s: %s", l.Vendor, line)
			}
		}
	}
}
