package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the repository, as seen from here.
const root = "../.."

// module is the module's path, the prefix of our own imports.
const module = "spoor"

// file is one Go file of the repository.
type file struct {
	name      string // with slashes, from the root
	room      string // its folder
	test      bool
	generated bool
	ast       *ast.File
	lines     int
}

// imports gives the paths that the file imports.
func (f *file) imports() []string {
	var paths []string
	for _, s := range f.ast.Imports {
		paths = append(paths, strings.Trim(s.Path.Value, `"`))
	}
	return paths
}

var fset = token.NewFileSet()

var readTree = sync.OnceValues(func() ([]*file, error) {
	var files []*file
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if e.IsDir() {
			if name != root && skipped(name, e.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(name, root+"/")
		files = append(files, &file{
			name: rel, room: path.Dir(rel), ast: parsed,
			test:      strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(parsed),
			lines:     fset.File(parsed.Pos()).LineCount(),
		})
		return nil
	})
	return files, err
})

// skipped tells folders without code of ours. A nested module is its own house.
func skipped(name, base string) bool {
	nested, _ := filepath.Glob(filepath.Join(filepath.FromSlash(name), "go.mod"))
	return strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "dist", "out", "node_modules"}, base) || len(nested) > 0
}

// tree parses every Go file of the repository, once.
func tree(t *testing.T) []*file {
	t.Helper()
	files, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d files: is this the repository?", len(files))
	}
	return files
}

// code gives the files that make up the program: no tests, nothing generated.
func code(t *testing.T) []*file {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(tree(t)), func(f *file) bool { return f.test || f.generated })
}

// within tells whether room is dir or below it.
func within(room, dir string) bool {
	return room == dir || strings.HasPrefix(room, dir+"/")
}
