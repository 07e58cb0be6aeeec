//go:build unix

package pages

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/internal/broker"
	"spoor/internal/testkit/output"
)

// patience is how long a test waits for what must come: a machine may be slow,
// and busy with other tests.
const patience = 3 * time.Minute

// sandbox is the folder in which the blocks of one document run, one after the other.
type sandbox struct {
	dir, bin  string
	addresses map[string]string // what stands for the usual addresses
	live      bool              // a collector hears a simulated fabric
	stage     *sandbox          // one that does, to be used in place of one's own
	extra     []string          // of the environment
}

// newSandbox makes the folder, with the program and what of the repository the documents name.
func newSandbox(t *testing.T, program string) *sandbox {
	t.Helper()
	s := &sandbox{dir: t.TempDir(), bin: t.TempDir(), addresses: make(map[string]string)}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{filepath.Join(s.bin, "spoor"): program}
	for _, name := range []string{"testdata", "docs", "deploy", "proto", "test"} {
		links[filepath.Join(s.dir, name)] = filepath.Join(top, name)
	}
	for to, from := range links {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	secrets(t, filepath.Join(s.dir, "etc/spoor"))
	s.tools(t, top)
	return s
}

// tools puts Kafka's own beside the program, where there is a real one to use them on.
func (s *sandbox) tools(t *testing.T, top string) {
	t.Helper()
	if os.Getenv("SPOOR_TEST_KAFKA") == "" {
		return
	}
	for name, class := range map[string]string{"kafka-topics.sh": "org.apache.kafka.tools.TopicCommand", "kafka-configs.sh": "kafka.admin.ConfigCommand"} {
		script := "#!/bin/sh\nexport HOME='" + os.Getenv("HOME") + "'\n"
		script += "exec '" + top + "/test/kafka/broker' tool " + class + " \"$@\"\n"
		if err := os.WriteFile(filepath.Join(s.bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// literal gives a block with the addresses and places of the sandbox.
func (s *sandbox) literal(t *testing.T, text string) string {
	t.Helper()
	if strings.Contains(text, "kafka1:9092") {
		s.kafka(t)
	}
	pairs := []string{"go run ./cmd/spoor", "spoor", "/etc/spoor/", s.dir + "/etc/spoor/"}
	for _, usual := range []string{"127.0.0.1:8080", "127.0.0.1:6343", "127.0.0.1:9092"} {
		if there := s.addresses[usual]; there != "" {
			pairs = append(pairs, usual, there)
		} else {
			pairs = append(pairs, usual, "127.0.0.1:0")
		}
	}
	if kafka := s.addresses["kafka1:9092"]; kafka != "" {
		pairs = append(pairs, "kafka1:9092,kafka2:9092", kafka, "kafka1:9092", kafka, "kafka2:9092", kafka)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// kafka sees to a broker under the name of kafka1.
func (s *sandbox) kafka(t *testing.T) {
	t.Helper()
	if s.addresses["kafka1:9092"] != "" {
		return
	}
	if given := os.Getenv("SPOOR_TEST_KAFKA"); given != "" {
		s.addresses["kafka1:9092"] = given
		return
	}
	b, err := broker.Start(broker.Config{RetentionBytes: 16 << 20, SegmentBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	s.addresses["kafka1:9092"] = b.Addr()
}

// env is the environment of the commands. A collector takes free ports; who asks one
// asks the one that runs.
func (s *sandbox) env(t *testing.T, text string) []string {
	t.Helper()
	list := append([]string{
		"HOME=" + s.dir, "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "TZ=UTC",
		"PATH=" + s.bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"SPOOR_LISTEN_ADDRESS=127.0.0.1:0", "SPOOR_LISTEN_WORKERS=1", "SPOOR_FLOWS_MAX=65536",
	}, s.extra...)
	http := s.addresses["127.0.0.1:8080"]
	if http == "" {
		return append(list, "SPOOR_HTTP_LISTEN=127.0.0.1:0")
	}
	if starts.MatchString(text) { // another one beside it
		return append(list, "SPOOR_HTTP_LISTEN=127.0.0.1:0", "SPOOR_DATA_DIR="+t.TempDir())
	}
	list = append(list, "SPOOR_HTTP_LISTEN="+http)
	if kafka := s.addresses["127.0.0.1:9092"]; kafka != "" {
		list = append(list, "SPOOR_KAFKA_BROKERS="+kafka)
	}
	return list
}

// starts tells that a block starts a collector.
var starts = regexp.MustCompile(`\bspoor (run|demo)\b`)

// process is a block that runs.
type process struct {
	cmd  *exec.Cmd
	out  *output.Buffer
	done chan error
}

// start runs a block by bash.
func (s *sandbox) start(t *testing.T, text string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", text)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = patience
	p := &process{cmd: cmd, out: &output.Buffer{}, done: make(chan error, 1)}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env(t, text), p.out, p.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- cmd.Wait(); cancel() }()
	t.Cleanup(func() { cancel() })
	return p
}

// until waits for what is printed, and fails if the block ends before.
func (p *process) until(t *testing.T, re *regexp.Regexp) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if re.MatchString(p.out.String()) {
			return
		}
		select {
		case err := <-p.done:
			p.done <- err
			if re.MatchString(p.out.String()) {
				return
			}
			t.Fatalf("it ended (%v) and did not print %s:\n%s", err, re, p.out)
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("it does not print %s:\n%s", re, p.out)
		}
	}
}

// interrupt is Ctrl-C: everything that runs in the block gets it, and the block ends well.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil && err != syscall.ESRCH {
		t.Fatal(err)
	}
	if code := p.end(t); code != 0 {
		t.Errorf("interrupted it ends with %d:\n%s", code, p.out)
	}
}

// end waits for the end and gives the status.
func (p *process) end(t *testing.T) int {
	t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(2 * patience):
		t.Fatalf("it does not end:\n%s", p.out)
		return -1
	}
}

// told finds in what `spoor run` says at its start the addresses that it has got.
var told = map[string]*regexp.Regexp{
	"127.0.0.1:6343": regexp.MustCompile(`sFlow on UDP (127\.0\.0\.1:\d+)`),
	"127.0.0.1:9092": regexp.MustCompile(`embedded Kafka broker on (127\.0\.0\.1:\d+)`),
	"127.0.0.1:8080": regexp.MustCompile(`http://(127\.0\.0\.1:\d+)/metrics`),
}

// learn takes the addresses of a collector that runs from now on.
func (s *sandbox) learn(p *process) {
	for usual, re := range told {
		if m := re.FindStringSubmatch(p.out.String()); m != nil {
			s.addresses[usual] = m[1]
		}
	}
}

// beside lets a block run on until the document ends.
func (s *sandbox) beside(t *testing.T, text string, re *regexp.Regexp) {
	t.Helper()
	p := s.start(t, text)
	t.Cleanup(func() { p.interrupt(t) })
	p.until(t, re)
	s.learn(p)
}

// fabric sees to a collector that hears a simulated fabric and has found an elephant.
func (s *sandbox) fabric(t *testing.T) {
	t.Helper()
	if s.live {
		return
	}
	s.live = true
	if s.addresses["127.0.0.1:6343"] == "" && s.stage != nil {
		for usual := range told {
			s.addresses[usual] = s.stage.addresses[usual]
		}
		return
	}
	if s.addresses["127.0.0.1:6343"] == "" {
		s.beside(t, "exec spoor run --collector dc1", regexp.MustCompile(`kafka is ready`))
	}
	s.beside(t, "exec spoor simulate --duration 1h --discards 0.001 --to "+s.addresses["127.0.0.1:6343"], regexp.MustCompile(`(?s).*`))
	p := s.start(t, "spoor tail elephants --from start --count 1 --kafka.brokers "+s.addresses["127.0.0.1:9092"])
	if code := p.end(t); code != 0 {
		t.Fatalf("no elephant: %d\n%s", code, p.out)
	}
}
