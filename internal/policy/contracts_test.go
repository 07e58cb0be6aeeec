package policy

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// held is how a comment says that the caller has a lock.
var held = regexp.MustCompile(`(?i)\b(mu|lock) (is|must be) held\b|\bfor who holds\b`)

// TestLockedNames: a function that wants its caller to hold a lock says so in its name, for
// it is the call that must be right, and the comment stands elsewhere.
func TestLockedNames(t *testing.T) {
	seen := 0
	for _, f := range code(t) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			locked := strings.HasSuffix(fn.Name.Name, "Locked")
			if locked {
				seen++
			}
			if held.MatchString(fn.Doc.Text()) && !locked {
				t.Errorf("%s: %s wants a lock to be held: call it %sLocked", f.name, fn.Name.Name, fn.Name.Name)
			}
			if locked && locks(fn) {
				t.Errorf("%s: %s takes a lock itself", f.name, fn.Name.Name)
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d functions end in Locked", seen)
	}
}

// locks reports whether a method takes a mutex of its receiver.
func locks(fn *ast.FuncDecl) (found bool) {
	if fn.Recv == nil || len(fn.Recv.List[0].Names) == 0 {
		return false
	}
	receiver := fn.Recv.List[0].Names[0].Name
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Lock" {
				if mu, ok := s.X.(*ast.SelectorExpr); ok && mu.Sel.Name == "mu" {
					x, ok := mu.X.(*ast.Ident)
					found = found || ok && x.Name == receiver
				}
			}
		}
		return true
	})
	return found
}

// TestPanics: a panic that people may see says that it is our fault.
func TestPanics(t *testing.T) {
	for _, f := range code(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "panic" {
				return true
			}
			first := ""
			ast.Inspect(call.Args[0], func(n ast.Node) bool {
				if text, ok := n.(*ast.BasicLit); ok && first == "" {
					first = text.Value
				}
				return true
			})
			if first != "" && !strings.HasPrefix(first, `"BUG: `) {
				t.Errorf("%s: panic(%s) does not begin with BUG:", f.name, first)
			}
			return true
		})
	}
}

// TestBenchmarksReportAllocations: each benchmark does, by itself or in what it calls, so that
// garbage is seen by who looks for time.
func TestBenchmarksReportAllocations(t *testing.T) {
	reports := make(map[string]bool) // "room name"
	calls := make(map[string][]string)
	var benchmarks []string
	for _, f := range tree(t) {
		if !f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			name := f.room + " " + fn.Name.Name
			if strings.HasPrefix(fn.Name.Name, "Benchmark") {
				benchmarks = append(benchmarks, name)
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.SelectorExpr:
					reports[name] = reports[name] || x.Sel.Name == "ReportAllocs"
				case *ast.CallExpr:
					if callee, ok := x.Fun.(*ast.Ident); ok {
						calls[name] = append(calls[name], f.room+" "+callee.Name)
					}
				}
				return true
			})
		}
	}
	var does func(name string, depth int) bool
	does = func(name string, depth int) bool {
		if reports[name] || depth == 0 {
			return reports[name]
		}
		for _, c := range calls[name] {
			if does(c, depth-1) {
				return true
			}
		}
		return false
	}
	for _, name := range benchmarks {
		if !does(name, 3) {
			t.Errorf("%s: no b.ReportAllocs()", name)
		}
	}
	if len(benchmarks) < 40 {
		t.Errorf("only %d benchmarks", len(benchmarks))
	}
}
