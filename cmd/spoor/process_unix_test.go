//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the program itself, for tests that need a
// process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("SPOOR_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// process starts the program in a process of its own and waits until it says
// where it listens.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "SPOOR_TEST_MAIN=1", "HOME="+t.TempDir())
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	works := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "/readyz") {
				works <- true
			}
		}
	}()
	select {
	case <-works:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not start")
	}
	return cmd
}

func TestSignals(t *testing.T) {
	args := []string{"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0"}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := process(t, append(args, "--data_dir", t.TempDir())...)
		if err := p.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			t.Errorf("%v: %v", sig, err)
		}
	}
}
