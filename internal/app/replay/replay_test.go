package replay

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/collector/capture"
	"spoor/internal/app/settings"
)

// testCapture is a recording of hsflowd agents in a 2 x 4 fabric.
const testCapture = "../../../testdata/captures/hsflowd-smoke.pcap.zst"

func replayTo(t *testing.T, dir string, files ...string) (*Summary, error) {
	t.Helper()
	cfg := settings.DefaultConfig()
	cfg.Publish.Collector = "test"
	cfg.Output.Dir = dir
	return Run(t.Context(), &cfg, Options{Files: files, Port: capture.DefaultPort}, slog.New(slog.DiscardHandler))
}

// contents gives the files of a directory by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		m[e.Name()] = string(b)
	}
	return m
}

func TestReplayIsRepeatable(t *testing.T) {
	dir := t.TempDir()
	var results [2]map[string]string
	var summaries [2]*Summary
	for i, name := range []string{"a", "b"} {
		s, err := replayTo(t, filepath.Join(dir, name), testCapture)
		if err != nil {
			t.Fatal(err)
		}
		s.Seconds = 0
		summaries[i], results[i] = s, contents(t, filepath.Join(dir, name))
	}
	if d := cmp.Diff(results[0], results[1]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(summaries[0], summaries[1]); d != "" {
		t.Error(d)
	}
	for _, name := range []string{"flows", "counters", "drops", "paths", "elephants", "alerts", "topology"} {
		if _, ok := results[0][name+".jsonl"]; !ok {
			t.Errorf("%s.jsonl is missing", name)
		}
	}
	s := summaries[0]
	if flows := uint64(strings.Count(results[0]["flows.jsonl"], "\n")); flows != s.Samples.Flow || flows == 0 {
		t.Errorf("%d lines of flows, %d samples", flows, s.Samples.Flow)
	}
	if lines := uint64(strings.Count(results[0]["counters.jsonl"], "\n")); lines != s.Samples.Counter {
		t.Errorf("%d lines of counters, %d samples", lines, s.Samples.Counter)
	}
	if s.Datagrams != 245 || s.Packets != 245 || s.Agents != 6 {
		b, _ := s.Line()
		t.Errorf("%s", b)
	}
	if s.Elephants.Started != s.Elephants.Ended {
		t.Errorf("elephants: %+v", s.Elephants)
	}
}

func TestReplayOfACutCaptureKeepsWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	whole, err := capture.Open([]string{testCapture}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		t.Fatal(err)
	}
	_ = whole.Close()
	cut := filepath.Join(dir, "cut.pcap.zst")
	b, err := os.ReadFile(testCapture)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, b[:len(b)*2/3], 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	s, err := replayTo(t, out, cut)
	if err == nil || s == nil || s.Datagrams == 0 || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), cut) {
		t.Fatalf("%+v, %v", s, err)
	}
	if flows := strings.Count(contents(t, out)["flows.jsonl"], "\n"); flows == 0 {
		t.Error("no flows up to the cut")
	}
}

func TestReplay_Failure(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	f := func(path, want string) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "deep", "out")
		s, err := replayTo(t, out, path)
		if s != nil || err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", path, s, err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); len(left) > 0 {
			t.Errorf("%s: left behind: %v", path, left)
		}
	}
	f(filepath.Join(dir, "missing.pcap"), "missing.pcap")
	f(write("text", "no capture at all"), "text")
	f(write("empty", ""), "is empty")
	f(noSFlow(t, filepath.Join(dir, "nosflow.pcap")), "no sFlow version 5: all 2 datagrams were rejected (version_other 2)")
}

func TestReplayStopsWhenAsked(t *testing.T) {
	cfg := settings.DefaultConfig()
	cfg.Output.Dir = filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := Run(ctx, &cfg, Options{Files: []string{testCapture}, Port: capture.DefaultPort, Speed: 1}, slog.New(slog.DiscardHandler))
	if s != nil || err == nil || errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := os.Stat(cfg.Output.Dir); !os.IsNotExist(err) {
		t.Errorf("output exists: %v", err)
	}
}

func TestSummaryNames(t *testing.T) {
	b, err := (&Summary{}).Line()
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq("files packets datagrams rejected samples sample_errors records unknown_records agents flows links hosts paths elephants first last seconds") {
		if _, ok := m[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestSummaryOfWhatIsNoSFlow(t *testing.T) {
	s := &Summary{Datagrams: 3, Rejected: map[string]uint64{"netflow_v9": 2, "short": 1}}
	want := "x.pcap holds no sFlow version 5: all 3 datagrams were rejected (netflow_v9 2, short 1)"
	if err := s.nothingRead("x.pcap"); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	s.Outcomes = map[string]uint64{"partial": 1}
	if err := s.nothingRead("x.pcap"); err != nil {
		t.Error(err)
	}
}

// TestUndeliveredReplayFails: Kafka that is not there is an error, not a wait.
func TestUndeliveredReplayFails(t *testing.T) {
	cfg := settings.DefaultConfig()
	cfg.Kafka.Brokers = []string{"127.0.0.1:1"}
	cfg.Output.Dir = filepath.Join(t.TempDir(), "out")
	s, err := Run(t.Context(), &cfg, Options{Files: []string{testCapture}, Port: capture.DefaultPort, Patience: 200 * time.Millisecond}, slog.New(slog.DiscardHandler))
	if s != nil || err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := os.Stat(cfg.Output.Dir); !os.IsNotExist(err) {
		t.Error("results of a replay that did not take place")
	}
}
