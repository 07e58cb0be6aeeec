package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/output"
)

func TestReplay(t *testing.T) {
	noLeaks(t)
	out := filepath.Join(t.TempDir(), "new", "out")
	r := spoor(t, "replay", "--output", out, captures+"hsflowd-smoke.pcap.zst", captures+"quirk-hsflowd-gso.pcap.zst")
	if r.code != 0 || r.err != "" || strings.Count(r.out, "\n") != 1 {
		t.Fatalf("%+v", r)
	}
	var s struct{ Files, Packets, Datagrams, Agents int }
	if err := json.Unmarshal([]byte(r.out), &s); err != nil || s.Files != 2 || s.Datagrams != 245+83 || s.Packets < s.Datagrams {
		t.Errorf("%+v %v", s, err)
	}
	if entries, err := os.ReadDir(out); err != nil || len(entries) != 7 {
		t.Errorf("%v %v", entries, err)
	}
}

func TestReplayOfACutCapture(t *testing.T) {
	b, err := os.ReadFile(captures + "hsflowd-smoke.pcap.zst")
	if err != nil {
		t.Fatal(err)
	}
	cut := write(t, "cut.pcap.zst", string(b[:len(b)*9/10]))
	out := filepath.Join(t.TempDir(), "out")
	r := spoor(t, "replay", "--output", out, cut)
	if r.code != 1 || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, cut) || !strings.HasPrefix(r.out, `{"files":1,`) {
		t.Errorf("%+v", r)
	}
	if b, err := os.ReadFile(filepath.Join(out, "flows.jsonl")); err != nil || len(b) == 0 {
		t.Errorf("no flows up to the cut: %v", err)
	}
}

func TestDumpConfigShowsWhereSettingsComeFrom(t *testing.T) {
	c, out, errs := command(t, "SPOOR_KAFKA_BROKERS=env:9092", "SPOOR_KAFKA_BROKER=typo:9092")
	file := write(t, "spoor.yaml", "collector: file\nflows:\n  idle: 5m\ntopology:\n  speeds:\n    10.255.0.1/150: 100M\n    \"*\": 2500M\nagents:\n  alias:\n    192.0.2.1: 10.255.0.1\n")
	code := c.run(t.Context(), []string{"run", "-c", file, "--collector=flag", "--dump-config"})
	if code != 0 || errs.String() != "" {
		t.Fatalf("%d %s", code, errs)
	}
	for _, line := range []string{
		"collector: flag # flag\n", "  brokers: [env:9092] # environment\n", "  idle: 5m # file\n",
		"  speeds: [10.255.0.1/150=100M, \"*=2500M\"] # file\n", "  alias: [192.0.2.1=10.255.0.1] # file\n", "  topic_prefix: sflow.\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing in\n%s", line, out)
		}
	}
	again, out2, errs2 := command(t)
	if code := again.run(t.Context(), []string{"run", "-c", write(t, "dump.yaml", out.String()), "--dump-config"}); code != 0 {
		t.Errorf("the dump cannot be read back: %s", errs2)
	}
	strip := func(s string) string {
		lines := strings.Split(s, "\n")
		for i, l := range lines {
			lines[i], _, _ = strings.Cut(l, " # ")
		}
		return strings.Join(lines, "\n")
	}
	if strip(out.String()) != strip(out2.String()) {
		t.Errorf("the dump reads back as\n%s\nnot\n%s", out2, out)
	}
}

func TestVersionAndCompletion(t *testing.T) {
	if r := spoor(t, "version"); r.code != 0 || !strings.HasPrefix(r.out, "spoor ") || !strings.Contains(r.out, "go1.") || r.err != "" {
		t.Errorf("%+v", r)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := spoor(t, "completion", shell); r.code != 0 || !strings.Contains(r.out, "spoor") || r.err != "" {
			t.Errorf("%s: %d %s", shell, r.code, r.err)
		}
	}
}

// TestHelpShowsWhatConcernsTheCommand: but every command takes every setting, and the help of settings and fabric has the rest.
func TestHelpShowsWhatConcernsTheCommand(t *testing.T) {
	f := func(command, setting string, want bool) {
		t.Helper()
		r := spoor(t, append(strings.Fields(command), "--help")...)
		if got := strings.Contains(r.out, "--"+setting+" "); got != want {
			t.Errorf("%s --help shows --%s: %v", command, setting, got)
		}
	}
	f("tail", "kafka.brokers", true)
	f("tail", "kafka.sasl.username", false)
	f("tail", "config", true)
	f("tail", "kafka.acks", false)
	f("tail", "listen.address", false)
	f("topics plan", "kafka.replication", true)
	f("topics plan", "elephants.share", false)
	f("decode", "kafka.brokers", false)
	f("replay", "elephants.share", true)
	f("replay", "listen.buffer", false)
	f("run", "listen.buffer", false)
	f("run", "kafka.brokers", true)
	f("demo", "spines", true)
	f("demo", "super-spines", false)
	f("demo", "kafka.brokers", false)
	if r := spoor(t, "decode", "--kafka.brokers", "b:1", "--raw", "none"); r.code != 1 || !strings.Contains(r.err, "none") {
		t.Errorf("decode does not take a setting: %+v", r)
	}
}

