package sflow_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

func TestItem(t *testing.T) {
	for name, tc := range map[string]struct {
		in         []byte
		body, rest []byte
		ok         bool
	}{
		"whole":               {[]byte{0, 0, 0, 1, 0, 0, 0, 4, 1, 2, 3, 4, 9}, []byte{1, 2, 3, 4}, []byte{9}, true},
		"empty":               {[]byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte{}, []byte{}, true},
		"odd, padded":         {[]byte{0, 0, 0, 1, 0, 0, 0, 1, 7, 0, 0, 0, 9}, []byte{7}, []byte{9}, true},
		"odd, padding cut":    {[]byte{0, 0, 0, 1, 0, 0, 0, 1, 7, 0}, []byte{7}, []byte{}, true},
		"head cut":            {[]byte{0, 0, 0, 1, 0, 0, 0}, nil, nil, false},
		"longer than all":     {[]byte{0, 0, 0, 1, 0, 0, 0, 5, 1, 2, 3, 4}, nil, nil, false},
		"round-up would wrap": {[]byte{0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfd, 1, 2, 3, 4}, nil, nil, false},
	} {
		format, body, rest, ok := sflow.Item(tc.in)
		if len(tc.in) >= sflow.ItemHeader && format != 1 { // of an item that is cut too, which is counted by its format
			t.Errorf("%s: format %d", name, format)
		}
		if ok != tc.ok || !bytes.Equal(body, tc.body) || !bytes.Equal(rest, tc.rest) {
			t.Errorf("%s: body %x, rest %x, %v", name, body, rest, ok)
		}
	}
}

func TestFormat(t *testing.T) {
	f := sflow.Format(4413<<12 | 2)
	if f.Enterprise() != 4413 || f.Number() != 2 || f.String() != "4413:2" || sflow.FormatVNIIngress.String() != "0:1030" {
		t.Errorf("%d:%d %s", f.Enterprise(), f.Number(), f)
	}
}

func TestDatagram(t *testing.T) {
	tail := "00000003 00000007 00000e10 00000001" // sub-agent, sequence, uptime, samples
	v4 := flow.AddrFrom4([4]byte{10, 0, 0, 1})
	v6 := flow.Addr{0: 0xfd, 15: 1}
	for name, tc := range map[string]struct {
		in    string
		agent flow.Addr
		fault xdr.Fault
	}{
		"IPv4":           {"00000001 0a000001" + tail + "ff", v4, xdr.OK},
		"IPv6":           {"00000002 fd000000000000000000000000000001" + tail + "ff", v6, xdr.OK},
		"unknown":        {"00000000" + tail + "ff", flow.Addr{}, xdr.OK},
		"undefined type": {"00000003 0a000001" + tail, flow.Addr{}, xdr.Value},
		"no type":        {"000000", flow.Addr{}, xdr.Short},
		"IPv4 cut":       {"00000001 0a0000", flow.Addr{}, xdr.Short},
		"IPv6 cut":       {"00000002 fd0000000000000000000000000000", flow.Addr{}, xdr.Short},
		"rest cut":       {"00000001 0a000001 00000003 00000007 00000e10 000000", flow.Addr{}, xdr.Short},
		"only its type":  {"00000001", flow.Addr{}, xdr.Short},
	} {
		var d sflow.Datagram
		rest, fault := d.Parse(annotated.Bytes(t, tc.in))
		if fault != tc.fault {
			t.Errorf("%s: fault %v, want %v", name, fault, tc.fault)
		}
		if fault != xdr.OK {
			continue
		}
		want := sflow.Datagram{Agent: tc.agent, SubAgentID: 3, SequenceNumber: 7, Uptime: 3600, Samples: 1}
		if diff := cmp.Diff(want, d); diff != "" || !bytes.Equal(rest, []byte{0xff}) {
			t.Errorf("%s: rest %x, %s", name, rest, diff)
		}
	}
}

