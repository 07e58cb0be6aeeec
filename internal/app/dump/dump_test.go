package dump

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	captures = "../../../testdata/captures/"
	hostile  = "../../../decode/testdata/hostile/"
	public   = "../../../../shared/captures/public/"
)

// run shows sources and gives the lines.
func run(t *testing.T, o Options, sources ...string) []string {
	t.Helper()
	var out bytes.Buffer
	o.Sources, o.Out = sources, &out
	if err := Run(t.Context(), &o); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s (-want +got), -update writes it anew:\n%s", name, diff)
	}
}

// shown is what the tests look at in a line of JSON.
type shown struct {
	Time, Source  *string
	Outcome       string
	Errors        json.RawMessage
	Version       *uint64
	Agent         *string
	Samples       []map[string]any
	Data          *string
	TrailingBytes uint64 `json:"trailing_bytes"`
}

func parse(t *testing.T, line string) shown {
	t.Helper()
	var s shown
	if err := json.Unmarshal([]byte(line), &s); err != nil {
		t.Fatalf("%v in %.300s", err, line)
	}
	return s
}

// TestHostile: every hostile datagram has the outcome of its class, and the
// errors that the golden file tells.
func TestHostile(t *testing.T) {
	table, err := os.ReadFile(hostile + "cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]string{"D": "rejected", "S": "partial", "R": "partial", "T": "ok", "OK": "ok"}
	files, err := filepath.Glob(hostile + "*.bin")
	if err != nil {
		t.Fatal(err)
	}
	lines := run(t, Options{Raw: true}, files...)
	var text strings.Builder
	n := 0
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if f[0] == "n" {
			continue
		}
		s := parse(t, lines[n])
		n++
		if s.Outcome != outcomes[f[2]] {
			t.Errorf("%s: %s, want class %s", f[1], s.Outcome, f[2])
		}
		if cut := strings.Contains(lines[n-1], `"truncated":true`); cut != (f[2] == "T") {
			t.Errorf("%s: truncated %v in class %s", f[1], cut, f[2])
		}
		text.WriteString(f[1] + " " + s.Outcome + " " + string(s.Errors) + "\n")
	}
	if n < 90 || n != len(lines) {
		t.Errorf("%d cases, %d lines", n, len(lines))
	}
	golden(t, "hostile.golden", text.String())
}

// TestCaptures: the first datagrams of recordings of real agents, in both forms.
func TestCaptures(t *testing.T) {
	for _, name := range []string{"hsflowd-smoke", "ovs-l3-vxlan"} {
		lines := run(t, Options{}, captures+name+".pcap.zst")
		first := make(map[string]bool)
		var text strings.Builder
		for _, line := range lines {
			s := parse(t, line)
			if s.Outcome != "ok" || s.TrailingBytes != 0 {
				t.Fatalf("%s: %.200s", name, line)
			}
			fresh := false // one datagram for each new kind of record
			for _, sample := range s.Samples {
				for _, r := range sample["records"].([]any) {
					kind := r.(map[string]any)["format"].(string) + sample["format"].(string)
					fresh = fresh || !first[kind]
					first[kind] = true
				}
			}
			if fresh {
				text.WriteString(line + "\n")
			}
		}
		golden(t, name+".golden", text.String())
	}
	agent := netip.MustParseAddr("10.255.0.1")
	lines := run(t, Options{Text: true, Agent: agent, Kind: "counter"}, captures+"hsflowd-smoke.pcap.zst")
	lines = append(lines[:min(len(lines), 20)], run(t, Options{Text: true, Kind: "flow"}, captures+"ovs-l3-vxlan.pcap.zst")...)
	golden(t, "text.golden", strings.Join(lines[:40], "\n")+"\n")
}

func TestFilters(t *testing.T) {
	const file = captures + "hsflowd-smoke.pcap.zst"
	for kind, want := range map[string]string{"flow": "flow_sample_expanded", "counter": "counters_sample_expanded"} {
		for _, line := range run(t, Options{Kind: kind}, file) {
			for _, s := range parse(t, line).Samples {
				if s["kind"] != want {
					t.Errorf("--kind %s shows %s", kind, s["kind"])
				}
			}
		}
	}
	if lines := run(t, Options{Kind: "discard"}, file); lines[0] != "" {
		t.Errorf("%d datagrams with discarded packets", len(lines))
	}
	lines := run(t, Options{Agent: netip.MustParseAddr("10.255.0.1")}, file)
	for _, line := range lines {
		if a := parse(t, line).Agent; a == nil || *a != "10.255.0.1" {
			t.Errorf("agent %v", a)
		}
	}
	if all := run(t, Options{}, file); len(lines) < 2 || len(lines) >= len(all) {
		t.Errorf("%d of %d datagrams are of one agent", len(lines), len(all))
	}
}

