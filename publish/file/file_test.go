package file

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"spoor/flow"
	"spoor/proto/flowpb"
	"spoor/publish"
	"spoor/topology"
)

func config() publish.Config {
	c := publish.DefaultConfig()
	c.Collector, c.Wait = "dc1", true
	return c
}

// sample gives the flow sample number i.
func sample(i int) *flow.Sample {
	s := &flow.Sample{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), Sequence: uint32(i), Received: 1.79e18 + int64(i), Time: 1.79e18, FrameLength: 1500}
	s.Packet.Key = flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, byte(i)}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), Proto: 6, SrcPort: uint16(i), DstPort: 80}
	s.FlowID = s.Packet.Key.ID()
	return s
}

// publishAll sends messages of all kinds through a sink and closes it.
func publishAll(t *testing.T, s *Sink, samples int) {
	t.Helper()
	p := publish.New(config(), s)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	e := p.Encoder()
	for i := range samples {
		e.Flow(sample(i), &flow.Labels{In: &flow.Names{Switch: "leaf1"}})
		if i%100 == 0 {
			e.Counters(&flow.Counters{Agent: sample(0).Agent, Received: 1.79e18, Records: flow.HasIf, If: flow.IfCounters{Index: uint32(i) + 1}}, nil)
			e.Flush(sample(i).Received + 1e9)
		}
	}
	e.Close()
	k := sample(1).Packet.Key
	for i := range 3 {
		p.Path(&flow.Path{Key: k, ID: k.ID(), Time: 1.79e18, Revision: uint32(i), Cause: flow.PathExpired})
		p.Elephant(&flow.Elephant{Key: k, ID: k.ID(), Time: 1.79e18, Severity: flow.SeverityWarning, AlertSince: 1.79e18})
		p.Alert(&flow.Alert{Time: 1.79e18, Flows: []uint64{k.ID()}})
		p.Topology(&topology.Record{ID: "a", Link: "a--b", Time: 1.79e18})
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, st := range p.Stats() {
		if st.Records != st.Acknowledged {
			t.Errorf("%s: %+v", publish.Topic(i), st)
		}
	}
}

// tree gives a directory's files.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[d.Name()] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// replay publishes into a directory and commits.
func replay(t *testing.T, dir string, samples int) {
	t.Helper()
	s, err := Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, samples)
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

// alone checks that nothing stands beside dir.
func alone(t *testing.T, dir string, want int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != want {
		t.Errorf("beside the output: %v, %v", entries, err)
	}
}

func TestReplay(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	replay(t, dir, 2000)
	files := tree(t, dir)
	for name, lines := range map[string]int{
		"flows.jsonl": 2000, "counters.jsonl": 20, "drops.jsonl": 0, "paths.jsonl": 3, "elephants.jsonl": 3, "alerts.jsonl": 3, "topology.jsonl": 3,
	} {
		text, ok := files[name]
		if !ok || strings.Count(text, "\n") != lines {
			t.Errorf("%s: there %v, %d lines, want %d", name, ok, strings.Count(text, "\n"), lines)
		}
		for line := range strings.Lines(text) {
			if !json.Valid([]byte(line)) || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\n\t ") && name == "flows.jsonl" {
				t.Fatalf("%s: %s", name, line)
			}
		}
	}
	if len(files) != publish.NumTopics {
		t.Errorf("%d files", len(files))
	}
	i := 0
	for line := range strings.Lines(files["flows.jsonl"]) {
		var m flowpb.FlowMessage
		if err := protojson.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if int(m.SampleSequence) != i || m.FlowId != sample(i).FlowID {
			t.Fatalf("line %d is sample %d", i, m.SampleSequence)
		}
		i++
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	alone(t, dir, 1)

	again := filepath.Join(parent, "again")
	replay(t, again, 2000)
	for name, text := range tree(t, again) {
		if text != files[name] {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestReplayReplaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	replay(t, dir, 300)
	before := tree(t, dir)
	s, err := Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, 10)
	if now := tree(t, dir); now["flows.jsonl"] != before["flows.jsonl"] {
		t.Error("changed before it was committed")
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(tree(t, dir)["flows.jsonl"], "\n"); n != 10 {
		t.Errorf("%d lines", n)
	}
	if err := s.Abort(); err != nil || len(tree(t, dir)) != publish.NumTopics {
		t.Errorf("Abort after Commit: %v", err)
	}
	alone(t, dir, 1)
}

func TestReplayAborts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub", "out")
	s, err := Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, 10)
	if err := s.Abort(); err != nil {
		t.Fatal(err)
	}
	alone(t, dir, 0)
}

func TestReplayRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(dir string) error
		want    string
	}{
		"foreign file": {func(d string) error { return os.WriteFile(filepath.Join(d, "thesis.tex"), nil, 0o600) }, "thesis.tex, which is not ours"},
		"directory":    {func(d string) error { return os.Mkdir(filepath.Join(d, "flows.jsonl"), 0o700) }, "flows.jsonl, which is not ours"},
		"link":         {func(d string) error { return os.Symlink("/etc/passwd", filepath.Join(d, "flows.jsonl")) }, "flows.jsonl, which is not ours"},
		"some of ours": {func(d string) error { return os.WriteFile(filepath.Join(d, "flows.jsonl"), nil, 0o600) }, "that no replay wrote"},
		"a collector's": {func(d string) error {
			s, err := Append(d, 0)
			if err == nil {
				s.discard()
			}
			return err
		}, "\"spoor run\" collected"},
		"a file": {func(d string) error { return os.WriteFile(d+"x", nil, 0o600) }, "is no directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := c.prepare(dir); err != nil {
				t.Fatal(err)
			}
			if name == "a file" {
				dir += "x"
			}
			if s, err := Replay(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v %v", s, err)
			}
		})
	}
}

