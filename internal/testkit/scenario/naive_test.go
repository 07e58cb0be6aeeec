package scenario

import (
	"testing"

	"spoor/flow"
)

// TestNaive: a flow at twice the threshold alerts within seconds and ends after it.
func TestNaive(t *testing.T) {
	n := newNaive(1e9)
	s := flow.Sample{FrameLength: 1500, SamplingRate: 10_000, SourceIndex: 1}
	s.Packet.Key = flow.Key{Proto: flow.ProtoUDP, SrcPort: 1, DstPort: 2}
	for i := range int64(100) { // 16.7 samples/s of 1,500 bytes are 2 Gbit/s
		n.now = i * 60e6
		n.FlowSample(&s)
		n.sweep()
	}
	if len(n.rows) != 1 || n.rows[0].State != "started" || n.rows[0].Detected.UnixNano() > 3e9 {
		t.Fatalf("rows %+v", n.rows)
	}
	for i := range int64(100) {
		n.now += 1e8 * min(i, 1)
		n.sweep()
	}
	if len(n.rows) != 2 || n.rows[1].State != "ended" || len(n.finish()) != 2 {
		t.Errorf("rows %+v", n.rows)
	}
}
