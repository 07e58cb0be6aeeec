package policy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"spoor/internal/testkit/tool"
)

// runCI runs .ci/run over a Makefile that stands in for ours, without installing anything.
func runCI(t *testing.T, makefile string, args ...string) (said string, ok bool) {
	t.Helper()
	for _, name := range []string{"bash", "make", "flock", "timeout", "awk", "renice"} {
		tool.Need(t, name)
	}
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	if err != nil {
		t.Fatal(err)
	}
	makefile = "SHELL := bash\n" + strings.ReplaceAll(makefile, "\n    ", "\n\t")
	for name, text := range map[string]string{".ci/run": string(script), ".ci/packages": "#!/bin/sh\necho nothing missing\n", "Makefile": makefile} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(dir, ".ci/run")}, args...)...)
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// wants looks for expressions in what .ci/run said, in this order.
func wants(t *testing.T, said string, expressions ...string) {
	t.Helper()
	rest := said
	for _, e := range expressions {
		at := regexp.MustCompile(e).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("%q is not there, or not in its place:\n%s", e, said)
		}
		rest = rest[at[1]:]
	}
}

// TestCILanes: busy and waiting steps run beside each other, the others apart; each step's words stand together.
func TestCILanes(t *testing.T) {
	said, ok := runCI(t, `
list-checks:
    @printf '%s\n' 'first: one' 'next: two' 'busy: left' 'waiting: right' 'alone: last'
one:
    @mkfifo a b
two:
    @rm one 2>/dev/null; [ -p a ]
left: # ends only if right runs meanwhile, and the other way round
    @echo left begins; echo x >a; read -r _ <b; echo left ends; touch left.done
right:
    @echo right begins; read -r _ <a; echo x >b; echo right ends; touch right.done
last:
    @ls left.done right.done
`)
	if !ok {
		t.Fatal(said)
	}
	wants(t, said, `left begins\nleft ends`)
	wants(t, said, `right begins\nright ends`)
	wants(t, said, `== what ran`, `packages .* ok`, `one .* ok`, `two .* ok`, `left .* ok`, `right .* ok`, `last .* ok`, `all right after`)
}

// TestCIFailures: the end names each step that failed, its tests, how to run them again, and what to do.
func TestCIFailures(t *testing.T) {
	said, ok := runCI(t, `
list-checks:
    @printf '%s\n' 'first: check-fmt' 'next: lint' 'busy: race' 'waiting: image' 'alone: fetch fine'
check-fmt:
    @echo 'diff a.go b.go'; exit 1
lint:
    @echo 'web/page.go:12:3: unused variable (unused)'; exit 1
race:
    @printf '%s\n' '--- FAIL: TestOne (0.01s)' '    --- FAIL: TestOne/part (0.00s)' '--- FAIL: TestTwo (0.01s)' FAIL 'FAIL	spoor/web/api	0.1s' \
      'ok  	spoor/flow	0.1s' '# spoor/decode' 'decode/x.go:1:2: undefined: y' 'FAIL	spoor/decode [build failed]' FAIL; exit 1
image:
    @echo one; echo 'image: the volume is not for its user' >&2; exit 3
fetch:
    @echo 'Get "x": dial tcp: lookup modules.example on 10.0.0.1:53: no such host'; exit 1
fine:
    @echo fine
`)
	if ok {
		t.Fatal(said)
	}
	wants(t, said, `== what ran`, `check-fmt .* FAILED`, `lint .* FAILED`, `race .* FAILED`, `image .* FAILED`, `fetch .* FAILED`, `fine .* ok`,
		`== check-fmt failed`, `diff a.go b.go`, `again: +\.ci/run check-fmt`, `to do: +make fmt`,
		`== lint failed`, `web/page.go:12:3: unused`, `to do: `,
		`== race failed`, `--- FAIL: TestOne/part`, `decode/x.go:1:2`, `again: +\.ci/run race`,
		`go test -race -count=1 -run '\^\(TestOne\|TestTwo\)\$' \./web/api\n`, `go test -race -count=1 \./decode\n`,
		`== image failed`, `image: the volume is not for its user`, `again: +\.ci/run image`,
		`== fetch failed`, `no such host`, `to do: +this machine did not reach`,
		`FAILED after`)
}

// TestCILimit: a step that hangs is ended and told of; one step can be run alone.
func TestCILimit(t *testing.T) {
	t.Setenv("SPOOR_LIMIT", "1")
	said, ok := runCI(t, "list-checks:\n    @echo 'busy: other'\nhang:\n    @echo begun; sleep 600\nother:\n    @echo other\n", "hang")
	if ok || strings.Contains(said, "other") {
		t.Fatal(said)
	}
	wants(t, said, `== what ran`, `hang .* FAILED`, `== hang failed`, `ended after 1 s`, `again: +\.ci/run hang`)
}