// TestReplayRefusesLate finds a foreign file that came while we wrote.
func TestReplayRefusesLate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	replay(t, dir, 1)
	s, err := Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, 10)
	foreign := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(foreign, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(foreign); string(b) != "mine" {
		t.Errorf("%s %v", b, err)
	}
	alone(t, dir, 1)
}

// TestSwap is what systems without an exchange do.
func TestSwap(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, d := range []string{a, b} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "from"), []byte(d), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := swap(a, b); err != nil {
		t.Fatal(err)
	}
	if tree(t, a)["from"] != b || tree(t, b)["from"] != a {
		t.Error("not swapped")
	}
	if err := swap(filepath.Join(dir, "none"), b); err == nil || tree(t, b)["from"] != a {
		t.Errorf("a failed swap left %v, %v", tree(t, b), err)
	}
}

func TestAppend(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	for range 2 {
		s, err := Append(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		publishAll(t, s, 10)
	}
	path := filepath.Join(dir, "flows.jsonl")
	if n := strings.Count(tree(t, dir)["flows.jsonl"], "\n"); n != 20 {
		t.Errorf("%d lines after two runs", n)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(`{"torn":"` + strings.Repeat("x", 200_000))
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	s, err := Append(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, 10)
	text := tree(t, dir)["flows.jsonl"]
	if n := strings.Count(text, "\n"); n != 30 || strings.Contains(text, "torn") {
		t.Errorf("%d lines after a crash", n)
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	if _, err := Append(dir, 1000); err == nil {
		t.Error("a bound of 1000 bytes was taken")
	}
	s, err := Append(dir, MinBytes)
	if err != nil {
		t.Fatal(err)
	}
	publishAll(t, s, 10_000)
	total := 0
	for name, text := range tree(t, dir) {
		total += len(text)
		if text != "" && !strings.HasSuffix(text, "\n") {
			t.Errorf("%s is torn", name)
		}
	}
	files := tree(t, dir)
	if files["flows.jsonl.1"] == "" || s.rotated.Get() == 0 {
		t.Error("nothing was rotated")
	}
	if last := files["flows.jsonl"] + "\n"; !strings.Contains(files["flows.jsonl.1"]+last, fmt.Sprintf(`"sampleSequence":%d,`, 9999)) {
		t.Error("the newest sample is missing")
	}
	if total > MinBytes*3/2 {
		t.Errorf("%d bytes, bound %d", total, MinBytes)
	}
}

// TestDiskFull writes to a device that is always full.
func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full")
	}
	dir := filepath.Join(t.TempDir(), "out")
	s, err := Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	old := s.files[publish.Flows].f
	s.files[publish.Flows].f = full
	defer old.Close()
	p := publish.New(config(), s)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	e := p.Encoder()
	for i := range 100 {
		e.Flow(sample(i), nil)
	}
	e.Close()
	if err := p.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("Close: %v", err)
	}
	if st := p.Stats()[publish.Flows]; st.Dropped[publish.Failed] != 100 || st.Queued != 0 {
		t.Errorf("%+v", st)
	}
	if err := s.Commit(); err == nil {
		t.Error("committed all the same")
	}
	alone(t, dir, 0)
}
