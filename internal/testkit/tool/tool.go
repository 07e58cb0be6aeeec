// Package tool finds programs that tests ask for advice and that a machine with
// only Go need not have.
package tool

import (
	"os"
	"os/exec"
	"testing"
)

// Need skips the test where a program is missing; under .ci/run, which installs
// all of them and says so by SPOOR_TOOLS, it fails it.
func Need(tb testing.TB, name string) {
	tb.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("SPOOR_TOOLS") != "" {
		tb.Fatalf("%s is missing: .ci/run should have installed it", name)
	}
	tb.Skipf("no %s here", name)
}
