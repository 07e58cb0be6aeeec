package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents gives the project's Markdown files, by name from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	docs := make(map[string]string)
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && filepath.Clean(name) != filepath.Clean(root) &&
			(strings.HasPrefix(e.Name(), ".") || slices.Contains([]string{"dist", "out", "node_modules"}, e.Name())) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			text, err := os.ReadFile(name)
			docs[strings.TrimPrefix(filepath.ToSlash(name), root+"/")] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if docs["README.md"] == "" {
		t.Fatal("no README.md")
	}
	return docs
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// TestLinks: what a document points at in this repository is there.
func TestLinks(t *testing.T) {
	seen := 0
	for name, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			seen++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s points at %s: %v", name, m[1], err)
			}
		}
	}
	if seen == 0 {
		t.Error("no link was found: has their form changed?")
	}
}

var (
	anchor  = regexp.MustCompile(`\]\(([^)#: ]*)#([^)]+)\)`)
	heading = regexp.MustCompile("(?m)^#+ (.+)$")
	notSlug = regexp.MustCompile("[^a-z0-9 _-]")
)

// TestAnchors: the chapters that documents point at are there.
func TestAnchors(t *testing.T) {
	docs, seen := documents(t), 0
	for name, text := range docs {
		for _, m := range anchor.FindAllStringSubmatch(text, -1) {
			seen++
			to := name
			if m[1] != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(name), m[1]))
			}
			found := false
			for _, h := range heading.FindAllStringSubmatch(docs[to], -1) {
				found = found || strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-") == m[2]
			}
			if !found {
				t.Errorf("%s points at %s#%s, which there is not", name, to, m[2])
			}
		}
	}
	if seen == 0 {
		t.Error("no link to a chapter was found: has their form changed?")
	}
}

// TestIndex: docs/README.md leads to every page and example beside it.
func TestIndex(t *testing.T) {
	index := documents(t)["docs/README.md"]
	for _, pattern := range []string{"*.md", "*.yaml"} {
		names, err := filepath.Glob(filepath.Join(root, "docs", pattern))
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			if name = filepath.Base(name); name != "README.md" && !strings.Contains(index, "]("+name+")") {
				t.Errorf("docs/README.md does not lead to %s", name)
			}
		}
	}
}

// filesTable is a table of the design document that names files and folders.
var filesTable = regexp.MustCompile(`(?s)## File map\n(.*?)\n## `)

var backquoted = regexp.MustCompile("`([^`]+)`")

// TestFileMap: the files that the design document names are there. In a cell, a bare
// name is in the folder of the one before it.
func TestFileMap(t *testing.T) {
	m := filesTable.FindStringSubmatch(documents(t)["docs/design.md"])
	if m == nil {
		t.Fatal("docs/design.md has no file map")
	}
	seen := 0
	for row := range strings.Lines(m[1]) {
		cells := strings.Split(row, "|")
		if len(cells) < 3 {
			continue
		}
		dir := ""
		for _, name := range backquoted.FindAllStringSubmatch(cells[1], -1) {
			seen++
			file := name[1]
			if d := filepath.Dir(strings.TrimSuffix(file, "/")); d != "." {
				dir = d
			} else if dir != "" {
				file = dir + "/" + file
			}
			found, err := filepath.Glob(filepath.Join(root, file))
			if err != nil || len(found) == 0 {
				t.Errorf("docs/design.md names %s, which is not there", file)
			}
		}
	}
	if seen == 0 {
		t.Error("the file map of docs/design.md names nothing")
	}
}

// TestNothingOfTheWorkshop: no path or host of the place where this was written.
func TestNothingOfTheWorkshop(t *testing.T) {
	private := regexp.MustCompile(`/work/(main|shared)|/root/|/home/[a-z]`)
	for name, text := range documents(t) {
		if found := private.FindString(text); found != "" {
			t.Errorf("%s says %s", name, found)
		}
	}
	for _, f := range tree(t) {
		if f.room == "internal/policy" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, f.name))
		if err != nil {
			t.Fatal(err)
		}
		if found := private.Find(text); found != nil {
			t.Errorf("%s says %s", f.name, found)
		}
	}
}
