package policy

import (
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackageComments: every package says once what it is for.
func TestPackageComments(t *testing.T) {
	comments := make(map[string][]string)
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		comments[f.room] = append(comments[f.room], "")
		if f.generated || f.ast.Doc.Text() == "" { // a directive is no comment
			continue
		}
		if want := "Package " + f.ast.Name.Name + " "; f.ast.Name.Name != "main" && !strings.HasPrefix(f.ast.Doc.Text(), want) {
			t.Errorf("%s: the package comment does not begin with %q", f.name, want)
		}
		comments[f.room] = append(comments[f.room], f.name)
	}
	for _, room := range slices.Sorted(maps.Keys(comments)) {
		names := slices.DeleteFunc(comments[room], func(s string) bool { return s == "" })
		if len(names) != 1 && room != "proto/flowpb" {
			t.Errorf("%s: %d package comments %q, want one", room, len(names), names)
		}
	}
}

// TestNames: a name says what is inside.
func TestNames(t *testing.T) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "base", "misc", "shared", "lib"}
	for _, f := range tree(t) {
		for _, name := range []string{path.Base(f.room), strings.TrimSuffix(f.ast.Name.Name, "_test")} {
			if slices.Contains(vague, name) {
				t.Errorf("%s: %s says nothing about what is inside", f.name, name)
			}
		}
	}
}

// Limits of length, in lines.
const (
	maxFile     = 400
	maxFunction = 80
	maxMain     = 60 // of cmd/*/main.go
)

// tables are files that may be longer since they are one table.
var tables = map[string]string{}

func TestFileLength(t *testing.T) {
	for _, f := range code(t) {
		limit := maxFile
		if path.Base(f.name) == "main.go" && within(f.room, "cmd") {
			limit = maxMain
		}
		if _, ok := tables[f.name]; !ok && f.lines > limit {
			t.Errorf("%s: %d lines, at most %d: is there a wall to move?", f.name, f.lines, limit)
		}
	}
	for name := range tables {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Errorf("a table that is not there: %v", err)
		}
	}
}

func TestFunctionLength(t *testing.T) {
	for _, f := range code(t) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			first, last := fset.Position(fn.Pos()), fset.Position(fn.End())
			if n := last.Line - first.Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, at most %d", first, fn.Name.Name, n, maxFunction)
			}
		}
	}
}

// TestExportedComments: every exported name says what it means.
func TestExportedComments(t *testing.T) {
	for _, f := range code(t) {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
					t.Errorf("%s: %s has no comment", fset.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if name := undocumented(d, s); name != "" {
						t.Errorf("%s: %s has no comment", fset.Position(s.Pos()), name)
					}
				}
			}
		}
	}
}

// exportedReceiver tells whether a function's receiver, if any, can be named from outside.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// undocumented gives an exported name of a declaration without a comment; a comment
// on the group speaks for all that is in it.
func undocumented(d *ast.GenDecl, s ast.Spec) string {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
			return s.Name.Name
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				return n.Name
			}
		}
	}
	return ""
}

// TestNothingLeftOpen: what is not done belongs into an issue, not into the code.
func TestNothingLeftOpen(t *testing.T) {
	for _, f := range tree(t) {
		for _, g := range f.ast.Comments {
			for _, c := range g.List {
				for _, mark := range []string{"TODO", "FIXME", "XXX", "HACK"} {
					if strings.HasPrefix(strings.TrimLeft(c.Text, "/* \t"), mark) {
						t.Errorf("%s: %s", fset.Position(c.Pos()), c.Text)
					}
				}
			}
		}
	}
}

// TestHouseFiles: what a visitor looks for is there.
func TestHouseFiles(t *testing.T) {
	for name, says := range map[string]string{
		"LICENSE":         "Apache License",
		"README.md":       "go test ./...",
		"CHANGELOG.md":    "## Unreleased",
		"CONTRIBUTING.md": "make check",
		"SECURITY.md":     "report",
		"Dockerfile":      "FROM scratch",
		"docs/design.md":  "Lock order",
		".golangci.yml":   `version: "2"`,
		".editorconfig":   "root = true",
		".ci/run":         "list-checks",
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), says) {
			t.Errorf("%s does not say %q", name, says)
		}
	}
}
