package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInput: every mistake is one line that says what, where and what to do,
// with the right status, and nothing is written.
func TestBadInput(t *testing.T) {
	noLeaks(t)
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	_ = free.Close()
	smoke := captures + "hsflowd-smoke.pcap.zst"
	run := []string{"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0"}

	f := func(code int, want string, args ...string) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "out")
		data := filepath.Join(t.TempDir(), "data")
		for i := range args {
			args[i] = strings.NewReplacer("$OUT", out, "$DATA", data).Replace(args[i])
		}
		r := spoor(t, args...)
		lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
		if r.code != code || len(lines) != 1 || !strings.HasPrefix(r.err, "spoor: ") || !strings.Contains(r.err, want) || r.out != "" {
			t.Errorf("spoor %s\n  status %d, want %d\n  stdout %q\n  stderr %q\n  want   %q", strings.Join(args, " "), r.code, code, r.out, r.err, want)
		}
		for _, path := range []string{out, data} {
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("spoor %s: %s exists", strings.Join(args, " "), path)
			}
		}
	}
	with := func(base []string, more ...string) []string { return append(append([]string{}, base...), more...) }

	// Captures.
	text := write(t, "notes.txt", "these are no packets")
	f(1, text, "replay", "--output", "$OUT", text)
	f(1, "missing.pcap", "replay", "--output", "$OUT", "missing.pcap")
	f(1, "is empty", "replay", "--output", "$OUT", write(t, "empty.pcap", ""))
	f(1, "--port", "replay", "--output", "$OUT", "--port", "9", smoke)
	f(1, "not ours", "replay", "--output", filepath.Dir(write(t, "precious.txt", "x")), smoke)
	f(2, "at least 1 arg", "replay", "--output", "$OUT")
	f(2, "--speed", "replay", "--output", "$OUT", "--speed", "fast", smoke)

	// Ports and brokers.
	f(1, udp.LocalAddr().String(), "run", "--data_dir", "$DATA", "--listen.address", udp.LocalAddr().String(), "--http.listen", "127.0.0.1:0")
	f(1, tcp.Addr().String()+" is taken", "run", "--data_dir", "$DATA", "--listen.address", "127.0.0.1:0", "--http.listen", tcp.Addr().String())
	f(1, "no Kafka broker at "+nobody, "tail", "elephants", "--kafka.brokers", nobody)
	f(2, "kafka.required is set", with(run, "--data_dir", "$DATA", "--kafka.required")...)
	f(2, `"kafka1" is no host:port`, with(run, "--kafka.brokers", "kafka1")...)

	// Configuration.
	broken := write(t, "topology.json", "{\n  \"nodes\": {\n")
	f(2, broken+": line", "replay", "--output", "$OUT", "--topology.file", broken, smoke)
	f(2, broken+": line", with(run, "--data_dir", "$DATA", "--topology.file", broken)...)
	f(2, "missing.json", with(run, "--data_dir", "$DATA", "--topology.file", "missing.json")...)
	unknown := write(t, "spoor.yaml", "collector: dc1\nkafka:\n  broker: a:9092\n")
	f(2, unknown+`:3:3: unknown key "kafka.broker": did you mean "kafka.brokers"?`, with(run, "-c", unknown)...)
	f(2, "missing.yaml", with(run, "-c", "missing.yaml")...)
	f(2, "elephants.share", with(run, "--elephants.share", "2")...)
	f(2, "topology.speeds", "replay", "--output", "$OUT", "--topology.speeds", "10.0.0.1=fast", smoke)
	f(2, "flows.max is 5", with(run, "--flows.max", "5")...)

	// Use.
	f(2, "unknown flag: --kafka.broker: did you mean --kafka.brokers?", with(run, "--kafka.broker", "a:9092")...)
	f(2, "unknown flag: --zebra: see spoor run --help", with(run, "--zebra")...)
	f(2, `unknown command "rum": did you mean "run"?`, "rum")
	f(2, `unknown command "zebra"`, "zebra")
	f(2, "choose elephants, paths, flows, counters or topology", "tail", "mice")
	f(2, "wants one topic", "tail")
	f(2, "--from", "tail", "paths", "--from", "yesterday")
	f(2, "--count", "tail", "paths", "--count", "-1")
	f(2, "run", "run", "now")
	f(2, "completion", "completion", "tcsh")
}

func TestNoCommandShowsHelp(t *testing.T) {
	r := spoor(t)
	if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, "replay") || !strings.HasSuffix(r.err, "spoor: a command is wanted\n") {
		t.Errorf("%+v", r)
	}
}
