package policy

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNoRace: the packages that `make race` leaves out begin no goroutine, neither in their code nor in their tests.
func TestNoRace(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^NO_RACE := ((?:.*\\\n)*.*)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("the Makefile has no NO_RACE")
	}
	rooms := strings.Fields(strings.ReplaceAll(string(found[1]), "\\\n", " "))
	const apart = "internal/testkit/pages" // its goroutines start programs, which are built without the detector
	there := make(map[string]bool)
	for _, f := range tree(t) {
		there[f.room] = true
		if f.room == apart || !slices.Contains(rooms, f.room) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if begins(n) {
				t.Errorf("%s: begins a goroutine: take %s out of NO_RACE in the Makefile", fset.Position(n.Pos()), f.room)
			}
			return true
		})
	}
	for _, room := range rooms {
		if !there[room] {
			t.Errorf("NO_RACE in the Makefile names %s, which is not there", room)
		}
	}
}

// begins tells whether a piece of code begins a goroutine, by itself or by a call that does.
func begins(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.SelectorExpr:
		return slices.Contains([]string{"Go", "Parallel", "RunParallel", "AfterFunc", "NewServer", "Serve", "ListenAndServe"}, n.Sel.Name)
	}
	return false
}
