package decode_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/decode/sflow"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// discarded gives a discarded packet sample of port 101: 3 suppressed, out 150, with the reason and the records.
func discarded(tb testing.TB, reason string, records ...[]byte) []byte {
	tb.Helper()
	head := annotated.Bytes(tb, "00000009 00000000 00000065 00000003 00000065 00000096"+reason)
	head = append(head, u(uint32(len(records)))...)
	return item(5, append([][]byte{head}, records...)...)
}

func TestDiscardedPacket(t *testing.T) {
	r, res, stats := decodeAll(datagram(t, discarded(t, "00000102",
		rawHeader(whole, tcp4),
		item(1036, u(3)),
		item(1037, u(7), opaque([]byte("deny")), u(1)),
		item(1038, opaque([]byte("ip_forward"))),
		item(1041, opaque([]byte("acl_drops")), opaque([]byte("ingress_flow_action_drop"))),
		item(1042, opaque([]byte("IP_INADDRERRORS"))),
		item(1043, annotated.Bytes(t, "17974f00 00000001")),
	)))
	if res != (decode.Result{Discard: 1}) || stats.Samples[decode.KindDiscard][decode.Decoded] != 1 {
		t.Fatalf("%+v", res)
	}
	p := one(t, flowSample(t, "00000065", "00000065", "00000096", rawHeader(whole, tcp4))) // the same packet, forwarded
	want := flow.Discard{
		Agent: agent, SubAgent: 2, DatagramSeq: 7, Timestamp: 0x17974f0000000001,
		Sequence: 9, SourceIndex: 101, Drops: 3, Input: 101, Output: 150, Reason: flow.DropACL,
		FrameLength: p.FrameLength, Packet: p.Packet, EgressQueue: 3,
		HasACL: true, ACL: flow.ACL{Number: 7, Direction: 1, Name: []byte("deny")},
		Function: []byte("ip_forward"), TrapGroup: []byte("acl_drops"), Trap: []byte("ingress_flow_action_drop"),
		LinuxReason: []byte("IP_INADDRERRORS"),
	}
	if diff := cmp.Diff([]flow.Discard{want}, r.discards); diff != "" {
		t.Error(diff)
	}
}

// TestDiscardedPacketAlone: nothing of the sample before shows, and unknown reasons are kept.
func TestDiscardedPacketAlone(t *testing.T) {
	r, res, _ := decodeAll(datagram(t,
		discarded(t, "00000102", item(1037, u(7), opaque([]byte("deny")), u(1)), item(1038, opaque([]byte("f")))),
		discarded(t, "0000270f"),
		rec(5, u(1, 0, 1, 0, 1, 0, 258)),
	))
	if res.Outcome != decode.Partial || res.Reason != decode.ReasonSampleShort || len(r.discards) != 2 {
		t.Fatalf("%+v, %d handed over", res, len(r.discards))
	}
	want := flow.Discard{
		Agent: agent, SubAgent: 2, DatagramSeq: 7,
		Sequence: 9, SourceIndex: 101, Drops: 3, Input: 101, Output: 150, Reason: 9999,
	}
	if diff := cmp.Diff(want, r.discards[1]); diff != "" {
		t.Error(diff)
	}
}

// TestForwardingRecords: what 1003, 1036, 1039 and 1040 tell about a flow.
func TestForwardingRecords(t *testing.T) {
	gateway := u(1, 0x0a0000fe, 65000, 65010, 65011, 2, 2, 2, 65020, 65021, 1, 1, 65022, 1, 0xfde80001, 100)
	s := one(t, flowSample(t, "00000065", "00000065", "00000096",
		item(1003, gateway), item(1036, u(5)), item(1039, u(1500)), item(1040, u(90000))))
	got := []any{s.HasGateway, s.BGPNextHop.String(), s.SrcAS, s.DstAS, s.NextHopAS, s.EgressQueue, s.TransitDelay, s.QueueDepth}
	want := []any{true, "10.0.0.254", uint32(65010), uint32(65022), uint32(65020), uint32(5), uint32(1500), uint32(90000)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	local := u(1, 0x0a0000fe, 65000, 0, 0, 0, 0, 100)
	s = one(t, flowSample(t, "00000065", "00000065", "00000096", item(1003, local)))
	if s.SrcAS != 65000 || s.DstAS != 65000 || s.NextHopAS != 0 {
		t.Errorf("local: %d > %d, next %d", s.SrcAS, s.DstAS, s.NextHopAS)
	}
}

// TestNothingAllocatesForRecords decodes a datagram with every record that is
// read, filled with ones, in samples of both kinds and in a discarded packet.
func TestNothingAllocatesForRecords(t *testing.T) {
	every := func(known []sflow.Known) (all [][]byte) {
		for _, k := range known {
			all = append(all, item(uint32(k.Format), repeat(u(1), 50)))
		}
		return all
	}
	flows := every(sflow.FlowRecords())
	payload := datagram(t,
		flowSample(t, "00000065", "00000065", "00000096", flows...), discarded(t, "00000102", flows...),
		counters(t, every(sflow.CounterRecords())...))
	r, res, stats := decodeAll(payload)
	if res.Flow != 1 || res.Counter != 1 || res.Discard != 1 || len(r.discards) != 1 {
		t.Fatalf("%+v", res)
	}
	for rec := range decode.Record(decode.NumRecords) {
		n := stats.Records[rec]
		if rec.Known() && n[decode.Decoded]+n[decode.Refused]+n[decode.Passed] == 0 {
			t.Errorf("%s %s was not met", rec.Kind(), rec.Format())
		}
	}
	d := decode.New(&counter{})
	if n := testing.AllocsPerRun(10, func() { d.Decode(payload) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
