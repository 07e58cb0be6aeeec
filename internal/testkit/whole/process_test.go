package whole

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/internal/testkit/port"
)

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
}

// collector is a process that receives.
type collector struct {
	t   *testing.T
	cmd *exec.Cmd
	udp string
	log string
}

// start starts a collector, spoor with more settings, and waits until it listens.
func (b *bench) start(name, codec string, more ...string) *collector {
	b.t.Helper()
	number := port.Number(b.t)
	c := &collector{t: b.t, udp: net.JoinHostPort("127.0.0.1", strconv.Itoa(number)), log: filepath.Join(b.t.TempDir(), "log")}
	path := filepath.Join(b.bin, name)
	switch name {
	case "spoor":
		c.cmd = command(b.t, path, append([]string{
			"run", "--listen.address", c.udp, "--listen.workers", "1", "--listen.buffer", "32MiB", "--http.listen", "",
			"--kafka.brokers", b.broker.Addr(), "--kafka.compression", codec, "--data_dir", b.t.TempDir(),
		}, more...)...)
	case "prototype":
		c.cmd = command(b.t, path, "-port", strconv.Itoa(number), "-kafka", b.broker.Addr(), "-topic", prototypeTopic, "-codec", codec)
	case "goflow2": // one socket and worker; a queue that does not take all memory while more comes than it can do
		c.cmd = command(b.t, path, "-listen", "sflow://"+c.udp+"?count=1&workers=1&queue_size=10000", "-format", "bin", "-transport", "kafka", "-addr", "",
			"-transport.kafka.brokers", b.broker.Addr(), "-transport.kafka.topic", goflow2Topic, "-transport.kafka.flushfreq", "100ms",
			"-transport.kafka.compression", codec, "-loglevel", "error")
	}
	log, err := os.Create(c.log)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	c.cmd.Stdout, c.cmd.Stderr = log, log
	if err := c.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.stop)
	b.await(c, "it listens", func() bool { return listens(number) })
	if name == "spoor" {
		b.await(c, "it knows the broker", func() bool { return strings.Contains(c.said(), "kafka is ready") })
	}
	return c
}

func (b *bench) await(c *collector, what string, ok func() bool) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("not within a minute: %s\n%s", what, c.said())
		}
	}
}

// listens reports whether somebody has a UDP socket on a port.
func listens(number int) bool {
	for _, name := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		table, err := os.ReadFile(name)
		if err == nil && bytes.Contains(table, fmt.Appendf(nil, ":%04X 0", number)) {
			return true
		}
	}
	return false
}

// cpu gives the CPU time that the process took, in steps of 10 ms.
func (c *collector) cpu() time.Duration {
	c.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		c.t.Fatalf("%v\n%s", err, c.said())
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const user, system = 14 - 3, 15 - 3 // fields of proc(5), after the name
	var sum time.Duration
	for _, i := range []int{user, system} {
		n, err := strconv.Atoi(f[i])
		if err != nil {
			c.t.Fatal(err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

// stop ends the process; ending it again does nothing.
func (c *collector) stop() {
	if c.cmd.ProcessState != nil {
		return
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Error(err)
	}
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("%v\n%s", err, c.said())
	}
}

// said gives what the process wrote.
func (c *collector) said() string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
