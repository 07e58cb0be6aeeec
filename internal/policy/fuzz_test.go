package policy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"spoor/internal/testkit/tool"
)

// TestFuzzScript: test/fuzz forgives go's fuzzer the end of its time that it takes for a failure, once, and nothing else.
func TestFuzzScript(t *testing.T) {
	for _, name := range []string{"bash", "comm", "find", "sed"} {
		tool.Need(t, name)
	}
	script, err := os.ReadFile(filepath.Join(root, "test/fuzz"))
	if err != nil {
		t.Fatal(err)
	}
	const late = "echo '--- FAIL: FuzzX (4.09s)'; echo '    context deadline exceeded'; echo FAIL; "
	f := func(name, first, second string, want bool, says string) {
		t.Helper()
		dir := t.TempDir()
		stand := "#!/bin/bash\nif [ ! -e ran ]; then touch ran; " + first + "\nelse " + second + "\nfi\n"
		for file, text := range map[string]string{"test/fuzz": string(script), "a/x_test.go": "package a\n\nfunc FuzzX(f *testing.F) {}\n", "bin/go": stand, "a/testdata/fuzz/FuzzX/old": "old"} {
			file = filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), "bash", filepath.Join(dir, "test/fuzz"), "2")
		cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if (err == nil) != want || !strings.Contains(string(out), says) {
			t.Errorf("%s: %v, want success %t and %q:\n%s", name, err, want, says, out)
		}
	}
	f("all is well", "echo PASS", "exit 1", true, "PASS")
	f("late, then well", late+"exit 1", "echo PASS", true, "PASS")
	f("late, and again", late+"exit 1", late+"exit 1", false, "deadline")
	f("a seed fails with these words", "echo 'failure while testing seed corpus entry: FuzzX/old'; "+late+"exit 1", "echo PASS", false, "seed corpus")
	f("the words stand elsewhere", "echo 'context deadline exceeded'; echo '--- FAIL: FuzzX (4.09s)'; echo '    x_test.go:5: wrong'; exit 1", "echo PASS", false, "wrong")
	f("late, and an input is left", late+"echo x >a/testdata/fuzz/FuzzX/new; exit 1", "echo PASS", false, "this input fails: ./a/testdata/fuzz/FuzzX/new")
	f("it crashes", "echo 'panic: no'; exit 1", "echo PASS", false, "panic: no")
}
