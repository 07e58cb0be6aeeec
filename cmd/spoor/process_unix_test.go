//go:build unix

package main

import (
	"bufio"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/internal/app"
)

// TestMain lets the test binary be the program itself, for tests that need a
// process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("SPOOR_TEST_MAIN") != "" {
		main()
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt) // starts a goroutine for good: no test shall be taken for its cause
	signal.Stop(signals)
	os.Exit(m.Run())
}

// TestHushComesFirst: what keeps imported packages from printing is initialised before the one that would.
func TestHushComesFirst(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "version")
	cmd.Env = append(os.Environ(), "SPOOR_TEST_MAIN=1", "GODEBUG=inittrace=1")
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	trace := errs.String()
	first, then := strings.Index(trace, "init spoor/internal/hush "), strings.Index(trace, "init github.com/VictoriaMetrics/metrics ")
	if first < 0 || then < first {
		t.Errorf("hush at %d, metrics at %d of\n%s", first, then, trace)
	}
}

// process starts the program in a process of its own, waits until it works and
// gives its addresses.
func process(t *testing.T, args ...string) (cmd *exec.Cmd, d *daemon) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "SPOOR_TEST_MAIN=1", "HOME="+t.TempDir())
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	works := make(chan *app.Addresses, 1)
	go func() {
		var a app.Addresses
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "spoor: sFlow on UDP "); ok {
				address, _, _ := strings.Cut(rest, ",")
				a.UDP, _ = netip.ParseAddrPort(address)
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "spoor: http://"); ok {
				address, _, _ := strings.Cut(rest, "/")
				a.HTTP, _ = netip.ParseAddrPort(address)
			}
			if strings.Contains(lines.Text(), "kafka is ready") {
				works <- &a
			}
		}
	}()
	select {
	case a := <-works:
		d = &daemon{Addresses: a}
	case <-time.After(patience):
		t.Fatal("it does not start")
	}
	return cmd, d
}

// TestSignals: either signal ends the program with status 0 and loses nothing
// that it had received.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		dir := t.TempDir()
		p, d := process(t, "run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0",
			"--data_dir", dir, "--output.dir", filepath.Join(dir, "out"))
		d.resend(t, "hsflowd-smoke.pcap.zst", 50)
		if err := p.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			t.Errorf("%v: %v", sig, err)
		}
		if n := strings.Count(read(t, filepath.Join(dir, "out"), "flows"), "\n"); n != 1039 {
			t.Errorf("%v: %d flow records, 1039 were sampled", sig, n)
		}
	}
}
