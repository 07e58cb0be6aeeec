package publish

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"spoor/flow"
	"spoor/proto/flowpb"
)

// TestDropBesideCounters: a drop says what its port's counters say, by the port at which it was dropped.
func TestDropBesideCounters(t *testing.T) {
	sink := &heldSink{}
	e := New(testConfig(), sink).Encoder()
	agent := v4(10, 255, 0, 1)
	for i := range uint32(2) {
		e.p.rates.update(&flow.Counters{Agent: agent, Records: flow.HasIf, Received: t0 + int64(i)*20e9, If: flow.IfCounters{Index: 9, OutDiscards: 4000 * i, InDiscards: 100 * i}})
	}
	want := func(in, out uint32, at int64, known bool, perSecond, age float64) {
		t.Helper()
		e.Drop(&flow.Discard{Agent: agent, Input: in, Output: out, Received: at}, nil)
		e.Close()
		m := new(flowpb.DropMessage)
		list := sink.records()
		if err := proto.Unmarshal(list[len(list)-1].value, m); err != nil {
			t.Fatal(err)
		}
		if (m.DiscardsPerSecond != nil) != known || m.GetDiscardsPerSecond() != perSecond || m.GetDiscardsAgeSeconds() != age {
			t.Errorf("%d>%d: %v", in, out, m)
		}
		sink.finish(Acknowledged)
	}
	want(7, 9, t0+23e9, true, 200, 3)
	want(9, 0, t0+23e9, true, 5, 3)
	want(9, 7, t0+23e9, false, 0, 0)
	want(0, 0, t0+23e9, false, 0, 0)
	want(7, 9, t0+1000e9, false, 0, 0)
}

// drop encodes a discarded packet and gives the message and its key.
func drop(t *testing.T, e *Encoder, sink *heldSink, x *flow.Discard, l *flow.Labels) (*flowpb.DropMessage, string) {
	t.Helper()
	e.Drop(x, l)
	e.Close()
	got := sink.records()
	if len(got) != 1 || got[0].topic != Drops || got[0].headers["schema"] != "spoor.v1.DropMessage" || got[0].time != x.Received/1e6 {
		t.Fatalf("%+v", got)
	}
	m := new(flowpb.DropMessage)
	if err := proto.Unmarshal(got[0].value, m); err != nil {
		t.Fatal(err)
	}
	return m, string(got[0].key)
}

func TestDropMessage(t *testing.T) {
	sink := &heldSink{}
	e := New(testConfig(), sink).Encoder()
	key := flow.Key{Src: v4(10, 1, 1, 1), Dst: v4(10, 2, 1, 1), SrcPort: 40112, DstPort: 5201, Proto: 6}
	x := &flow.Discard{
		Agent: v4(10, 255, 0, 1), SubAgent: 2, DatagramSeq: 3, Received: t0, Time: t0 - 5, FlowID: key.ID(), Sequence: 4, SourceClass: 0,
		SourceIndex: 7, Drops: 8, Input: 7, Output: 9, Reason: flow.DropTTL, FrameLength: 1514,
		Packet: flow.Packet{
			Key: key, SrcMAC: 1 << 40, DstMAC: 2, EtherType: 0x800, VLAN: 20, TTL: 1, TCPFlags: 0x18, VNI: 100,
		},
		EgressQueue: 5, HasACL: true, ACL: flow.ACL{Number: 6, Name: []byte("deny")},
		Function: []byte("ip_\xffforward"), TrapGroup: []byte("l3"), Trap: []byte("ttl"), LinuxReason: []byte("IP_HDR"),
		Path: []string{"leaf1", "spine1", "leaf2"},
	}
	l := &flow.Labels{In: &flow.Names{Switch: "leaf1", Port: "swp7", Link: "a--b"}, Out: &flow.Names{Port: "swp9"}, SrcName: "web", DstName: "db"}
	m, at := drop(t, e, sink, x, l)
	want := &flowpb.DropMessage{
		TimeReceivedNs: uint64(t0), TimeDroppedNs: uint64(t0 - 5), SamplerAddress: []byte{10, 255, 0, 1}, SubAgentId: 2, SequenceNum: 3,
		SampleSequence: 4, SourceIdIndex: 7, AgentDrops: 8, InIf: 7, OutIf: 9, Reason: 257, ReasonName: "ttl_exceeded",
		Function: "ip_\ufffdforward", EgressQueue: 5, Bytes: 1514, AclNumber: 6, AclName: "deny",
		Switch: "leaf1", InIfName: "swp7", OutIfName: "swp9", Link: "a--b", Path: []string{"leaf1", "spine1", "leaf2"}, TrapGroup: "l3", Trap: "ttl", LinuxReason: "IP_HDR",
		FlowId: 0xfd80419af28b11f8, SrcAddr: []byte{10, 1, 1, 1}, DstAddr: []byte{10, 2, 1, 1}, Etype: 0x800, Proto: 6, SrcPort: 40112, DstPort: 5201,
		SrcMac: 1 << 40, DstMac: 2, VlanId: 20, IpTtl: 1, TcpFlags: 0x18, Vni: 100, SrcName: "web", DstName: "db", Collector: "dc1", Schema: 1,
	}
	if d := cmp.Diff(want, m, protocmp.Transform()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if at != "10.255.0.1" {
		t.Errorf("key %q", at)
	}
	m, _ = drop(t, e, sink, &flow.Discard{Agent: v4(1, 2, 3, 4), Reason: 9999, Received: t0}, nil)
	want = &flowpb.DropMessage{
		TimeReceivedNs: uint64(t0), SamplerAddress: []byte{1, 2, 3, 4}, Reason: 9999, Collector: "dc1", Schema: 1,
	}
	if d := cmp.Diff(want, m, protocmp.Transform()); d != "" {
		t.Errorf("without a packet, -want +got:\n%s", d)
	}
	if n := testing.AllocsPerRun(100, func() { e.Drop(x, l) }); n > 0.5 {
		t.Errorf("%v allocations a message", n)
	}
	e.Close()
	sink.finish(Acknowledged)
}
