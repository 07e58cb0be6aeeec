package file

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
	"spoor/publish"
)

// TestCanonical compares the one form with protojson's, of which white space is removed.
func TestCanonical(t *testing.T) {
	m := &flowpb.CountersMessage{IfIndex: 3, Rates: &flowpb.Rates{InBitsPerSecond: new(0.5)}, SamplerAddress: []byte{1, 2, 3, 4}}
	value, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	line, err := newConverter().line(publish.Counters, value)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"samplerAddress":"AQIDBA==","ifIndex":3,"rates":{"inBitsPerSecond":0.5}}` + "\n"; string(line) != want {
		t.Errorf("%s", line)
	}
	if _, err := newConverter().line(publish.Flows, []byte{0xff}); err == nil {
		t.Error("garbage became a line")
	}
	if line, err := newConverter().line(publish.Paths, nil); len(line) != 0 || err != nil {
		t.Errorf("a tombstone became %s, %v", line, err)
	}
}

func BenchmarkLine(b *testing.B) {
	m := &flowpb.FlowMessage{Type: 1, FlowId: 1 << 60, SrcAddr: []byte{1, 2, 3, 4}, DstAddr: []byte{1, 2, 3, 4}, TimeReceivedNs: 1.79e18, Bytes: 1500, Switch: "leaf1"}
	value, err := proto.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	c := newConverter()
	b.ReportAllocs()
	b.SetBytes(int64(len(value)))
	var line []byte
	for b.Loop() {
		if line, err = c.line(publish.Flows, value); err != nil {
			b.Fatal(err)
		}
	}
	if !bytes.HasSuffix(line, []byte("}\n")) {
		b.Fatal("no line")
	}
}
