//go:build unix

package pages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	_ "spoor/internal/app" // what is run: a pass that is remembered must be of the same program
	"spoor/internal/testkit/tool"
)

// TestPages runs every block of every document that is not declared otherwise.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program some dozens of times")
	}
	tool.Need(t, "bash")
	program := build(t)
	stage := newSandbox(t, program) // of all documents that start no collector themselves
	stage.fabric(t)
	t.Run("of", func(t *testing.T) { // ends when all have
		for doc, blocks := range documents(t) {
			if !slices.ContainsFunc(blocks, func(b block) bool { return b.runs() }) {
				continue
			}
			t.Run(doc, func(t *testing.T) {
				t.Parallel()
				s := newSandbox(t, program)
				s.stage = stage
				for i := range blocks {
					if b := &blocks[i]; b.runs() && !t.Failed() {
						s.run(t, b)
					}
				}
			})
		}
	})
}

// TestExample: the configuration that shows every key is one that the program would start with.
func TestExample(t *testing.T) {
	tool.Need(t, "bash")
	s := newSandbox(t, build(t))
	text, err := os.ReadFile(root + "/docs/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, &block{
		doc: "docs/example.yaml", lang: "yaml", text: strings.ReplaceAll(string(text), "/var/lib/spoor", s.dir+"/state"),
		say: saying{words: map[string]string{"file": "example.yaml", "check": "spoor check -c"}},
	})
}

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	sources, err := filepath.Glob(root + "/cmd/spoor/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, name := range sources { // likewise
		if _, err := os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	program, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// workshop is where the program is built, for all tests together.
var workshop string

// once builds it at the first call.
var once = sync.OnceValues(func() (string, error) {
	program := filepath.Join(workshop, "spoor")
	text, err := exec.Command("go", "build", "-o", program, root+"/cmd/spoor").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, text)
	}
	return program, nil
})

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "spoor-pages-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		workshop = dir
		return m.Run()
	}())
}

// runs tells whether it is for us to run or check.
func (b *block) runs() bool {
	kind := kinds[b.lang]
	return b.say.notRun == "" && b.say.runBy == "" && b.say.source == "" && (kind == "run" || kind == "check" || b.has("file"))
}

// run runs or checks one block. What goes on beside the next ones belongs to the document's test.
func (s *sandbox) run(t *testing.T, b *block) {
	t.Helper()
	if name := b.say.words["needs"]; name != "" && !s.installed(t, b, name) {
		return
	}
	switch {
	case kinds[b.lang] != "run":
		s.write(t, b)
		return
	case b.has("live"):
		s.fabric(t)
	}
	text := s.literal(t, b.text)
	if re := b.say.words["behind"]; re != "" {
		s.beside(t, text, regexp.MustCompile(re))
		return
	}
	p := s.start(t, text)
	if re := b.say.words["until"]; re != "" {
		p.until(t, regexp.MustCompile(re))
		p.interrupt(t)
	} else if code, allowed := p.end(t), b.say.words["status"]; !slices.Contains(strings.Split(orZero(allowed), "|"), strconv.Itoa(code)) {
		t.Errorf("%s ends with %d:\n%s\n%.4000s", b.where(), code, text, p.out)
	}
	if re := b.say.words["shows"]; re != "" && !regexp.MustCompile(re).MatchString(p.out.String()) {
		t.Errorf("%s does not show %s:\n%s\n%.4000s", b.where(), re, text, p.out)
	}
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// installed tells whether a program is; where all must be, its absence is an error.
// Kafka's own are there with a real Kafka alone.
func (s *sandbox) installed(t *testing.T, b *block, name string) bool {
	t.Helper()
	_, err := exec.LookPath(name)
	if _, ours := os.Stat(filepath.Join(s.bin, name)); err == nil || ours == nil {
		return true
	}
	switch {
	case strings.HasPrefix(name, "kafka-") && os.Getenv("SPOOR_TEST_KAFKA") == "":
		t.Logf("%s: not run, for want of a real Kafka", b.where())
	case os.Getenv("SPOOR_TOOLS") != "":
		t.Errorf("%s: %v", b.where(), err)
	default:
		t.Logf("%s: not run, for want of %s", b.where(), name)
	}
	return false
}

// write puts a block into a file; YAML is read as a configuration.
func (s *sandbox) write(t *testing.T, b *block) {
	t.Helper()
	name := b.say.words["file"]
	if name == "" {
		name = fmt.Sprintf("line%d.yaml", b.line)
	}
	name = strings.ReplaceAll(name, "/etc/spoor/", "etc/spoor/")
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(b.text, "/etc/spoor/", s.dir+"/etc/spoor/")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	check := b.say.words["check"]
	switch {
	case check != "":
		check += " " + name
	case b.lang == "yaml":
		check = "spoor run --dump-config -c " + name
	default:
		return
	}
	p := s.start(t, check)
	if code := p.end(t); code != 0 {
		t.Errorf("%s: %s: %d\n%s", b.where(), check, code, p.out)
	}
}
