//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTopologySurvives: what was learned is there after a kill -9 and after an
// orderly stop, and a file that is damaged costs a cold start, no more.
func TestTopologySurvives(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "topology.memory")
	links := func() int {
		b, _ := os.ReadFile(path)
		return strings.Count(string(b), `"kind":"link"`)
	}
	p, learner := process(t, "run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0", "--data_dir", dir)
	learner.resend(t, "hsflowd-smoke.pcap.zst", 10)
	eventually(t, "links are kept", func() bool { return links() >= 4 })
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // killed
	kept := links()
	run := func(want string) {
		t.Helper()
		d := start(t, "--data_dir", dir)
		if code := d.end(t); code != 0 || !strings.Contains(d.errs.String(), want) {
			t.Errorf("status %d, want %q: %s", code, want, d.errs)
		}
	}
	run("the fabric is known from before")
	run("the fabric is known from before")
	if n := links(); n != kept {
		t.Errorf("%d links are kept after two runs that heard nobody, want %d", n, kept)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	run("it is learned anew")
	if _, err := os.Stat(path + ".unusable"); err != nil {
		t.Error(err)
	}
}
