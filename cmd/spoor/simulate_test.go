package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/fabric"
	"spoor/internal/testkit/port"
)

// summaryLine reads the JSON line that ends a command.
func summaryLine(t *testing.T, r result) map[string]any {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal([]byte(r.out), &m); r.code != 0 || strings.Count(r.out, "\n") != 1 || err != nil {
		t.Fatalf("%+v %v", r, err)
	}
	return m
}

// TestSimulateCapture: one seed gives one capture and one truth, another seed
// another; replay understands it.
func TestSimulateCapture(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	simulate := func(name, seed string) (pcap, truth []byte) {
		t.Helper()
		file := filepath.Join(dir, name)
		r := spoor(t, "simulate", "--pcap", file+".pcap", "--truth", file+".json", "--seed", seed, "--duration", "5s", "--event", "drain:spine1@3s")
		if s := summaryLine(t, r); r.err != "" || s["agents"] != 6.0 || s["simulated_seconds"] != 5.0 || s["to"] != nil || s["pcap"] != file+".pcap" {
			t.Errorf("%v %s", s, r.err)
		}
		pcap, err := os.ReadFile(file + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		if truth, err = os.ReadFile(file + ".json"); err != nil {
			t.Fatal(err)
		}
		return pcap, truth
	}
	pcap, truth := simulate("a", "1")
	if again, same := simulate("b", "1"); string(again) != string(pcap) || string(same) != string(truth) {
		t.Error("one seed gave two runs")
	}
	if other, _ := simulate("c", "2"); string(other) == string(pcap) {
		t.Error("two seeds gave one run")
	}
	if !strings.Contains(string(truth), `"event": "drain"`) {
		t.Errorf("the truth does not know of the drain: %.300s", truth)
	}
	r := spoor(t, "replay", "--output", filepath.Join(dir, "out"), filepath.Join(dir, "a.pcap"))
	if s := summaryLine(t, r); s["agents"] != 6.0 || s["links"] != 8.0 || len(s["rejected"].(map[string]any)) > 0 {
		t.Errorf("%v", s)
	}
}

// TestSimulateSends: every datagram that the summary counts arrives at the collector.
func TestSimulateSends(t *testing.T) {
	noLeaks(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(4 << 20) // the reader may be late
	var n atomic.Int64
	done, sources := make(chan struct{}), map[string]bool{}
	go func() {
		defer close(done)
		for b := make([]byte, 2000); ; n.Add(1) {
			_, from, err := conn.ReadFromUDP(b)
			if err != nil {
				return
			}
			sources[from.String()] = true
		}
	}()
	begin := time.Now()
	r := spoor(t, "simulate", "--to", conn.LocalAddr().String(), "--duration", "500ms", "--elephants", "")
	s := summaryLine(t, r)
	if took := time.Since(begin); took < 500*time.Millisecond || r.err != "" || s["refused"] != 0.0 || s["failed"] != 0.0 {
		t.Errorf("after %v: %+v", took, r)
	}
	eventually(t, "all arrive", func() bool { return float64(n.Load()) >= s["datagrams"].(float64) })
	_ = conn.Close()
	<-done
	if n := n.Load(); float64(n) != s["datagrams"] || n == 0 || len(sources) != 6 {
		t.Errorf("%d datagrams from %d sockets arrived: %v", n, len(sources), s)
	}
}

// TestSimulateToNobody: a collector that is not there is told once and stops nothing.
func TestSimulateToNobody(t *testing.T) {
	noLeaks(t)
	nobody := port.Datagrams(t)
	r := spoor(t, "simulate", "--to", nobody, "--duration", "300ms", "--polling", "100ms")
	if s := summaryLine(t, r); s["refused"] == 0.0 || r.err != "spoor: nobody listens at "+nobody+": sending all the same, as a switch would\n" {
		t.Errorf("%+v", r)
	}
}

// TestSimulateBadInput: every mistake is one line with the right status, and leaves nothing behind.
func TestSimulateBadInput(t *testing.T) {
	noLeaks(t)
	taken := write(t, "truth.json", "precious")
	pcap := filepath.Join(t.TempDir(), "new.pcap")
	f := func(code int, want string, args ...string) {
		t.Helper()
		r := spoor(t, append([]string{"simulate"}, args...)...)
		if r.code != code || r.out != "" || strings.Count(r.err, "\n") != 1 || !strings.HasPrefix(r.err, "spoor: ") || !strings.Contains(r.err, want) {
			t.Errorf("%v\n got %+v\nwant %d %q", args, r, code, want)
		}
		if _, err := os.Stat(pcap); !os.IsNotExist(err) {
			t.Fatalf("%v: a capture is left", args)
		}
	}
	with := func(args ...string) []string { return append([]string{"--pcap", pcap}, args...) }
	f(2, "one of --to HOST:PORT and --pcap FILE")
	f(2, "one of --to HOST:PORT and --pcap FILE", with("--to", "127.0.0.1:9")...)
	f(2, "--duration 0 has no end", with("--duration", "0")...)
	f(2, "name the same file", with("--truth", pcap)...)
	f(2, `--to: "127.0.0.1" is no HOST:PORT`, "--to", "127.0.0.1")
	f(2, "--start is for captures", "--to", "127.0.0.1:9", "--start", "2026-01-01T00:00:00Z")
	f(2, "spines is 33: it must be 1 to 32", with("--spines", "33")...)
	f(2, "leaves is 513: it must be 1 to 512", with("--leaves", "513")...)
	f(2, "--loss: \"2\" is no share", with("--loss", "2")...)
	f(2, "--elephants: \"big\" is no elephant", with("--elephants", "big")...)
	f(2, "elephant 1 takes 0.99 of a link", with("--elephants", "99%")...)
	f(2, "no two hosts have that much", with("--hosts", "1", "--leaves", "2", "--elephants", "90%,90%,90%")...)
	f(2, "4 elephants among 3 flows", with("--flows", "3", "--elephants", "20%,20%,20%,20%")...)
	f(2, "--fabric-speed: \"fast\" is no speed", with("--fabric-speed", "fast")...)
	f(2, "there is no such spine", with("--event", "drain:spine9@1s")...)
	f(2, "--event:", with("--event", "explode@1s")...)
	f(2, "--host-ttl", with("--host-ttl", "0")...)
	f(2, "--direction: \"up\" is none of both, egress, ingress", with("--direction", "up")...)
	f(2, "--start", with("--start", "yesterday")...)
	f(1, taken+" exists and is not overwritten", with("--truth", taken)...)
	f(1, taken+" exists and is not overwritten", "--pcap", taken)
	f(1, "no such file or directory", "--pcap", filepath.Join(filepath.Dir(pcap), "none", "x.pcap"))
	f(1, "--to 127.0.0.1:nosuchport", "--to", "127.0.0.1:nosuchport")
	if b, err := os.ReadFile(taken); err != nil || string(b) != "precious" {
		t.Errorf("%s %v", b, err)
	}
}

// TestFabricFlags: what a flag shows as its value, it reads.
func TestFabricFlags(t *testing.T) {
	const text = "12.5%*4@3s+30s/1m0s~2s-3s:udp"
	e, err := parseElephant(text)
	want := fabric.Elephant{
		Share: 0.125, Flows: 4, Start: 3 * time.Second, Duration: 30 * time.Second, Every: time.Minute, On: 2 * time.Second, Off: 3 * time.Second, UDP: true,
	}
	if err != nil || e != want || formatElephant(e) != text {
		t.Errorf("%+v %v %s", e, err, formatElephant(e))
	}
	for _, bad := range []string{"10%*", "10%*0", "10%*-1", "*8", "10%~2s", "10%~2s-0s", "10%~-2s"} {
		if e, err := parseElephant(bad); err == nil {
			t.Errorf("%s was read as %+v", bad, e)
		}
	}
	for _, bad := range []string{"", "10M", "10M/4s*0", "10M/x", "/4s"} {
		if b, err := parseBurst(bad); err == nil {
			t.Errorf("%s was read as %+v", bad, b)
		}
	}
	cfg := fabric.DefaultConfig()
	cfg.Bursts = []fabric.Burst{{Bytes: 1e7, Every: 4 * time.Second, Count: 5}}
	cfg.Weights = []float64{3, 0.5}
	cfg.SharedMACs = []fabric.SharedMAC{fabric.SharedGateway, fabric.SharedSpines}
	cfg.WrongPorts = []fabric.WrongPorts{{Kind: fabric.WrongZero}, {Kind: fabric.WrongSource, Switch: "leaf1"}}
	cfg.Start, cfg.Direction, cfg.LAGNaming = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).UnixNano(), fabric.Both, fabric.NameAggregate
	for _, s := range []string{"drain:spine1@20s", "undrain:spine1@40s", "move:0.5@20s", "move:elephants@20s", "restart:leaf2@30s", "rate:leaf1*4@30s", "hostmove:h1-1>leaf3@20s", "hold:leaf1@20s", "grey:leaf1>spine1*0.005@20s", "errors:spine2>leaf1*0.01@20s", "linkdown:leaf1>*@20s", "linkup:leaf1>spine1/2@20s", "renumber:leaf1@20s", "speed:leaf1>spine1*4e+10@20s"} {
		e, err := fabric.ParseEvent(s)
		if err != nil || formatEvent(e) != s {
			t.Errorf("%s: %s %v", s, formatEvent(e), err)
		}
		cfg.Events = append(cfg.Events, e)
	}
	again := fabric.Config{Mouse: cfg.Mouse, Local: cfg.Local, Acks: cfg.Acks, Extended: cfg.Extended} // they have no flag
	read := fabricFlags(&again).Keys()
	for i, k := range fabricFlags(&cfg).Keys() {
		if err := read[i].Value.Set(k.Value.Items()); err != nil {
			t.Errorf("--%s: %v", k.Name, err)
		}
	}
	again.Truth = cfg.Truth
	if diff := cmp.Diff(cfg, again); diff != "" {
		t.Error(diff)
	}
}

func TestSimulatedLine(t *testing.T) {
	s := fabric.Stats{Datagrams: 4812, Bytes: 5_100_000}
	if got := simulated(12300*time.Millisecond, time.Minute, s, 80); got != "12.3 of 60 s  4812 datagrams  5.1 MB" {
		t.Error(got)
	}
	if got := simulated(12300*time.Millisecond, 0, s, 12); got != "12.3 s  4812" {
		t.Error(got)
	}
}

// TestSimulateLoad: pre-built datagrams go out at the rate that is asked for, and
// the summary says how many.
func TestSimulateLoad(t *testing.T) {
	noLeaks(t)
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, rate := range []string{"200", "max"} {
		r := spoor(t, "simulate", "--to", c.LocalAddr().String(), "--load", rate, "--load-datagrams", "100", "--duration", "1s")
		s := summaryLine(t, r)
		n := s["datagrams"].(float64)
		if s["made"] != 100.0 || s["agents"] != 6.0 || s["failed"] != 0.0 || n < 1 || rate == "200" && n > 200*s["seconds"].(float64)+1 || s["flow_samples"].(float64) < n/2 {
			t.Errorf("%v", s)
		}
		if !strings.Contains(r.err, "100 datagrams with ") {
			t.Errorf("%s", r.err)
		}
	}
	for want, args := range map[string][]string{
		"nor max":         {"--to", "127.0.0.1:1", "--load", "fast"},
		"at least one":    {"--to", "127.0.0.1:1", "--load", "max", "--load-datagrams", "0"},
		"--to HOST:PORT":  {"--load", "max"},
		"neither --pcap":  {"--to", "127.0.0.1:1", "--load", "max", "--truth", filepath.Join(t.TempDir(), "truth")},
		"is no HOST:PORT": {"--to", "127.0.0.1", "--load", "5"},
		"out of range":    {"--to", "127.0.0.1:1", "--load", "5", "--leaves", "0"},
	} {
		if r := spoor(t, append([]string{"simulate"}, args...)...); r.code != 2 || !strings.Contains(r.err, want) {
			t.Errorf("%v: %+v", args, r)
		}
	}
}
