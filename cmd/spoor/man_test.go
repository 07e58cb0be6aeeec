package main

import (
	"os/exec"
	"strings"
	"testing"

	"spoor/internal/testkit/tool"
)

// TestManual: every command, flag and setting is in it, and man's own checker finds nothing.
func TestManual(t *testing.T) {
	r := spoor(t, "man")
	for _, want := range []string{
		".TH \"SPOOR\" \"1\"", ".SS \"run [\\-c spoor.yaml]\"\n", ".SS \"health\"\n", ".SS \"topics apply\"\n", ".B \"\\-\\-spines", ".B \"\\-c, \\-\\-config",
		".B \"\\-\\-kafka.brokers", ".B \"\\-\\-flows.max", "(default :6343)", ".SH \"EXIT STATUS\"",
	} {
		if r.code != 0 || r.err != "" || !strings.Contains(r.out, want) {
			t.Errorf("%d %s: %q is missing", r.code, r.err, want)
		}
	}
	known := map[string]bool{"TH": true, "SH": true, "SS": true, "TP": true, "PP": true, "B": true, "EX": true, "EE": true}
	for line := range strings.Lines(r.out) {
		if request, ok := strings.CutPrefix(line, "."); ok {
			if name, _, _ := strings.Cut(strings.TrimSpace(request), " "); !known[name] {
				t.Errorf("text is taken for a request: %s", line)
			}
		}
	}
	tool.Need(t, "groff")
	cmd := exec.CommandContext(t.Context(), "groff", "-man", "-Tutf8", "-ww", "-rCHECKSTYLE=0")
	var problems strings.Builder
	cmd.Stdin, cmd.Stderr = strings.NewReader(r.out), &problems
	shown, err := cmd.Output()
	if err != nil || problems.Len() > 0 || !strings.Contains(string(shown), "--kafka.brokers") && !strings.Contains(string(shown), "kafka.brokers") {
		t.Errorf("%v %s\n%.500s", err, problems.String(), shown)
	}
}
