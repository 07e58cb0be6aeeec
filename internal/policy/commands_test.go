package policy

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// command is a call of the program in a document.
type command struct{ doc, name, line string }

var (
	call   = regexp.MustCompile(`(?:^|go run \./cmd/|\./|\$\(|[|;&] )spoor (topics [a-z]+|[a-z]+)([^|;&)$]*)`)
	inline = regexp.MustCompile("`spoor (topics [a-z]+|[a-z]+)([^`]*)`")
	target = regexp.MustCompile("`make ([a-z-]+)[^`]*`")
)

// commands gives the calls of the program in the shell examples of a document and
// within its sentences.
func commands(doc, text string) (found []command) {
	shell := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "```"); ok {
			shell = rest == "sh" || rest == "bash"
			continue
		}
		for _, m := range inline.FindAllStringSubmatch(line, -1) {
			found = append(found, command{doc, m[1], m[2]})
		}
		if !shell {
			continue
		}
		for _, m := range call.FindAllStringSubmatch(line, -1) {
			found = append(found, command{doc, m[1], m[2]})
		}
	}
	return found
}

var (
	flagName = regexp.MustCompile(`--([a-z][a-z0-9._-]*)`)
	testdata = regexp.MustCompile(`testdata/\S+`)
)

// TestCommands: the commands that documents show exist, with the flags and the files
// that they name.
func TestCommands(t *testing.T) {
	var calls []command
	for doc, text := range documents(t) {
		calls = append(calls, commands(doc, text)...)
	}
	if len(calls) < 3 {
		t.Fatalf("only %d commands in the documents", len(calls))
	}
	tree(t) // reads the program's source: it is part of what this test depends on
	program := filepath.Join(t.TempDir(), "spoor")
	ctx := context.Background()
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", program, root+"/cmd/spoor").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	rest := ""
	for _, topic := range []string{"settings", "fabric"} { // what the help of a command only points to
		text, err := exec.CommandContext(ctx, program, "help", topic).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		rest += string(text) + " "
	}
	help := make(map[string]string)
	for _, c := range calls {
		if help[c.name] == "" {
			text, err := exec.CommandContext(ctx, program, append(strings.Fields(c.name), "--help")...).CombinedOutput()
			if err != nil || !strings.Contains(string(text), "spoor "+c.name) {
				t.Errorf("%s: spoor %s --help: %v\n%s", c.doc, c.name, err, text)
			}
			help[c.name] = string(text) + " " + rest
		}
		for _, f := range flagName.FindAllStringSubmatch(c.line, -1) {
			if !regexp.MustCompile(`--` + regexp.QuoteMeta(f[1]) + `[\s=,]`).MatchString(help[c.name]) {
				t.Errorf("%s: spoor %s has no flag --%s", c.doc, c.name, f[1])
			}
		}
		for _, name := range testdata.FindAllString(c.line, -1) {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s: %v", c.doc, err)
			}
		}
	}
}

// TestTargets: what documents tell people to make can be made.
func TestTargets(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for doc, text := range documents(t) {
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			if seen++; !strings.Contains(string(makefile), "\n"+m[1]+": ") {
				t.Errorf("%s: there is no make %s", doc, m[1])
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d", seen)
	}
}

func TestCommandsAreFound(t *testing.T) {
	text := "see `spoor check -c x`, `no spoor`\n```sh\ngo run ./cmd/spoor replay --output out x\nspoor tail paths --json\nkcat -b spoor x\nspoor explain \"$(spoor tail x --count 1)\" | spoor topics plan --json\n```\nspoor never\n```json\nspoor json\n```\n"
	got := commands("d", text)
	want := []command{{"d", "check", " -c x"}, {"d", "replay", " --output out x"}, {"d", "tail", " paths --json"}, {"d", "explain", ` "`}, {"d", "tail", " x --count 1"}, {"d", "topics plan", " --json"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
