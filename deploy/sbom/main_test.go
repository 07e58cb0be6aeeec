package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

// TestRun reads this very test, and a file that is no program.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(os.Args[0], &out); err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.Format != "CycloneDX" || d.Metadata.Component.Name != "spoor" || d.Components[0].Name != "std" {
		t.Errorf("%v\n%s", err, out.String())
	}
	text := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(text, &out); err == nil {
		t.Error("a text was read")
	}
}

func TestDescribe(t *testing.T) {
	d := describe(&debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Path: "spoor", Version: "v1.0.0+dirty"}, Deps: []*debug.Module{
		{Path: "a.example/b", Version: "v1.2.3"}, {Path: "x", Version: "v1", Replace: &debug.Module{Path: "y", Version: "v2"}},
	}})
	if d.Metadata.Component.PURL != "pkg:golang/spoor@v1.0.0%2Bdirty" || len(d.Components) != 3 || d.Components[0].Version != "1.26.0" ||
		d.Components[1].PURL != "pkg:golang/a.example/b@v1.2.3" || d.Components[2].Name != "y" {
		t.Errorf("%+v", d)
	}
}
