package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
)

// file is what one Go file adds to the measures.
type file struct {
	test, generated      bool
	lines, comments      int
	funcs                []int // lines of each function with a body
	exported, documented int
	fuzz, bench          int
}

// read measures the file at a path.
func read(path string) (file, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	f := file{test: strings.HasSuffix(path, "_test.go"), generated: ast.IsGenerated(tree), lines: bytes.Count(src, []byte("\n"))}
	for _, g := range tree.Comments {
		for _, c := range g.List {
			first, last := set.Position(c.Pos()), set.Position(c.End())
			if start := int(c.Pos()-tree.FileStart) - (first.Column - 1); len(bytes.TrimSpace(src[start:int(c.Pos()-tree.FileStart)])) == 0 {
				f.comments += last.Line - first.Line + 1
			}
		}
	}
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				f.funcs = append(f.funcs, set.Position(d.End()).Line-set.Position(d.Pos()).Line+1)
			}
			f.name(d.Name, d.Doc != nil)
			f.proof(d.Name.Name)
		case *ast.GenDecl:
			f.declared(d)
		}
	}
	return f, nil
}

// proof counts fuzz targets and benchmarks.
func (f *file) proof(name string) {
	switch {
	case f.test && strings.HasPrefix(name, "Fuzz"):
		f.fuzz++
	case f.test && strings.HasPrefix(name, "Benchmark"):
		f.bench++
	}
}

// name counts a name that is visible from outside.
func (f *file) name(n *ast.Ident, documented bool) {
	if !n.IsExported() {
		return
	}
	f.exported++
	if documented {
		f.documented++
	}
}

// declared counts the names of a declaration: a comment on the group speaks for all that is in it.
func (f *file) declared(d *ast.GenDecl) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			f.name(s.Name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
		case *ast.ValueSpec:
			for _, n := range s.Names {
				f.name(n, d.Doc != nil || s.Doc != nil || s.Comment != nil)
			}
		}
	}
}
