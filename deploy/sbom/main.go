// Command sbom prints what a Go program was built from, as a CycloneDX document.
// Everything comes from the program itself, so two builds that are the same give
// the same document.
//
//	sbom PROGRAM >sbom.json
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "sbom: one PROGRAM is wanted")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

// component is one in CycloneDX 1.6.
type component struct {
	Ref     string `json:"bom-ref"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
}

type document struct {
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Version  int    `json:"version"`
	Metadata struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

func run(program string, out io.Writer) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read %s: %w", program, err)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(describe(info)); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// describe makes the document: the program, Go itself, and each module with what replaces it.
func describe(info *debug.BuildInfo) *document {
	d := &document{Format: "CycloneDX", Spec: "1.6", Version: 1}
	d.Metadata.Component = of("application", info.Main.Path, info.Main.Version)
	d.Components = append(d.Components, of("library", "std", strings.TrimPrefix(info.GoVersion, "go")))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		d.Components = append(d.Components, of("library", m.Path, m.Version))
	}
	return d
}

func of(kind, name, version string) component {
	purl := "pkg:golang/" + name + "@" + strings.ReplaceAll(version, "+", "%2B")
	return component{Ref: purl, Type: kind, Name: name, Version: version, PURL: purl}
}