// TestDatagramsInTurn: a head is read into the struct of the one before. Without samples it is
// 20, 24 or 36 bytes behind its version, and a head of an agent that does not know its address does
// not keep the other agent's.
func TestDatagramsInTurn(t *testing.T) {
	const tail = "00000001 00000002 00000003 00000000" // sub-agent, sequence, uptime, no samples
	var d sflow.Datagram
	for _, tc := range []struct {
		in    string
		agent flow.Addr
	}{
		{"00000002 fd000000000000000000000000000001" + tail, flow.Addr{0: 0xfd, 15: 1}},
		{"00000001 0a000001" + tail, flow.AddrFrom4([4]byte{10, 0, 0, 1})},
		{"00000000" + tail, flow.Addr{}},
	} {
		rest, f := d.Parse(annotated.Bytes(t, tc.in))
		if want := (sflow.Datagram{Agent: tc.agent, SubAgentID: 1, SequenceNumber: 2, Uptime: 3}); f != xdr.OK || d != want || len(rest) != 0 {
			t.Errorf("%v %+v, rest %x, want %+v", f, d, rest, want)
		}
	}
}

func TestFlowSample(t *testing.T) {
	want := sflow.FlowSample{
		SequenceNumber: 1, SourceID: sflow.DataSource{Type: 2, Index: 1000}, SamplingRate: 100, SamplePool: 900, Drops: 5,
		Input: sflow.Interface{Value: 101}, Output: sflow.Interface{Format: 1, Value: 256}, Records: 2,
	}
	compact := annotated.Bytes(t, `
		00000001          # sequence
		020003e8          # source: class 2, index 1000
		00000064 00000384 # rate, pool
		00000005          # drops
		00000065          # input: ifIndex 101
		40000100          # output: dropped, reason 256
		00000002 ff       # records`)
	expanded := annotated.Bytes(t, `
		00000001          # sequence
		00000002 000003e8 # source
		00000064 00000384 # rate, pool
		00000005          # drops
		00000000 00000065 # input
		00000001 00000100 # output
		00000002 ff       # records`)
	var got sflow.FlowSample
	rest, ok := got.Parse(compact)
	if diff := cmp.Diff(want, got); !ok || diff != "" || !bytes.Equal(rest, []byte{0xff}) {
		t.Errorf("compact: %v, rest %x, %s", ok, rest, diff)
	}
	got = sflow.FlowSample{}
	rest, ok = got.ParseExpanded(expanded)
	if diff := cmp.Diff(want, got); !ok || diff != "" || !bytes.Equal(rest, []byte{0xff}) {
		t.Errorf("expanded: %v, rest %x, %s", ok, rest, diff)
	}
	if _, ok := got.Parse(compact[:31]); ok {
		t.Error("compact sample of 31 bytes accepted")
	}
	if _, ok := got.ParseExpanded(expanded[:43]); ok {
		t.Error("expanded sample of 43 bytes accepted")
	}
}

