package decode_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"spoor/decode"
	"spoor/flow"
)

// hostileCase is one line of testdata/hostile/cases.tsv: a hostile or odd datagram
// and the class of outcome that it must have.
type hostileCase struct {
	name   string
	class  string // D drop the datagram, S a sample or count is refused, R a record is refused, T packet truncated, OK
	marker bool   // a good flow sample with sampling rate 777 must still be delivered
	file   string
	data   []byte
}

func hostileCases(tb testing.TB) []hostileCase {
	tb.Helper()
	const dir = "testdata/hostile"
	table, err := os.ReadFile(filepath.Join(dir, "cases.tsv"))
	if err != nil {
		tb.Fatal(err)
	}
	var cases []hostileCase
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		n, err := strconv.Atoi(f[0])
		if err != nil {
			continue // the heading
		}
		file := filepath.Join(dir, fmt.Sprintf("%02d-%s.bin", n, f[1]))
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, hostileCase{f[1], f[2], f[3] == "1", file, data})
	}
	if len(cases) < 90 {
		tb.Fatalf("only %d hostile cases", len(cases))
	}
	return cases
}

// TestHostileOutcomes decodes every hostile datagram and checks its class.
func TestHostileOutcomes(t *testing.T) {
	classes := map[string]decode.Outcome{
		"D": decode.Rejected, "S": decode.Partial, "R": decode.Partial, "T": decode.OK, "OK": decode.OK,
	}
	for _, c := range hostileCases(t) {
		t.Run(c.name, func(t *testing.T) {
			want, known := classes[c.class]
			if !known {
				t.Fatalf("class %q", c.class)
			}
			r, res, _ := decodeAll(c.data)
			if res.Outcome != want {
				t.Errorf("outcome %v (%v), want %v", res.Outcome, res.Reason, want)
			}
			if (res.Reason == decode.ReasonNone) != (want == decode.OK) {
				t.Errorf("outcome %v with reason %q", res.Outcome, res.Reason)
			}
			truncated, marker := false, false
			for i := range r.samples {
				truncated = truncated || r.samples[i].Packet.Truncated
				marker = marker || r.samples[i].SamplingRate == 777
			}
			if truncated != (c.class == "T") {
				t.Errorf("truncated %v in class %s", truncated, c.class)
			}
			if marker != c.marker {
				t.Errorf("good sample delivered: %v, want %v", marker, c.marker)
			}
		})
	}
}

// hostileData gives the datagrams by name.
func hostileData(tb testing.TB) map[string][]byte {
	tb.Helper()
	data := make(map[string][]byte)
	for _, c := range hostileCases(tb) {
		data[c.name] = c.data
	}
	return data
}

// TestHostileReasons checks why some of them are refused.
func TestHostileReasons(t *testing.T) {
	data := hostileData(t)
	for name, want := range map[string]decode.Reason{
		"empty": decode.ReasonShort, "three-bytes": decode.ReasonShort, "version-only": decode.ReasonShort,
		"version-2": decode.ReasonVersion2, "version-4": decode.ReasonVersion4,
		"netflow-v5": decode.ReasonNetFlow5, "ipfix": decode.ReasonIPFIX,
		"addr-type-3": decode.ReasonAgentType, "v6-agent-cut": decode.ReasonShort,
		"samples-2e32": decode.ReasonSampleCount, "slen-2e32": decode.ReasonSampleOverrun,
		"slen-round-wrap": decode.ReasonSampleOverrun, "slen-0": decode.ReasonSampleShort, "slen-short": decode.ReasonSampleShort,
		"rec-count-flow": decode.ReasonRecordCount, "rec-count-expanded": decode.ReasonRecordCount,
		"rec-count-counter": decode.ReasonRecordCount,
		"rlen-2e32":         decode.ReasonRecordOverrun, "rlen-over-by-4": decode.ReasonRecordOverrun,
		"rlen-zero-switch": decode.ReasonRecordShort, "switch-short": decode.ReasonRecordShort, "ifc-short": decode.ReasonRecordShort,
		"router-nexthop-9": decode.ReasonRecordAddress, "adapters-2e30": decode.ReasonRecordLength, "raw-12": decode.ReasonRecordShort,
		"aspath-count-wrap": decode.ReasonRecordLength, "aspath-segs-2e32": decode.ReasonRecordLength,
		"communities-2e29": decode.ReasonRecordLength, "mpls-count-wrap": decode.ReasonRecordLength,
		"vlan-stack-2e30": decode.ReasonRecordLength, "user-string-2e32": decode.ReasonRecordLength,
		"acl-string-wrap": decode.ReasonRecordLength, "sfp-lanes-2e28": decode.ReasonRecordLength,
	} {
		if _, res, _ := decodeAll(data[name]); res.Reason != want {
			t.Errorf("%s: reason %q, want %q", name, res.Reason, want)
		}
	}
}

// TestHostileDetails checks what is made of some of them.
func TestHostileDetails(t *testing.T) {
	data := hostileData(t)
	// The frame of the cases: 14 Ethernet, 20 IPv4, 20 TCP and up to 60 bytes of payload.
	for name, want := range map[string]uint32{
		"raw-frame-small": 114, "raw-frame-2e32": 114, "raw-frame-0": 114, "raw-stripped-2e32": 114, "dup-raw": 114,
		"raw-64k": 65114, "ip-total-64k": 54, "ip-total-0": 54, "raw-ip4": 54, "ethernet-unpadded": 60,
	} {
		r, _, _ := decodeAll(data[name])
		if got := r.samples[0].FrameLength; got != want {
			t.Errorf("%s: frame length %d, want %d", name, got, want)
		}
	}
	sample := func(name string) flow.Sample {
		r, _, _ := decodeAll(data[name])
		return r.samples[0]
	}
	if s := sample("if-format-3"); s.Input != (flow.Interface{Value: 1}) || s.Output != (flow.Interface{Value: 2}) {
		t.Errorf("if-format-3: %v, %v", s.Input, s.Output)
	}
	if s := sample("in-format-1"); s.Input != (flow.Interface{Value: 0x102}) || s.Direction != flow.DirectionUnknown {
		t.Errorf("in-format-1: %v %v", s.Input, s.Direction)
	}
	if s := sample("ip-options"); s.Packet.Key.SrcPort != 40000 || s.Packet.Key.DstPort != 80 {
		t.Errorf("ip-options: %v", s.Packet.Key)
	}
	if s := sample("ip-fragment"); !s.Packet.Fragment || s.Packet.Key.SrcPort != 0 || s.Packet.FragmentOffset != 100 {
		t.Errorf("ip-fragment: %+v", s.Packet)
	}
	if s := sample("vxlan-8"); s.Packet.Tunnel != flow.TunnelVXLAN || s.Packet.VNI != 100 || s.Packet.Key.DstPort != 4789 || s.Packet.OuterLength != 50 {
		t.Errorf("vxlan-8: %+v", s.Packet)
	}
	r, _, _ := decodeAll(data["portname-60k"])
	if got := len(r.counters[0].PortName); got != 255 {
		t.Errorf("portname-60k: %d bytes of name", got)
	}
}
