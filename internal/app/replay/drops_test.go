package replay

import (
	"encoding/binary"
	"encoding/json"
	"path/filepath"
	"testing"
)

// TestReplayDrops: a discarded packet becomes a line of drops.jsonl with the
// flow's id and the reason's name, and is counted once.
func TestReplayDrops(t *testing.T) {
	u := func(v ...uint32) (b []byte) {
		for _, w := range v {
			b = binary.BigEndian.AppendUint32(b, w)
		}
		return b
	}
	frame := append(u(0x02000000, 0x00010200, 0x00000002), 0x08, 0x00)             // Ethernet, IPv4
	frame = append(frame, u(0x45000028, 0, 0x01060000, 0x0a010101, 0x0a020101)...) // TTL 1, TCP
	frame = append(frame, u(40112<<16|5201, 1, 0, 0x50020000, 0)...)
	header := append(u(1, 64, 4, uint32(len(frame))), frame...)
	header = append(header, 0, 0) // padding
	body := append(u(1, 0, 7, 0, 7, 0, 257, 1, 1, uint32(len(header))), header...)
	payload := append(u(5, 1, 0x0aff0001, 0, 1, 1000, 1, 5, uint32(len(body))), body...)

	out := filepath.Join(t.TempDir(), "out")
	s, err := replayTo(t, out, writePcap(t, filepath.Join(t.TempDir(), "drop.pcap"), payload))
	if err != nil {
		t.Fatal(err)
	}
	if s.Samples != (sampleCounts{Discard: 1}) || s.Records.Flow["0:1"] != 1 || s.Outcomes["ok"] != 1 || s.Flows != 0 {
		t.Errorf("%+v", s)
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(contents(t, out)["drops.jsonl"]), &m); err != nil {
		t.Fatal(err)
	}
	if m["flowId"] != "18266672222364701176" || m["reasonName"] != "ttl_exceeded" || m["inIf"] != 7.0 || m["bytes"] != "60" {
		t.Errorf("%v", m)
	}
}
