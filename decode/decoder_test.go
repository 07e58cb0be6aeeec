package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// item gives a sample or record of a format with its length in front and its padding behind.
func item(format uint32, body ...[]byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, format)
	b = append(b, 0, 0, 0, 0)
	for _, part := range body {
		b = append(b, part...)
	}
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)-8))
	return append(b, make([]byte, -len(b)&3)...)
}

// datagram gives a datagram of 10.0.0.1 with the samples.
func datagram(tb testing.TB, samples ...[]byte) []byte {
	tb.Helper()
	b := annotated.Bytes(tb, `
		00000005           # version
		00000001 0a000001  # agent 10.0.0.1
		00000002           # sub-agent
		00000007           # sequence
		00000e10           # uptime`)
	b = binary.BigEndian.AppendUint32(b, uint32(len(samples)))
	for _, s := range samples {
		b = append(b, s...)
	}
	return b
}

// flowSample gives a compact flow sample with source, input and output as told.
func flowSample(tb testing.TB, source, input, output string, records ...[]byte) []byte {
	tb.Helper()
	head := annotated.Bytes(tb, "00000001"+source+"00000064 00000384 00000005"+input+output)
	head = binary.BigEndian.AppendUint32(head, uint32(len(records)))
	return item(1, append([][]byte{head}, records...)...)
}

// one decodes a datagram with one flow sample.
func one(tb testing.TB, sample []byte) flow.Sample {
	tb.Helper()
	r, res, _ := decodeAll(datagram(tb, sample))
	if res.Outcome != decode.OK || len(r.samples) != 1 {
		tb.Fatalf("%+v with %d samples", res, len(r.samples))
	}
	return r.samples[0]
}

var agent = flow.AddrFrom4([4]byte{10, 0, 0, 1})

func TestSampleFields(t *testing.T) {
	got := one(t, flowSample(t, "00000065", "00000065", "00000096",
		item(1001, annotated.Bytes(t, "0000000a 00000000 ffffffff 00000000")),
		item(1002, annotated.Bytes(t, "00000001 0a0000fe 00000018 00000020")),
		item(1024, annotated.Bytes(t, "000005dc 00000011 0aff0001 0aff0002 0000c000 000012b5 00000000 00000000")),
		item(1030, annotated.Bytes(t, "00000064")),
		item(1043, annotated.Bytes(t, "17974f00 00000001")),
	))
	want := flow.Sample{
		Agent: agent, SubAgent: 2, DatagramSeq: 7, Timestamp: 0x17974f0000000001,
		Sequence: 1, SamplingRate: 100, SamplePool: 900, Drops: 5, SourceIndex: 0x65,
		Input:     flow.Interface{Kind: flow.InterfaceIndex, Value: 0x65},
		Output:    flow.Interface{Kind: flow.InterfaceIndex, Value: 0x96},
		Direction: flow.Ingress,
		HasSwitch: true, SrcVLAN: 10, DstVLAN: 0xffffffff,
		HasRouter: true, NextHop: flow.AddrFrom4([4]byte{10, 0, 0, 254}), SrcMask: 24, DstMask: 32,
		HasRecVNI: true, RecordVNI: 100,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestInterfaces reads input and output in both forms: sflow-v5, errata, and what agents really send.
func TestInterfaces(t *testing.T) {
	index := func(n uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceIndex, Value: n} }
	internal := func(n uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceInternal, Value: n} }
	for name, tc := range map[string]struct {
		source, in, out string // compact
		wantIn, wantOut flow.Interface
		direction       flow.Direction
	}{
		"ingress":              {"00000065", "00000065", "00000096", index(101), index(150), flow.Ingress},
		"egress":               {"00000096", "00000065", "00000096", index(101), index(150), flow.Egress},
		"hairpin":              {"00000065", "00000065", "00000065", index(101), index(101), flow.DirectionUnknown},
		"neither":              {"00000001", "00000065", "00000096", index(101), index(150), flow.DirectionUnknown},
		"a bridge, OVS":        {"02000065", "00000065", "00000096", index(101), index(150), flow.DirectionUnknown},
		"unknown source":       {"00000000", "00000000", "00000096", flow.Interface{}, index(150), flow.DirectionUnknown},
		"from the device":      {"00000096", "3fffffff", "00000096", internal(0x3fffffff), index(150), flow.Egress},
		"said to be, by OVS":   {"020003e8", "00000065", "40000100", index(101), flow.Interface{Value: 256}, flow.DirectionUnknown},
		"a real drop, OVS":     {"020003e8", "00000065", "40000102", index(101), flow.Interface{Kind: flow.InterfaceDiscarded, Value: 258}, flow.DirectionUnknown},
		"unknown drop, a port": {"00000065", "00000065", "40000100", index(101), flow.Interface{Kind: flow.InterfaceDiscarded, Value: 256}, flow.Ingress},
		"unknown drop, a box":  {"02000001", "00000065", "40000100", index(101), flow.Interface{Kind: flow.InterfaceDiscarded, Value: 256}, flow.DirectionUnknown},
		"dropped":              {"00000065", "00000065", "40000102", index(101), flow.Interface{Kind: flow.InterfaceDiscarded, Value: 258}, flow.Ingress},
		"many":                 {"00000065", "00000065", "80000000", index(101), flow.Interface{Kind: flow.InterfaceMultiple}, flow.Ingress},
		"two":                  {"00000065", "00000065", "80000002", index(101), flow.Interface{Kind: flow.InterfaceMultiple, Value: 2}, flow.Ingress},
		"undefined format":     {"00000065", "c0000065", "c0000096", flow.Interface{Value: 101}, flow.Interface{Value: 150}, flow.DirectionUnknown},
		"input cannot be many": {"00000065", "80000065", "00000096", flow.Interface{Value: 101}, index(150), flow.DirectionUnknown},
	} {
		s := one(t, flowSample(t, tc.source, tc.in, tc.out))
		if s.Input != tc.wantIn || s.Output != tc.wantOut || s.Direction != tc.direction {
			t.Errorf("%s: %+v > %+v %v", name, s.Input, s.Output, s.Direction)
		}
	}
	for name, tc := range map[string]struct {
		text            string // source, rate, pool, drops, input, output, no records
		wantIn, wantOut flow.Interface
		direction       flow.Direction
	}{
		"large ifIndex":     {"00000000 00000065 00000064 00000384 00000000 00000000 00000065 00000000 4ca3a465", index(101), index(1285792869), flow.Ingress},
		"internal, hsflowd": {"00000000 00000065 00000064 00000384 00000000 00000000 00000065 00000000 3fffffff", index(101), internal(0x3fffffff), flow.Ingress},
		"internal, errata":  {"00000000 00000065 00000064 00000384 00000000 00000000 ffffffff 00000000 00000065", internal(0xffffffff), index(101), flow.Egress},
		"unknown format":    {"00000000 00000065 00000064 00000384 00000000 00000007 00000065 00000003 00000065", flow.Interface{Value: 101}, flow.Interface{Value: 101}, flow.DirectionUnknown},
		"dropped":           {"00000000 00000065 00000064 00000384 00000000 00000000 00000065 00000001 00000103", index(101), flow.Interface{Kind: flow.InterfaceDiscarded, Value: 259}, flow.Ingress},
	} {
		s := one(t, item(3, annotated.Bytes(t, "00000001"+tc.text+"00000000")))
		if s.Input != tc.wantIn || s.Output != tc.wantOut || s.Direction != tc.direction {
			t.Errorf("expanded, %s: %+v > %+v %v", name, s.Input, s.Output, s.Direction)
		}
	}
}