// TestSampleBounds: the fixed part alone is a sample without records, a byte less is none. What
// follows the fixed part is handed on from its first byte.
func TestSampleBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		size  int // sflow_version_5.txt and sflow_drops.txt
		parse func([]byte) ([]byte, bool)
	}{
		"flow_sample":              {32, new(sflow.FlowSample).Parse},
		"flow_sample_expanded":     {44, new(sflow.FlowSample).ParseExpanded},
		"counters_sample":          {12, new(sflow.CountersSample).Parse},
		"counters_sample_expanded": {16, new(sflow.CountersSample).ParseExpanded},
		"discarded_packet":         {32, new(sflow.DiscardedPacket).Parse},
	} {
		if rest, ok := tc.parse(make([]byte, tc.size)); !ok || len(rest) != 0 {
			t.Errorf("%s of %d bytes: %v, rest %x", name, tc.size, ok, rest)
		}
		if _, ok := tc.parse(make([]byte, tc.size-1)); ok {
			t.Errorf("%s of %d bytes accepted", name, tc.size-1)
		}
		b := append(make([]byte, tc.size), 1, 2, 3)
		if rest, ok := tc.parse(b); !ok || !bytes.Equal(rest, []byte{1, 2, 3}) {
			t.Errorf("%s: the rest is %x", name, rest)
		}
		if n := testing.AllocsPerRun(10, func() { tc.parse(b) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestDiscardedPacket(t *testing.T) {
	want := sflow.DiscardedPacket{
		SequenceNumber: 7, SourceID: sflow.DataSource{Type: 3, Index: 100001}, Drops: 12,
		Input: 0x40000001, Output: 150, Reason: 258, Records: 4,
	}
	var got sflow.DiscardedPacket
	_, ok := got.Parse(annotated.Bytes(t, `
		00000007          # sequence
		00000003 000186a1 # source: logical entity 100001
		0000000c          # drops: notifications that the agent could not send
		40000001          # input: a plain ifIndex, all 32 bits of it
		00000096          # output: ifIndex 150
		00000102          # reason 258: acl
		00000004          # records`))
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("%v %s", ok, diff)
	}
}

// TestInterfaces: two bits of a compact interface say what the other thirty count (0x3fffffff: the
// device itself); an expanded ifIndex has all 32 bits (real ones lie above 2^30).
func TestInterfaces(t *testing.T) {
	for _, tc := range []struct {
		compact string
		want    sflow.Interface
	}{
		{"00000000", sflow.Interface{}},
		{"00000096", sflow.Interface{Format: sflow.InterfaceSingle, Value: 150}},
		{"3fffffff", sflow.Interface{Format: sflow.InterfaceSingle, Value: 1<<30 - 1}},
		{"40000102", sflow.Interface{Format: sflow.InterfaceDiscarded, Value: 258}},
		{"80000003", sflow.Interface{Format: sflow.InterfaceMultiple, Value: 3}},
		{"80000000", sflow.Interface{Format: sflow.InterfaceMultiple}},
		{"ffffffff", sflow.Interface{Format: 3, Value: 1<<30 - 1}}, // undefined, kept as it is
	} {
		var s sflow.FlowSample
		const head = "00000001 00ffffff 00000064 00000384 00000005" // sequence, source, rate, pool, drops
		if _, ok := s.Parse(annotated.Bytes(t, head+tc.compact+"00000001 00000000")); !ok || s.Input != tc.want || s.SourceID.Index != 1<<24-1 {
			t.Errorf("input %s: %v %+v", tc.compact, ok, s)
		}
		if _, ok := s.Parse(annotated.Bytes(t, head+"00000001"+tc.compact+"00000000")); !ok || s.Output != tc.want {
			t.Errorf("output %s: %v %+v", tc.compact, ok, s)
		}
	}
	var s sflow.FlowSample
	_, ok := s.ParseExpanded(annotated.Bytes(t, `
		00000001 00000002 4ca40185 # source: physical entity 1285816709
		00000064 00000384 00000005 # rate, pool, drops
		00000003 4ca40185          # input: undefined, 1285816709
		00000000 ffffffff          # output: the device itself
		00000000`))
	if !ok || s.SourceID != (sflow.DataSource{Type: 2, Index: 1285816709}) || s.Input != (sflow.Interface{Format: 3, Value: 1285816709}) ||
		s.Output.Value != 1<<32-1 {
		t.Errorf("expanded: %v %+v", ok, s)
	}
}

func TestCountersSample(t *testing.T) {
	want := sflow.CountersSample{SequenceNumber: 9, SourceID: sflow.DataSource{Type: 1, Index: 5}, Records: 3}
	var got sflow.CountersSample
	if _, ok := got.Parse(annotated.Bytes(t, "00000009 01000005 00000003")); !ok || got != want {
		t.Errorf("compact: %v %+v", ok, got)
	}
	got = sflow.CountersSample{}
	if _, ok := got.ParseExpanded(annotated.Bytes(t, "00000009 00000001 00000005 00000003")); !ok || got != want {
		t.Errorf("expanded: %v %+v", ok, got)
	}
	if _, ok := got.Parse(make([]byte, 11)); ok {
		t.Error("compact sample of 11 bytes accepted")
	}
	if _, ok := got.ParseExpanded(make([]byte, 15)); ok {
		t.Error("expanded sample of 15 bytes accepted")
	}
}
