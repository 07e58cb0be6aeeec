package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestRun reads this very test, and a file that is no program.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(os.Args[0], &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Copyright (c) 2026 the spoor maintainers", "/usr/share/common-licenses/Apache-2.0", "Copyright 2009 The Go Authors"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	text := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(text, &out); err == nil {
		t.Error("a text was read")
	}
}

// TestList: each text stands once, that of packages and notices too; what is no part of a program is left out.
func TestList(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	one := fstest.MapFS{
		"LICENSE": file("MIT, of A\n"), "sub/LICENSE.txt": file("BSD, of B\n"), "NOTICE": file("thanks to C"),
		"testdata/LICENSE": file("of D"), ".github/LICENSE": file("of E"), "license.go": file("package a"), "sub/licences.md": file("of F"),
	}
	var l list
	if err := l.add("a.example/one v1.0.0", one, false); err != nil {
		t.Fatal(err)
	}
	if err := l.add("a.example/two v2.0.0", fstest.MapFS{"copying": file("\nMIT, of A")}, false); err != nil {
		t.Fatal(err)
	}
	if err := l.add("Go 1.26", fstest.MapFS{"LICENSE": file("BSD, of Go"), "src/LICENSE": file("of G")}, true); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := l.write(&out); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(out.String(), "that follow.\n")
	line := "\n" + strings.Repeat("-", 80) + "\n"
	want := line + "a.example/one v1.0.0\na.example/two v2.0.0\n\nMIT, of A\n" + line + "a.example/one v1.0.0\n\nthanks to C\n" +
		line + "a.example/one v1.0.0, sub\n\nBSD, of B\n" + line + "Go 1.26\n\nBSD, of Go\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if err := l.add("a.example/none v1.0.0", fstest.MapFS{"README": file("mine")}, false); err == nil || !strings.Contains(err.Error(), "none v1.0.0") {
		t.Errorf("a module without a licence: %v", err)
	}
}

// TestShorten: our own licence is one that others have too.
func TestShorten(t *testing.T) {
	b, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(b)
	got := shorten("Copyright 2020 A\n\n" + whole + "\nParts are MIT.\n")
	if len(got) > 800 || !strings.HasPrefix(got, "Copyright 2020 A\n") || !strings.Contains(got, "\nApache License, Version 2.0.\n") || !strings.HasSuffix(got, "Parts are MIT.") {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	named := shorten(strings.Replace(whole, "Copyright [yyyy] [name of copyright owner]", "Copyright 2016 B", 1))
	if !strings.Contains(named, "Copyright 2016 B") || strings.Contains(named, "APPENDIX") {
		t.Errorf("the owner is gone: %s", named)
	}
	cut, _, _ := strings.Cut(whole, "END OF TERMS") // so some have it
	if got := shorten(cut); got != "Apache License, Version 2.0." {
		t.Errorf("without an end: %s", got)
	}
	for _, text := range []string{"", "MIT\r\n", "Apache License\nVersion 2.0, January 2004\nwithout an end"} {
		if got := shorten(text); got != strings.TrimSpace(text) {
			t.Errorf("%q became %q", text, got)
		}
	}
}
