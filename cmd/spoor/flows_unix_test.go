//go:build unix

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestFlows finds flows of a running collector; each line leads on to explain.
func TestFlows(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir())
	at := []string{"--http.listen", d.HTTP.String()}
	ask := func(words ...string) result { return spoor(t, append(append([]string{"flows"}, words...), at...)...) }
	if r := ask(); r.code != 1 || !strings.Contains(r.err, "no flow of the last minutes") {
		t.Errorf("before there are any: %+v", r)
	}
	var lines []string
	d.sendUntil(t, "a flow to port 5201 has its path", func() bool {
		r := ask(":5201", "--count", "3")
		lines = strings.Split(r.out, "\n")
		return r.code == 0 && strings.Contains(lines[0], ":5201 ") && strings.Contains(lines[0], " > spine") && strings.Contains(lines[0], "bit/s")
	})
	id, rest, _ := strings.Cut(lines[0], "  ")
	if r := spoor(t, append([]string{"explain", id}, at...)...); r.code != 0 || !strings.HasPrefix(r.out, "flow   "+id) {
		t.Errorf("explain %s: %+v", id, r)
	}
	from, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if r := ask(from); r.code != 0 || !strings.Contains(r.out, id) {
		t.Errorf("flows %s lacks %s: %+v", from, id, r)
	}
	r := ask("--json", "--count", "1")
	var f struct{ ID string }
	if err := json.Unmarshal([]byte(r.out), &f); err != nil || len(f.ID) != 16 || strings.Count(r.out, "\n") != 1 {
		t.Errorf("%v: %+v", err, r)
	}
	if r := ask("10.99.99.99"); r.code != 1 || r.out != "" {
		t.Errorf("nobody: %+v", r)
	}
	if r := ask("leaf999>spine1"); r.code != 1 || r.out != "" || !strings.Contains(r.err, "called leaf999:") {
		t.Errorf("a switch that is not there: %+v", r)
	}
	wrong(t, 2, "--count: 0 is no number from 1 to 500", "flows", "--count", "0")
	wrong(t, 2, "is no address such as", "flows", "--url", "collector1")
}