func TestWhatIf(t *testing.T) {
	r := spoor(t, "replay", "--what-if", "elephants.share=0.2", "--what-if", "elephants.mute=src=10.1.1.1", captures+"hsflowd-elephants.pcap.zst")
	want := []string{"settings as muted", "as configured", "elephants.share=0.2", "elephants.mute=src=10.1.1.1"}
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if r.code != 0 || len(lines) != len(want) {
		t.Fatalf("%+v", r)
	}
	f := func(i, elephants, muted int) {
		t.Helper()
		w := strings.Fields(strings.TrimPrefix(lines[i], want[i]))
		if len(w) != 4 || w[0] != strconv.Itoa(elephants) || w[1] != strconv.Itoa(muted) || !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line is %q, want %d elephants, %d muted", lines[i], elephants, muted)
		}
		if muted == elephants && w[3] != "0" {
			t.Errorf("pages although all are muted: %q", lines[i])
		}
	}
	f(1, 3, 0)
	f(2, 1, 0)
	f(3, 3, 3)
	for _, bad := range [][2]string{{"elephants.shar=1", "did you mean elephants.share"}, {"elephants.share=2", "elephants.share"}, {"x", "NAME=VALUE"}, {" ", "NAME=VALUE"}, {`elephants.share=0.2 elephants.mute=src=10.1.1.1 schedule="Mon 25:00-26:00"`, "want days and hours"}} {
		if r := spoor(t, "replay", "--what-if", bad[0], "x.pcap"); r.code != 2 || !strings.Contains(r.err, bad[1]) {
			t.Errorf("%s: %+v", bad[0], r)
		}
	}
	if got := words(`elephants.share=0.2 elephants.mute=src=10.1.1.1 schedule="Mon 01:00-02:00 UTC" flows.max=5`); len(got) != 3 || got[1] != `elephants.mute=src=10.1.1.1 schedule="Mon 01:00-02:00 UTC"` {
		t.Errorf("%q", got)
	}
	mine := write(t, "spoor.yaml", "kafka:\n  brokers: [kafka1:9092]\n  required: true\noutput:\n  dir: "+t.TempDir()+"\nelephants:\n  share: 0.2\n")
	r = spoor(t, "replay", "-c", mine, "--what-if", "elephants.share=0.1", captures+"hsflowd-elephants.pcap.zst") // the file of a collector
	if lines := strings.Split(strings.TrimSpace(r.out), "\n"); r.code != 0 || len(lines) != 3 || strings.Fields(lines[1])[2] != "1" || strings.Fields(lines[2])[1] != "3" {
		t.Errorf("%+v", r)
	}
	if r := spoor(t, "replay", "--what-if", "elephants.share=0.2", "--output", "out", "x.pcap"); r.code != 2 || !strings.Contains(r.err, "writes nothing") {
		t.Errorf("%+v", r)
	}
}

func TestBar(t *testing.T) {
	f := func(read, total int64, since time.Duration, width int, want string) {
		t.Helper()
		if got := bar(read, total, since, width); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	f(0, 2e6, 0, 60, "[>                                     ]   0%  0.0 of 2.0 MB")
	f(1e6, 2e6, 4*time.Second, 50, "[=========>         ]  50%  1.0 of 2.0 MB  4s left")
	f(2e6, 2e6, 0, 40, "[==================] 100%  2.0 of 2.0 MB")
	f(3e6, 0, 0, 40, "3.0 MB read")
	f(1e6, 2e6, 0, 10, "50%  1.0 o")
}

func TestProgressDrawsOnTerminalsOnly(t *testing.T) {
	var b output.Buffer
	now := time.Unix(1000, 0)
	p := newProgress(&b)
	p.show(1, 2)
	p.clear()
	if b.String() != "" {
		t.Errorf("drew on a file: %q", b.String())
	}
	p.width, p.now = 40, func() time.Time { return now }
	p.show(1, 2)
	p.show(2, 2) // too soon
	p.clear()
	if got := b.String(); strings.Count(got, "%") != 1 || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("%q", got)
	}
}
