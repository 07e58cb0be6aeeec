package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/internal/testkit/port"
)

// wrong runs a command that is a mistake: it wants one line on stderr, the right
// status, and nothing written. $OUT and $DATA in args stand for folders that do not exist.
func wrong(t *testing.T, code int, want string, args ...string) {
	t.Helper()
	out, data := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "data")
	for i := range args {
		args[i] = strings.NewReplacer("$OUT", out, "$DATA", data).Replace(args[i])
	}
	r := spoor(t, args...)
	if r.code != code || strings.Count(r.err, "\n") != 1 || !strings.HasPrefix(r.err, "spoor: ") || !strings.Contains(r.err, want) || r.out != "" {
		t.Errorf("spoor %s\n  status %d, want %d\n  stdout %q\n  stderr %q\n  want   %q", strings.Join(args, " "), r.code, code, r.out, r.err, want)
	}
	for _, path := range []string{out, data} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("spoor %s: %s exists", strings.Join(args, " "), path)
		}
	}
}

// with gives a run on free ports with more flags.
func with(more ...string) []string {
	return append([]string{"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0"}, more...)
}

const smoke = captures + "hsflowd-smoke.pcap.zst"

func TestBadCaptures(t *testing.T) {
	noLeaks(t)
	text := write(t, "notes.txt", "these are no packets")
	wrong(t, 1, text, "replay", "--output", "$OUT", text)
	wrong(t, 1, "missing.pcap", "replay", "--output", "$OUT", "missing.pcap")
	wrong(t, 1, "is empty", "replay", "--output", "$OUT", write(t, "empty.pcap", ""))
	wrong(t, 1, "--port", "replay", "--output", "$OUT", "--port", "9", smoke)
	wrong(t, 1, "not ours", "replay", "--output", filepath.Dir(write(t, "precious.txt", "x")), smoke)
	wrong(t, 2, "a FILE is wanted", "replay", "--output", "$OUT")
	wrong(t, 2, "--speed", "replay", "--output", "$OUT", "--speed", "fast", smoke)
	wrong(t, 2, "--speed", "replay", "--output", "$OUT", "--speed", "NaN", smoke)
}

func TestBadPortsAndBrokers(t *testing.T) {
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
	nobody := port.Held(t)
	wrong(t, 1, udp.LocalAddr().String(), "run", "--data_dir", "$DATA", "--listen.address", udp.LocalAddr().String(), "--http.listen", "127.0.0.1:0")
	wrong(t, 1, tcp.Addr().String()+" is taken", "run", "--data_dir", "$DATA", "--listen.address", "127.0.0.1:0", "--http.listen", tcp.Addr().String())
	wrong(t, 1, "no Kafka broker at "+nobody, "tail", "elephants", "--kafka.brokers", nobody)
	wrong(t, 2, "kafka.required is set", with("--data_dir", "$DATA", "--kafka.required")...)
	wrong(t, 2, `"kafka1" is no host:port`, with("--kafka.brokers", "kafka1")...)
	wrong(t, 2, `"kafka1:99999" is no host:port`, with("--kafka.brokers", "kafka1:99999")...)
}

func TestBadConfiguration(t *testing.T) {
	broken := write(t, "topology.json", "{\n  \"nodes\": {\n")
	wrong(t, 2, broken+": line", "replay", "--output", "$OUT", "--topology.file", broken, smoke)
	wrong(t, 2, broken+": line", with("--data_dir", "$DATA", "--topology.file", broken)...)
	wrong(t, 2, "missing.json", with("--data_dir", "$DATA", "--topology.file", "missing.json")...)
	unknown := write(t, "spoor.yaml", "collector: dc1\nkafka:\n  broker: a:9092\n")
	wrong(t, 2, unknown+`:3:3: unknown key "kafka.broker": did you mean "kafka.brokers"?`, with("-c", unknown)...)
	wrong(t, 2, "missing.yaml", with("-c", "missing.yaml")...)
	wrong(t, 2, "elephants.share", with("--elephants.share", "2")...)
	wrong(t, 2, "topology.speeds", "replay", "--output", "$OUT", "--topology.speeds", "10.0.0.1=fast", smoke)
	wrong(t, 2, "flows.max is 5", with("--flows.max", "5")...)
}

func TestBadUse(t *testing.T) {
	wrong(t, 2, "unknown flag: --kafka.broker: did you mean --kafka.brokers?", with("--kafka.broker", "a:9092")...)
	wrong(t, 2, "unknown flag: --zebra: see spoor run --help", with("--zebra")...)
	wrong(t, 2, `unknown command "rum": did you mean "run"?`, "rum")
	wrong(t, 2, `unknown command "zebra"`, "zebra")
	wrong(t, 2, "choose elephants, alerts, paths, flows, counters, drops or topology", "tail", "mice")
	wrong(t, 2, "wants one topic", "tail")
	wrong(t, 2, "--from", "tail", "paths", "--from", "yesterday")
	wrong(t, 2, "--count", "tail", "paths", "--count", "-1")
	wrong(t, 2, "run", "run", "now")
	wrong(t, 2, "completion", "completion", "tcsh")
}

func TestNoCommandShowsHelp(t *testing.T) {
	r := spoor(t)
	if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, "replay") || !strings.HasSuffix(r.err, "spoor: a command is wanted\n") {
		t.Errorf("%+v", r)
	}
}

// TestMessagesSayWhatToDo: what people get wrong most, and the next step in the answer.
func TestMessagesSayWhatToDo(t *testing.T) {
	wrong(t, 2, "for settings from a file write -c spoor.yaml", "run", "spoor.yaml")
	wrong(t, 2, "takes no arguments", "demo", "now")
	wrong(t, 2, `--port: "abc" is no number from 0 to 65535`, "replay", "--port", "abc", smoke)
	wrong(t, 2, "see spoor check --help", "check", "--kafka.brokers")
	wrong(t, 2, "one shell: bash", "completion")
	wrong(t, 2, "did you mean flows?", "tail", "flow")
	wrong(t, 2, "did you mean scram-sha-512?", with("--kafka.brokers", "b:1", "--kafka.sasl.mechanism", "SCRAM-SHA-512")...)
	wrong(t, 2, "double quotes", with("--elephants.mute", "src=10.0.0.0/8 schedule=Mon-Fri 22:00-04:00")...)
	wrong(t, 2, "YAML wants spaces", "check", "-c", write(t, "tab.yaml", "kafka:\n\tbrokers: [k:1]\n"))
	wrong(t, 2, "topology.file", "check", "--topology.file", "none.json")
	wrong(t, 2, "names.file", "check", "--names.file", "none.csv")
	wrong(t, 1, "spoor run keeps it in data_dir", "topology", "--data_dir", "$DATA")
	nobody := port.Held(t)
	wrong(t, 1, "nobody answers at http://"+nobody, "doctor", "--http.listen", nobody)
	wrong(t, 1, "nobody answers at http://"+nobody, "health", "--http.listen", nobody)
}
