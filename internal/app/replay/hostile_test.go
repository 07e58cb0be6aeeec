package replay

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileCases gives the hostile datagrams of decode's tests, all of one agent and
// with the same number, and how many of them hold a good sample (sampling rate 777).
func hostileCases(t *testing.T) (payloads [][]byte, good int) {
	t.Helper()
	const dir = "../../../decode/testdata/hostile/"
	table, err := os.ReadFile(dir + "cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(dir + "*.bin")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if f := strings.Split(line, "\t"); f[3] == "1" {
			good++
		}
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, b)
	}
	return payloads, good
}

// TestHostileAmongGood sends every hostile datagram among good ones through the
// whole pipeline: no good sample is lost, and every datagram is accounted for.
func TestHostileAmongGood(t *testing.T) {
	hostile, marked := hostileCases(t)
	var payloads [][]byte
	plain := goodDatagram(t, hostile)
	for round := range 20 {
		for i, h := range hostile {
			n := uint32(10000 + round*len(hostile) + i)
			b := append([]byte{}, plain...)
			binary.BigEndian.PutUint32(b[16:], n)
			if round == 10 {
				payloads = append(payloads, h)
			}
			payloads = append(payloads, b)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	s, err := replayTo(t, out, writePcap(t, filepath.Join(t.TempDir(), "mixed.pcap"), payloads...))
	if err != nil {
		t.Fatal(err)
	}
	var sum uint64
	for _, m := range []map[string]uint64{s.Outcomes, s.Rejected} {
		for _, n := range m {
			sum += n
		}
	}
	if sum != s.Datagrams || s.Datagrams != uint64(len(payloads)) {
		t.Errorf("%d datagrams of %d, %d accounted for: %+v", s.Datagrams, len(payloads), sum, s)
	}
	got := 0
	lines := strings.Split(strings.TrimSpace(contents(t, out)["flows.jsonl"]), "\n")
	for _, line := range lines {
		var m struct{ SamplingRate string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if m.SamplingRate == "777" {
			got++
		}
	}
	if want := marked + 20*len(hostile); got != want {
		t.Errorf("%d good samples arrived, want %d", got, want)
	}
	if uint64(len(lines)) != s.Samples.Flow {
		t.Errorf("%d records of %d flow samples", len(lines), s.Samples.Flow)
	}
}

// goodDatagram gives one datagram with a single good sample: the head of a
// hostile case and the sample at its end.
func goodDatagram(t *testing.T, hostile [][]byte) []byte {
	t.Helper()
	const fewer = 13 - 1 // samples-fewer: two good samples, one of them claimed
	b := hostile[fewer]
	if len(b) != 388 {
		t.Fatalf("case 13 has %d bytes", len(b))
	}
	return b[:208]
}