func TestStandardInput(t *testing.T) {
	b, err := os.ReadFile(hostile + "08-addr-type-0.bin")
	if err != nil {
		t.Fatal(err)
	}
	s := parse(t, run(t, Options{Raw: true, In: bytes.NewReader(b)}, "-")[0])
	if s.Outcome != "ok" || s.Agent != nil || s.Time != nil || s.Source != nil {
		t.Errorf("%+v", s)
	}
}

func TestBadUse(t *testing.T) {
	for want, o := range map[string]Options{
		`"elephant" is none of flow`: {Kind: "elephant", Sources: []string{"x"}},
		"stands alone":               {Sources: []string{"udp://:6343", "x.pcap"}},
		"without files and --raw":    {Sources: []string{"udp://:6343"}, Raw: true},
		`"99999" is no port`:         {Sources: []string{"udp://:99999"}},
		`"leaf1" is no address`:      {Sources: []string{"udp://leaf1:6343"}},
		"no such file":               {Sources: []string{"missing.bin"}, Raw: true},
		"leave --raw away":           {Sources: []string{captures + "ovs-l3-vxlan.pcap.zst"}, Raw: true},
		"missing.pcap":               {Sources: []string{"missing.pcap"}},
	} {
		o.Out = &bytes.Buffer{}
		if err := Run(t.Context(), &o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want one line with %q", err, want)
		}
	}
}

func TestLiveAddress(t *testing.T) {
	for text, want := range map[string]string{
		":6343": "[::]:6343", "": "[::]:6343", "127.0.0.1": "127.0.0.1:6343", "127.0.0.1:7000": "127.0.0.1:7000",
		"[::1]:7000": "[::1]:7000", "::1": "[::1]:6343",
	} {
		if got, err := liveAddress(text); err != nil || got.String() != want {
			t.Errorf("%q: %v %v, want %s", text, got, err, want)
		}
	}
}

// lineWriter passes lines on as they come.
type lineWriter chan string

func (w lineWriter) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

// TestLive sends datagrams to a socket and sees them at once; the end of the
// context ends it without an error.
func TestLive(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, open, done := make(lineWriter, 1), make(chan netip.AddrPort, 1), make(chan error, 1)
	o := Options{Sources: []string{"udp://127.0.0.1:0"}, Out: out, Listening: func(a netip.AddrPort) { open <- a }}
	go func() { done <- Run(ctx, &o) }()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(<-open))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, payload := range []string{"\x00\x00\x00\x02", "netflow?"} {
		if _, err := conn.Write([]byte(payload)); err != nil {
			t.Fatal(err)
		}
		s := parse(t, <-out)
		if s.Outcome != "rejected" || s.Source == nil || *s.Source != conn.LocalAddr().String() || s.Time == nil {
			t.Errorf("%+v", s)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestLiveBurst: what comes while lines are being written waits in the socket.
func TestLiveBurst(t *testing.T) {
	most, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if n, _ := strconv.Atoi(strings.TrimSpace(string(most))); err != nil || n < 4<<20 {
		t.Skip("this system grants no such buffer")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, open, done := make(lineWriter), make(chan netip.AddrPort, 1), make(chan error, 1)
	o := Options{Sources: []string{"udp://127.0.0.1:0"}, Out: out, Listening: func(a netip.AddrPort) { open <- a }}
	go func() { done <- Run(ctx, &o) }()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(<-open))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const burst = 20
	for range burst {
		if _, err := conn.Write(make([]byte, 60_000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Write([]byte("end")); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for !strings.Contains(text.String(), `"data":"656e64"`) {
		text.WriteString(<-out)
	}
	if n := strings.Count(text.String(), "\n"); n != burst+1 {
		t.Errorf("%d lines of %d datagrams", n, burst+1)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
