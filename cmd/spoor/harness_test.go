package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/internal/app"
	"spoor/internal/testkit/output"
)

// patience is how long a test waits for what must come: a machine may be slow,
// and busy with other tests.
const patience = time.Minute

// captures is where the project's recordings are.
const captures = "../../testdata/captures/"

// result is what one use of the program came to.
type result struct {
	code     int
	out, err string
}

// command makes a cli with a home of its own. env is "NAME=value".
func command(t *testing.T, env ...string) (c *cli, out, errs *output.Buffer) {
	t.Helper()
	out, errs = &output.Buffer{}, &output.Buffer{}
	return &cli{in: strings.NewReader(""), out: out, err: errs, environ: append([]string{"HOME=" + t.TempDir()}, env...)}, out, errs
}

// spoor runs one command to its end, which comes soon or after --duration.
func spoor(t *testing.T, args ...string) result {
	t.Helper()
	c, out, errs := command(t)
	ctx, stop := context.WithTimeout(t.Context(), 3*patience)
	defer stop()
	code := c.run(ctx, args)
	return result{code, out.String(), errs.String()}
}

// daemon is `spoor run` in the background.
type daemon struct {
	*app.Addresses
	out, errs *output.Buffer
	stop      context.CancelFunc
	done      chan int
}

// start runs `spoor run` on free ports and waits until it works.
func start(t *testing.T, args ...string) *daemon {
	t.Helper()
	c, out, errs := command(t)
	ctx, stop := context.WithCancel(t.Context())
	d := &daemon{out: out, errs: errs, stop: stop, done: make(chan int, 1)}
	started := make(chan *app.Addresses, 1)
	c.started = func(a *app.Addresses) { started <- a }
	args = append([]string{"run", "--listen.address", "127.0.0.1:0", "--listen.workers", "2", "--http.listen", "127.0.0.1:0", "--collector", "test"}, args...)
	go func() { d.done <- c.run(ctx, args) }()
	select {
	case d.Addresses = <-started:
	case code := <-d.done:
		t.Fatalf("run ended with %d: %s", code, errs)
	case <-time.After(patience):
		t.Fatalf("run does not start: %s", errs)
	}
	t.Cleanup(func() {
		if code := d.end(t); code != 0 {
			t.Errorf("run ended with %d: %s", code, d.errs)
		}
	})
	return d
}

// end stops the program and gives its exit status.
func (d *daemon) end(t *testing.T) int {
	t.Helper()
	d.stop()
	select {
	case code := <-d.done:
		d.done <- code
		return code
	case <-time.After(patience):
		t.Fatalf("run does not end: %s", d.errs)
		return -1
	}
}

// resend sends a capture's datagrams to the program, so many times as fast as recorded.
func (d *daemon) resend(t *testing.T, name string, speed float64) (sent uint64) {
	t.Helper()
	r, err := capture.Open([]string{captures + name}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	conn, err := net.Dial("udp", d.UDP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before, begin, first := d.received(t), time.Now(), int64(0)
	var datagram collector.Datagram
	for ; ; sent++ {
		err := r.Next(&datagram)
		if errors.Is(err, io.EOF) {
			return sent
		}
		if err != nil {
			t.Fatal(err)
		}
		if sent == 0 {
			first = datagram.Received
		}
		time.Sleep(time.Until(begin.Add(time.Duration(float64(datagram.Received-first) / speed))))
		if _, err := conn.Write(datagram.Payload); err != nil {
			t.Fatal(err)
		}
		if sent%50 == 49 { // no more than any socket buffer holds before all of it is heard
			eventually(t, "what was sent is received", func() bool { return d.received(t) >= before+float64(sent+1) })
		}
	}
}

func (d *daemon) received(t *testing.T) float64 {
	t.Helper()
	return d.scrape(t)["spoor_datagrams_received_total"]
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// noLeaks fails if goroutines are left behind when the test ends.
func noLeaks(t *testing.T) {
	t.Helper()
	signals := make(chan os.Signal, 1) // os/signal keeps a goroutine from its first use on
	signal.Notify(signals, syscall.SIGHUP)
	signal.Stop(signals)
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if runtime.NumGoroutine() <= before {
				return
			}
		}
		b := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, b[:runtime.Stack(b, true)])
	})
}

// write makes a file in a new folder and gives its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
