// Command yardstick measures the house itself: sizes of files and functions, documented names, comments, tests,
// fuzz targets and benchmarks of each room, as the table of docs/design.md shows them. Generated code counts for nothing.
//
//	go run ./internal/testkit/yardstick [-rooms] [DIR]
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	rooms := flag.Bool("rooms", false, "a line for each package, not only for each top folder")
	flag.Parse()
	dir := "."
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	if err := run(os.Stdout, dir, *rooms); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

// run measures all Go files below dir, and writes the table.
func run(w io.Writer, dir string, rooms bool) error {
	whole := new(measure)
	parts := make(map[string]*measure)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		f, err := read(path)
		if err != nil || f.generated {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		part := filepath.ToSlash(rel)
		if top, _, ok := strings.Cut(part, "/"); ok && !rooms {
			part = top
		}
		if parts[part] == nil {
			parts[part] = new(measure)
		}
		whole.add(f)
		parts[part].add(f)
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "| code | lines | file median/p90/max | func median/p90/max | funcs >80 | exported/k | doc | cmt | t/c | fuzz | bench |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|---|---|")
	whole.row(w, "**whole**")
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		parts[name].row(w, "`"+name+"`")
	}
	return nil
}
