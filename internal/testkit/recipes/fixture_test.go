package recipes

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// fixture is a broker that holds what spoor made of a simulated fabric.
type fixture struct {
	broker   string
	registry string
	prefix   string           // of topics
	spoor    string           // the program
	pcap     string           // what the switches sent
	out      string           // the same messages as files
	lines    map[string]int   // of each file
	stored   map[string]int64 // records of each topic, tombstones included
	sums     sums
}

// sums are what the flow records add up to.
type sums struct {
	once    int64            // count_once, scaled by effective_rate
	flows   map[string]int64 // the same by "src dst sport dport"
	agents  map[string]int64 // all records, scaled by sampling_rate, by agent
	squares float64          // of the terms of once
}

// newFixture lets a fabric live, replays what its switches sent into the broker and
// into files, and wants the files to agree with the truth.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		broker: os.Getenv("SPOOR_TEST_RECIPES"), registry: os.Getenv("SPOOR_TEST_REGISTRY"), prefix: "sflow.", lines: make(map[string]int), stored: make(map[string]int64),
	}
	if f.broker == "" {
		t.Skip("SPOOR_TEST_RECIPES names no broker")
	}
	dir := t.TempDir()
	f.spoor, f.out = filepath.Join(dir, "spoor"), filepath.Join(dir, "out")
	f.pcap = filepath.Join(dir, "fabric.pcap")
	truth := filepath.Join(dir, "truth.json")
	command(t, "go", "build", "-o", f.spoor, "./cmd/spoor")
	command(t, f.spoor, "simulate", "--pcap", f.pcap, "--truth", truth, "--duration", "45s", "--sampling-rate", "2000", "--discards", "0.01")
	command(t, f.spoor, "replay", "--kafka.brokers", f.broker, "--output", f.out, "--collector", "dc1", f.pcap)
	files, err := filepath.Glob(f.out + "/*.jsonl")
	if err != nil || len(files) != 7 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		topic := strings.TrimSuffix(filepath.Base(name), ".jsonl")
		if f.lines[topic] = bytes.Count(text, []byte("\n")); f.lines[topic] == 0 {
			t.Errorf("%s is empty", name)
		}
		if topic == "flows" {
			f.sum(t, text)
		}
	}
	f.ask(t)
	f.judge(t, truth)
	return f
}

// command runs a program from the repository's folder.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// framed gives the same in another framing, on topics of their own.
func (f *fixture) framed(t *testing.T) *fixture {
	t.Helper()
	command(t, f.spoor, "replay", "--kafka.brokers", f.broker, "--kafka.topic_prefix", "framed.", "--kafka.framing", "confluent", "--topics.framing", "alerts=confluent", "--kafka.registry.url", f.registry,
		"--collector", "dc1", "--data_dir", t.TempDir(), f.pcap)
	g := *f
	g.prefix = "framed."
	return &g
}

// sum adds up the flow records.
func (f *fixture) sum(t *testing.T, text []byte) {
	t.Helper()
	f.sums.flows, f.sums.agents = make(map[string]int64), make(map[string]int64)
	for line := range bytes.Lines(text) {
		var m struct {
			SamplerAddress, SrcAddr, DstAddr   addr
			SrcPort, DstPort                   int
			Bytes, SamplingRate, EffectiveRate int64 `json:",string"`
			CountOnce                          bool
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		f.sums.agents[m.SamplerAddress.String()] += m.Bytes * m.SamplingRate
		if n := m.Bytes * m.EffectiveRate; m.CountOnce {
			f.sums.once += n
			f.sums.flows[key(m.SrcAddr.String(), m.DstAddr.String(), m.SrcPort, m.DstPort)] += n
			f.sums.squares += float64(n) * float64(n)
		}
	}
}

// judge wants the sum over count_once to be the bytes that flowed, within four
// standard errors of the sampling.
func (f *fixture) judge(t *testing.T, truth string) {
	t.Helper()
	text, err := os.ReadFile(truth)
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Flows []struct{ Bytes int64 } }
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	flowed := int64(0)
	for _, x := range m.Flows {
		flowed += x.Bytes
	}
	off, allowed := float64(f.sums.once-flowed)/float64(flowed), 4*math.Sqrt(f.sums.squares)/float64(flowed)
	t.Logf("%d bytes flowed, records say %d: %+.2f%%, allowed %.2f%%", flowed, f.sums.once, 100*off, 100*allowed)
	if math.Abs(off) > allowed || allowed > 0.1 {
		t.Error("the sum over count_once is not what flowed")
	}
}

// ask asks the broker how many records it holds.
func (f *fixture) ask(t *testing.T) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(f.broker))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for topic, lines := range f.lines {
		ends, err := kadm.NewClient(c).ListEndOffsets(t.Context(), "sflow."+topic)
		if err == nil {
			err = ends.Error()
		}
		if err != nil {
			t.Fatal(err)
		}
		ends.Each(func(o kadm.ListedOffset) { f.stored[topic] += o.Offset })
		if n := f.stored[topic]; n < int64(lines) || n > int64(lines) && topic != "paths" && topic != "topology" { // these have tombstones
			t.Errorf("%s: the broker holds %d records, the file %d", topic, n, lines)
		}
	}
}
