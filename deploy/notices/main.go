// Command notices prints under which licences a Go program may be passed on: its own, and those of Go and of all modules
// that it holds, as their authors wrote them. The text of the Apache License, which is long and often the same, is named
// and not repeated: LICENSE lies beside the program.
//
//	notices PROGRAM >NOTICES
package main

import (
	"bufio"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "notices: one PROGRAM is wanted")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(program string, out io.Writer) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read %s: %w", program, err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	var l list
	if err := l.add("Go "+strings.TrimPrefix(info.GoVersion, "go"), os.DirFS(strings.TrimSpace(string(root))), true); err != nil {
		return err
	}
	for _, m := range info.Deps {
		dir, err := folder(m)
		if err != nil {
			return err
		}
		if err := l.add(m.Path+" "+m.Version, os.DirFS(dir), false); err != nil {
			return err
		}
	}
	return l.write(out)
}

// folder gives where Go keeps the source of a module.
func folder(m *debug.Module) (string, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	b, err := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version).Output() //nolint:gosec // the module stands in a program that we built
	var answer struct{ Dir, Error string }
	if err := errors.Join(err, json.Unmarshal(b, &answer)); err != nil || answer.Dir == "" {
		return "", fmt.Errorf("module %s@%s: %s: %w", m.Path, m.Version, answer.Error, errors.Join(err, fs.ErrNotExist))
	}
	return answer.Dir, nil
}

// notice is a text, and what it counts for.
type notice struct {
	names []string
	text  string
}

// list has each text once, in the order in which they came.
type list []notice

var (
	legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([._-].*)?$`)
	// What is not part of a program has no licence in it.
	skipped = regexp.MustCompile(`^([._].+|testdata|vendor)$`)
)

// add takes the licences of a module: those beside its packages too, unless only its top is wanted.
func (l *list) add(name string, tree fs.FS, top bool) error {
	found := false
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if file != "." && (top || skipped.MatchString(d.Name())) {
				return fs.SkipDir
			}
			return nil
		}
		if !legal.MatchString(d.Name()) || strings.HasSuffix(d.Name(), ".go") {
			return nil
		}
		b, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		found = true
		where := name
		if folder := path.Dir(file); folder != "." {
			where += ", " + folder
		}
		l.put(where, shorten(string(b)))
		return nil
	})
	if err == nil && !found {
		err = errors.New("it has no licence")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (l *list) put(name, text string) {
	if i := slices.IndexFunc(*l, func(n notice) bool { return n.text == text }); i >= 0 {
		(*l)[i].names = append((*l)[i].names, name)
		return
	}
	*l = append(*l, notice{names: []string{name}, text: text})
}

var (
	apache   = regexp.MustCompile(`(?s)[ \t]*Apache License\s+Version 2\.0, January 2004\s.{0,60}?\s+TERMS AND CONDITIONS FOR USE.*?(END OF TERMS AND CONDITIONS[ \t]*\n|\z)`)
	appendix = regexp.MustCompile(`(?s)[ \t]*APPENDIX: How to apply the Apache License to your work\..*?identification within third-party archives\.\s*`)
	owner    = regexp.MustCompile(`(?m)^[ \t]*Copyright [\[{]yyyy[\]}].*\n`)
)

// shorten names the Apache License where a text has it in full, and leaves the rest as it is.
func shorten(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if short := apache.ReplaceAllString(text, "Apache License, Version 2.0.\n"); short != text {
		text = owner.ReplaceAllString(appendix.ReplaceAllString(short, ""), "")
	}
	return strings.TrimSpace(text)
}

func (l *list) write(out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprint(w, `Copyright (c) 2026 the spoor maintainers

spoor is licensed under the Apache License, Version 2.0, the text of which is in
the file LICENSE; on Debian systems it is /usr/share/common-licenses/Apache-2.0.

The program holds what others wrote, under the licences that follow.
`)
	for _, n := range *l {
		fmt.Fprintf(w, "\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), strings.Join(n.names, "\n"), n.text)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the notices: %w", err)
	}
	return nil
}
