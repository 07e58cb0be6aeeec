package main

import (
	"context"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	foundAfter = regexp.MustCompile(`elephant started .* found ([0-9.]+) s after it began`)
	firstAfter = regexp.MustCompile(`path complete .* the first one, ([0-9.]+) s after the start`)

	notDelivered = regexp.MustCompile(`(?m)^time=\S+ level=WARN msg="records were not delivered" .* why="shutdown \d+" .*\n`)
)

// TestDemo: three of three elephants within 5 s, the first path within 3 s, nothing
// false, on ports that are free, in plain lines; and nothing is left behind. What
// the machine makes everybody wait is not held against the program.
func TestDemo(t *testing.T) {
	noLeaks(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	begin, late := time.Now(), lateness()
	r := spoor(t, "demo", "--duration", "10s", "--elephants", "30%@500ms,20%@1s,15%@1500ms", "--event", "move:elephants@8s", "--http.listen", taken.Addr().String())
	waited := late()
	if waited > 1 { // a machine that starves may not deliver everything within the time that a stop has
		r.err = notDelivered.ReplaceAllString(r.err, "")
	}
	if r.code != 0 || r.err != "" {
		t.Fatalf("%d %s\n%s", r.code, r.err, r.out)
	}
	for _, want := range []string{
		"3 of them elephants: 30% of a link after 0.5 s, 20% after 1 s, 15% after 1.5 s",
		"  (" + taken.Addr().String() + " is taken)\n", "spoor tail elephants --from start --kafka.brokers 127.0.0.1:", "kcat -C -b 127.0.0.1:",
		"fabric: an elephant of 15% begins\n", "fabric: the elephants move to other paths\n",
		"3 of 3 found, 0 false\n", "  links      8 right, 0 wrong, 0 missing\n",
	} {
		if !strings.Contains(strings.ReplaceAll(r.out, os.Args[0], "spoor"), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !regexp.MustCompile(`after \d+ s  6 agents, 8 links`).MatchString(r.out) { // 5 s, if the machine does not stall then
		t.Error("how it goes is not told")
	}
	within(t, r.out, firstAfter, 1, 3+waited)
	within(t, r.out, foundAfter, 3, 5+waited)
	if !regexp.MustCompile(`paths +\d+ of \d+ right, 0 wrong`).MatchString(r.out) || strings.Contains(r.out, "WRONG") || strings.Contains(r.out, "FALSE") {
		t.Error("paths are wrong")
	}
	if regexp.MustCompile(`[^\n\x20-\x7e]`).MatchString(r.out) {
		t.Errorf("more than plain lines: %q", r.out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if t.Failed() {
		t.Logf("after %v, %.1f s of them waiting for the machine:\n%s", time.Since(begin), waited, r.out)
	}
}

// lateness watches how late the machine wakes who sleeps, until the function it
// gives is called, which tells the sum of all that was more than 10 ms, in seconds.
func lateness() (sum func() float64) {
	const nap = 10 * time.Millisecond
	stop, done := make(chan struct{}), make(chan time.Duration)
	go func() {
		var late time.Duration
		for {
			begin := time.Now()
			select {
			case <-stop:
				done <- late
				return
			case <-time.After(nap):
				if over := time.Since(begin) - 2*nap; over > 0 {
					late += over + nap
				}
			}
		}
	}()
	return func() float64 {
		close(stop)
		return (<-done).Seconds()
	}
}

// within wants n matches whose number is not above the limit.
func within(t *testing.T, text string, what *regexp.Regexp, n int, limit float64) {
	t.Helper()
	all := what.FindAllStringSubmatch(text, -1)
	if len(all) != n {
		t.Errorf("%d lines like %v, want %d", len(all), what, n)
	}
	for _, m := range all {
		if x, err := strconv.ParseFloat(m[1], 64); err != nil || x > limit {
			t.Errorf("%s: above %v s (%v)", m[0], limit, err)
		}
	}
}

// TestDemoInterrupted: Ctrl-C ends it with the comparison and status 0.
func TestDemoInterrupted(t *testing.T) {
	noLeaks(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	c, out, errs := command(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- c.run(ctx, []string{"demo", "--flows", "20", "--http.listen", "127.0.0.1:0"}) }()
	eventually(t, "a path is shown", func() bool { return strings.Contains(out.String(), "path complete") || len(done) > 0 })
	stop()
	if code := <-done; code != 0 || errs.String() != "" || !strings.Contains(out.String(), "compared with what truly happened in") {
		t.Errorf("%d %s\n%s", code, errs, out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestDemoBadInput(t *testing.T) {
	noLeaks(t)
	t.Setenv("TMPDIR", t.TempDir())
	f := func(code int, want string, args ...string) {
		t.Helper()
		r := spoor(t, append([]string{"demo"}, args...)...)
		if r.code != code || r.out != "" || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, want) {
			t.Errorf("%v: %+v, want %d %q", args, r, code, want)
		}
	}
	f(2, "spines is 99", "--spines", "99")
	f(2, "at most 1h", "--duration", "2h")
	f(2, "no two hosts have that much", "--hosts", "1", "--leaves", "2", "--elephants", "90%,90%,90%")
	f(2, "unknown flag: --elefants: did you mean --elephants?", "--elefants", "30%")
	f(1, "http.listen", "--http.listen", "192.0.2.1:8080")
}

func TestProgramName(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/go-build1/b001/exe/spoor": "go run ./cmd/spoor", "spoor": "spoor", "./dist/spoor": "./dist/spoor",
	} {
		if got := programName(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
