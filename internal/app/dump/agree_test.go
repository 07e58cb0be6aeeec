package dump

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/decode"
)

// newShow gives a show that writes nowhere.
func newShow() *show {
	s := &show{o: &Options{}, out: bufio.NewWriter(&bytes.Buffer{})}
	s.decoder = decode.New(&s.meanings)
	return s
}

// disagreement tells where the walk and the decoder differ about a datagram, "" if nowhere.
func disagreement(payload []byte) string {
	s := newShow()
	o, _, outcome := s.datagram(&collector.Datagram{Payload: payload})
	line := appendJSON(nil, o)
	if !json.Valid(line) {
		return fmt.Sprintf("no JSON: %.200s", line)
	}
	d := decode.New(&meanings{})
	r := d.Decode(payload)
	if outcome != r.Outcome {
		return fmt.Sprintf("outcome %v, the decoder says %v", outcome, r.Outcome)
	}
	var m struct {
		Errors  []struct{ Reason string }
		Samples []struct {
			Kind  string
			Error *string
		}
		TrailingBytes int `json:"trailing_bytes"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return err.Error()
	}
	reasons := map[string]uint64{}
	for i, e := range m.Errors {
		if i == 0 && e.Reason != r.Reason.String() {
			return fmt.Sprintf("first reason %s, the decoder says %v", e.Reason, r.Reason)
		}
		reasons[e.Reason]++
	}
	for i, n := range d.Stats().Reasons {
		if name := decode.Reason(i).String(); reasons[name] != n {
			return fmt.Sprintf("%d times %s, the decoder says %d", reasons[name], name, n)
		}
	}
	samples := decode.Result{Outcome: r.Outcome, Reason: r.Reason, Trailing: m.TrailingBytes}
	for _, s := range m.Samples {
		switch {
		case s.Error != nil:
		case s.Kind == "flow_sample", s.Kind == "flow_sample_expanded":
			samples.Flow++
		case s.Kind == "counters_sample", s.Kind == "counters_sample_expanded":
			samples.Counter++
		case s.Kind == "discarded_packet":
			samples.Discard++
		default:
			samples.Unknown++
		}
	}
	if samples != r {
		return fmt.Sprintf("%+v, the decoder says %+v", samples, r)
	}
	return ""
}

// hostileData gives the hostile datagrams.
func hostileData(tb testing.TB) [][]byte {
	tb.Helper()
	files, err := filepath.Glob(hostile + "*.bin")
	if err != nil || len(files) < 90 {
		tb.Fatalf("%d files, %v", len(files), err)
	}
	var all [][]byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// datagrams gives up to n payloads of a capture.
func datagrams(tb testing.TB, path string, n int) [][]byte {
	tb.Helper()
	r, err := capture.Open([]string{path}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	var all [][]byte
	var d collector.Datagram
	for len(all) < n && r.Next(&d) == nil {
		all = append(all, bytes.Clone(d.Payload))
	}
	return all
}

// corpus gives datagrams of all agents that there are.
func corpus(tb testing.TB, n int) [][]byte {
	tb.Helper()
	files, err := filepath.Glob(captures + "*.pcap.zst")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no captures: %v", err)
	}
	var all [][]byte
	for _, f := range files {
		all = append(all, datagrams(tb, f, n)...)
	}
	others, err := filepath.Glob(public + "*.bin")
	if err != nil {
		tb.Fatal(err)
	}
	if len(others) == 0 {
		tb.Log("other projects' datagrams are absent")
	}
	for _, f := range others {
		b, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// TestAgreement: the walk finds in every datagram what the decoder finds, in
// those of real agents, the hostile ones, and thousands of spoilt ones.
func TestAgreement(t *testing.T) {
	bad := hostileData(t)
	all := append(corpus(t, 50), bad...)
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b := bytes.Clone(bad[r.IntN(len(bad))])
		if len(b) > 2000 {
			continue
		}
		for range 1 + r.IntN(3) {
			if len(b) > 0 {
				b[r.IntN(len(b))] = [...]byte{0, 1, 4, 0xff, byte(r.Uint32())}[r.IntN(5)]
			}
		}
		if r.IntN(3) == 0 {
			b = b[:r.IntN(len(b)+1)]
		}
		all = append(all, b)
	}
	for _, payload := range all {
		if d := disagreement(payload); d != "" {
			t.Fatalf("%s: %x", d, payload[:min(len(payload), 400)])
		}
	}
}

// FuzzAgreement goes on from there.
func FuzzAgreement(f *testing.F) {
	for _, b := range hostileData(f) {
		if len(b) < 2000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if d := disagreement(payload); d != "" {
			t.Error(d)
		}
	})
}

// byGoflow2 gives a datagram's samples as goflow2 reads them; nil where it
// cannot, or where a length is no multiple of four, after which it loses its place.
func byGoflow2(payload []byte) (all []map[string]any) {
	var p sflow.Packet
	if sflow.DecodeMessageVersion(bytes.NewBuffer(payload), &p) != nil {
		return nil
	}
	for _, s := range p.Samples {
		m := map[string]any{}
		var records []any
		put := func(seq, class, index uint32) {
			m["sequence_number"], m["source_id_class"], m["source_id_index"] = float64(seq), float64(class), float64(index)
		}
		flows := func(list []sflow.FlowRecord) {
			for _, r := range list {
				if h, ok := r.Data.(sflow.SampledHeader); ok {
					records = append(records, map[string]any{
						"header_protocol": float64(h.Protocol), "frame_length": float64(h.FrameLength), "stripped": float64(h.Stripped),
						"header": hex.EncodeToString(h.HeaderData[:min(int(h.OriginalLength), len(h.HeaderData))]),
					})
				}
			}
		}
		switch s := s.(type) {
		case sflow.FlowSample:
			put(s.Header.SampleSequenceNumber, s.Header.SourceIdType, s.Header.SourceIdValue)
			m["sampling_rate"], m["sample_pool"], m["drops"] = float64(s.SamplingRate), float64(s.SamplePool), float64(s.Drops)
			flows(s.Records)
		case sflow.ExpandedFlowSample:
			put(s.Header.SampleSequenceNumber, s.Header.SourceIdType, s.Header.SourceIdValue)
			m["sampling_rate"], m["sample_pool"], m["drops"] = float64(s.SamplingRate), float64(s.SamplePool), float64(s.Drops)
			flows(s.Records)
		case sflow.CounterSample:
			put(s.Header.SampleSequenceNumber, s.Header.SourceIdType, s.Header.SourceIdValue)
			for _, r := range s.Records {
				if c, ok := r.Data.(sflow.IfCounters); ok {
					records = append(records, map[string]any{
						"ifIndex": float64(c.IfIndex), "ifSpeed": float64(c.IfSpeed), "ifStatus": float64(c.IfStatus),
						"ifInOctets": float64(c.IfInOctets), "ifInUcastPkts": float64(c.IfInUcastPkts), "ifInErrors": float64(c.IfInErrors),
						"ifOutOctets": float64(c.IfOutOctets), "ifOutDiscards": float64(c.IfOutDiscards),
						"ifPromiscuousMode": float64(c.IfPromiscuousMode),
					})
				}
			}
		}
		if len(m) > 0 { // discarded packets have tests of their own
			m["records"] = records
		}
		all = append(all, m)
	}
	return all
}

// TestAgainstGoflow2 compares what both show of headers and interface counters.
func TestAgainstGoflow2(t *testing.T) {
	compared := 0
	for _, payload := range corpus(t, 30) {
		s := newShow()
		o, _, outcome := s.datagram(&collector.Datagram{Payload: payload})
		want := byGoflow2(payload)
		got := parse(t, string(appendJSON(nil, o))).Samples
		if outcome != decode.OK || len(want) != len(got) {
			continue
		}
		for i, w := range want {
			if len(w) == 0 {
				continue
			}
			g := map[string]any{}
			for k := range w {
				g[k] = got[i][k]
			}
			var records []any
			all, _ := got[i]["records"].([]any)
			for _, r := range all {
				m, _ := r.(map[string]any)
				keep := map[string]any{}
				for _, k := range []string{
					"header_protocol", "frame_length", "stripped", "header", "ifIndex", "ifSpeed", "ifStatus", "ifInOctets", "ifInUcastPkts",
					"ifInErrors", "ifOutOctets", "ifOutDiscards", "ifPromiscuousMode",
				} {
					if v, ok := m[k]; ok {
						keep[k] = v
					}
				}
				if m["kind"] == "sampled_header" || m["kind"] == "if_counters" {
					records = append(records, keep)
				}
			}
			g["records"] = records
			if diff := cmp.Diff(w, g); diff != "" {
				t.Fatalf("-goflow2 +ours:\n%s\n%x", diff, payload)
			}
			compared++
		}
	}
	if compared < 500 {
		t.Errorf("only %d samples compared", compared)
	}
}
