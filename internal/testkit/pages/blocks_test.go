package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's folder.
const root = "../../.."

// block is a fenced block of a document, with what the line above says of it.
type block struct {
	doc, lang, text string
	line            int
	say             saying
}

// saying is what a comment says of a block.
type saying struct {
	notRun, runBy, source string
	words                 map[string]string // of run
}

// kinds of blocks by language: what becomes of them unless a comment says otherwise.
var kinds = map[string]string{
	"sh": "run", "bash": "run", "yaml": "check",
	"text": "shown", "json": "shown", "mermaid": "shown",
	"java": "named", "python": "named", "sql": "named", "go": "named", "protobuf": "named",
}

var (
	fence   = regexp.MustCompile("^(`{3,})([a-z]*)(?: .*)?$")
	comment = regexp.MustCompile(`^<!-- (run|not run|run by|all run by|switch): (.*) -->$`)
	word    = regexp.MustCompile("^(shows|status|until|behind|live|needs|file|check)(?: `([^`]+)`)?$")
	// aCommand begins a line that somebody would type.
	aCommand = regexp.MustCompile(`^(\$ |# )?(sudo )?(spoor|kcat|kafka-[a-z-]+\.sh|curl|make|go|docker|kubectl|systemctl|sysctl|promtool|ovs-vsctl|tcpdump) `)
)

// parse gives the blocks of a document.
func parse(doc, text string) (list []block, err error) {
	lines := strings.Split(text, "\n")
	all := "" // who runs what is left of the chapter
	for i := 0; i < len(lines); i++ {
		if m := comment.FindStringSubmatch(lines[i]); m != nil && m[1] == "all run by" {
			all = m[2]
		} else if strings.HasPrefix(lines[i], "## ") {
			all = ""
		}
		m := fence.FindStringSubmatch(lines[i])
		if m == nil {
			if strings.HasPrefix(strings.TrimSpace(lines[i]), "```") {
				return nil, fmt.Errorf("%s:%d: a fence that is not at the margin, or of no kind", doc, i+1)
			}
			continue
		}
		b := block{doc: doc, lang: m[2], line: i + 1}
		if i > 0 {
			if b.say, err = read(lines[i-1]); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", doc, i, err)
			}
		}
		if all != "" {
			b.say = saying{runBy: all}
		}
		end := slices.Index(lines[i+1:], m[1])
		if end < 0 {
			return nil, fmt.Errorf("%s:%d: the block does not end", doc, i+1)
		}
		b.text = strings.Join(lines[i+1:i+1+end], "\n") + "\n"
		list = append(list, b)
		i += end + 1
	}
	return list, nil
}

// read gives what a line says of the block below it: nothing unless it is one of our comments.
func read(line string) (s saying, err error) {
	m := comment.FindStringSubmatch(line)
	switch {
	case m == nil || m[1] == "all run by":
		return s, nil
	case m[1] == "not run":
		s.notRun = m[2]
	case m[1] == "run by":
		s.runBy = m[2]
	case m[1] == "switch":
		s.source = m[2]
	default:
		s.words = make(map[string]string)
		for w := range strings.SplitSeq(m[2], ", ") {
			x := word.FindStringSubmatch(w)
			if x == nil || (x[2] == "") != (x[1] == "live") {
				return s, fmt.Errorf("%q is nothing that can be said of a block", w)
			}
			s.words[x[1]] = x[2]
		}
	}
	return s, nil
}

// has tells whether a word of run is said of the block.
func (b *block) has(word string) bool { _, ok := b.say.words[word]; return ok }

// where is how a person finds it.
func (b *block) where() string { return fmt.Sprintf("%s:%d", b.doc, b.line) }

// wrong says why a block is neither run, checked nor declared; nothing if it is.
func (b *block) wrong() string {
	kind := kinds[b.lang]
	switch {
	case kind == "":
		return fmt.Sprintf("a block in %q: nobody knows whether to run it", b.lang)
	case b.say.notRun != "" && len(strings.Fields(b.say.notRun)) < 3:
		return "not run: say why"
	case b.say.notRun != "":
		return ""
	case b.say.runBy != "":
		return b.named()
	case kind == "named":
		return "a program: say who runs it"
	case kind == "shown" && b.say.source == "" && !b.has("file"):
		for line := range strings.Lines(b.text) {
			if aCommand.MatchString(line) {
				return "a command in a block that is not run: " + strings.TrimSpace(line)
			}
		}
	}
	return ""
}

// named says what is wrong with the declaration of who runs it.
func (b *block) named() string {
	found := false
	err := filepath.WalkDir(filepath.Join(root, b.say.runBy), func(name string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			var text []byte
			if text, err = os.ReadFile(name); err == nil {
				found = found || strings.Contains(string(text), b.doc)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err.Error()
	case !found:
		return fmt.Sprintf("%s does not name %s", b.say.runBy, b.doc)
	}
	return ""
}

// documents gives the pages that operators and newcomers read, by their name from the root.
func documents(t *testing.T) map[string][]block {
	t.Helper()
	docs := make(map[string][]block)
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			doc := strings.TrimPrefix(filepath.ToSlash(name), root+"/")
			if docs[doc], err = parse(doc, string(text)); err != nil {
				t.Error(err)
			}
		}
	}
	return docs
}

// TestEveryBlockIsRunOrDeclared: what is neither rots.
func TestEveryBlockIsRunOrDeclared(t *testing.T) {
	seen := 0
	for _, blocks := range documents(t) {
		for i := range blocks {
			b := &blocks[i]
			if seen++; b.wrong() != "" {
				t.Errorf("%s: %s (the comment above a block says what becomes of it: see internal/testkit/pages/doc.go)", b.where(), b.wrong())
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d blocks", seen)
	}
}

func TestParse(t *testing.T) {
	text := "a\n<!-- run: until `b c`, live, status `0|1` -->\n```sh\nspoor x\n```\n```text\nspoor y\n```\n<!-- not run: root -->\n```bash\nz\n```\n```\n?\n```\n<!-- switch: a book -->\n```text\nmake it\n```\n"
	list, err := parse("d.md", text)
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	b := list[0]
	if b.line != 3 || b.lang != "sh" || b.text != "spoor x\n" || !b.has("live") || b.say.words["until"] != "b c" || b.say.words["status"] != "0|1" || b.has("behind") {
		t.Errorf("%+v", b)
	}
	for i, want := range []string{"", "a command in", "say why", "nobody knows", ""} {
		if got := list[i].wrong(); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	for _, bad := range []string{"```sh\nx\n", " ```sh\nx\n ```\n", "<!-- run: never -->\n```sh\n```\n", "<!-- run: live `x` -->\n```sh\n```\n", "<!-- run: until -->\n```sh\n```\n"} {
		if list, err := parse("d.md", bad); err == nil {
			t.Errorf("%q: %v", bad, list)
		}
	}
	for _, by := range []string{"internal/testkit/nowhere", "LICENSE"} {
		if b := (block{doc: "docs/kafka.md", lang: "sh", say: saying{runBy: by}}); b.wrong() == "" {
			t.Errorf("%s runs nothing", by)
		}
	}
}