// TestSinkDecides checks that the sink can name the agent and refuse the samples.
func TestSinkDecides(t *testing.T) {
	payload := datagram(t, flowSample(t, "00000065", "00000065", "00000096"), item(2, annotated.Bytes(t, "00000001 00000065 00000000")))
	alias := flow.AddrFrom4([4]byte{192, 0, 2, 1})
	r := &recorder{agent: alias}
	if res := decode.New(r).Decode(payload); res != (decode.Result{Flow: 1, Counter: 1}) {
		t.Errorf("%+v", res)
	}
	if r.samples[0].Agent != alias || r.counters[0].Agent != alias {
		t.Error("samples do not carry the agent that the sink named")
	}
	want := decode.Header{Agent: agent, SubAgentID: 2, SequenceNumber: 7, Uptime: 3600, Samples: 2}
	if diff := cmp.Diff([]decode.Header{want}, r.headers); diff != "" {
		t.Error(diff)
	}
	r = &recorder{refuse: true}
	if res := decode.New(r).Decode(payload); res.Outcome != decode.Skipped || len(r.samples)+len(r.counters) != 0 {
		t.Errorf("refused: %+v, %d samples", res, len(r.samples))
	}
}

// TestNothingStays decodes a full sample, then an empty one: the second must not show the first.
func TestNothingStays(t *testing.T) {
	r := &recorder{}
	d := decode.New(r)
	d.Decode(datagram(t,
		flowSample(t, "00000065", "00000065", "00000096",
			item(1, annotated.Bytes(t, "00000001 00000040 00000004 0000000e 020000000002 020000000001 0806 0000")),
			item(1001, make([]byte, 16)), item(3, make([]byte, 32)), item(1030, annotated.Bytes(t, "00000064")))))
	d.Decode(datagram(t, flowSample(t, "00000000", "00000000", "00000000")))
	want := flow.Sample{Agent: agent, SubAgent: 2, DatagramSeq: 7, Sequence: 1, SamplingRate: 100, SamplePool: 900, Drops: 5}
	if diff := cmp.Diff(want, r.samples[1]); diff != "" {
		t.Error(diff)
	}
}
