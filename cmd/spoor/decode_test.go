package main

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	noLeaks(t)
	r := spoor(t, "decode", "--agent", "10.255.0.1", "--kind", "flow", captures+"hsflowd-smoke.pcap.zst")
	if r.code != exitDone || r.err != "" {
		t.Fatalf("status %d, %s", r.code, r.err)
	}
	for line := range strings.Lines(r.out) {
		var m struct{ Outcome, Agent string }
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Outcome != "ok" || m.Agent != "10.255.0.1" {
			t.Fatalf("%v in %s", err, line)
		}
	}
	if r = spoor(t, "decode", "--text", captures+"ovs-l3-vxlan.pcap.zst"); r.code != exitDone || !strings.HasPrefix(r.out, "datagram time=") {
		t.Errorf("status %d, %.100s", r.code, r.out)
	}
	if r = spoor(t, "decode", "--raw", write(t, "x.bin", "\x00\x00\x00\x02")); r.code != exitDone || !strings.Contains(r.out, `"reason":"version_2"`) {
		t.Errorf("status %d, %s", r.code, r.out)
	}
}

func TestDecodeBadInput(t *testing.T) {
	noLeaks(t)
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	text := write(t, "notes.txt", "these are no packets")
	wrong(t, exitFailed, text, "decode", text)
	wrong(t, exitFailed, "missing.pcap", "decode", "missing.pcap")
	wrong(t, exitFailed, "missing.bin", "decode", "--raw", "missing.bin")
	wrong(t, exitFailed, "--port", "decode", "--port", "9", smoke)
	wrong(t, exitFailed, taken.LocalAddr().String()+" is taken by another program: if that is the collector", "decode", "udp://"+taken.LocalAddr().String())
	wrong(t, exitUsage, "a FILE is wanted", "decode")
	wrong(t, exitUsage, "--agent", "decode", "--agent", "leaf1", smoke)
	wrong(t, exitUsage, "--kind", "decode", "--kind", "elephant", smoke)
	wrong(t, exitUsage, "stands alone", "decode", "udp://:6343", smoke)
}
