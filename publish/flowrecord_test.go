package publish

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	goflow "github.com/netsampler/goflow2/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"

	"spoor/flow"
	"spoor/proto/flowpb"
)

// expected builds the message of a sample with the generated code, field by
// field from what flow.proto says.
func expected(s *flow.Sample, l *flow.Labels, collector string) *flowpb.FlowMessage {
	p := &s.Packet
	m := &flowpb.FlowMessage{
		Type: flowpb.FlowMessage_SFLOW_5, TimeReceivedNs: uint64(s.Received), TimeFlowStartNs: uint64(s.Time), TimeFlowEndNs: uint64(s.Time),
		SequenceNum: s.DatagramSeq, SamplingRate: uint64(s.SamplingRate), SamplerAddress: address(s.Agent),
		Bytes: uint64(s.FrameLength), Packets: 1, Etype: uint32(p.EtherType), SrcMac: p.SrcMAC, DstMac: p.DstMAC, VlanId: uint32(p.VLAN),
		FlowId: s.FlowID, SubAgentId: s.SubAgent, SampleSequence: s.Sequence, SamplePool: s.SamplePool, AgentDrops: s.Drops,
		SourceIdClass: s.SourceClass, SourceIdIndex: s.SourceIndex,
		InIfKind: flowpb.FlowMessage_InterfaceKind(s.Input.Kind), OutIfKind: flowpb.FlowMessage_InterfaceKind(s.Output.Kind),
		HeaderProtocol: s.HeaderProtocol, Stripped: s.Stripped, HeaderLength: s.HeaderLength,
		Direction: flowpb.FlowMessage_Direction(s.Direction), CountOnce: l.CountOnce, EffectiveRate: uint64(s.EffectiveRate),
		Switch: l.Input().Switch, InIfName: l.Input().Port, OutIfName: l.Output().Port, Link: l.Input().Link, SrcName: l.SrcName, DstName: l.DstName,
		Vni: p.VNI, Quirks: uint32(s.Quirks), Collector: collector, Schema: 1,
	}
	if s.HasRecVNI && m.Vni == 0 {
		m.Vni = s.RecordVNI
	}
	m.InIf, m.OutIf = port(s.Input), port(s.Output)
	if s.Output.Kind == flow.InterfaceDiscarded {
		m.DropReason = s.Output.Value
	}
	if s.HasRouter {
		m.NextHop, m.SrcNet, m.DstNet = address(s.NextHop), uint32(s.SrcMask), uint32(s.DstMask)
	}
	if s.HasGateway {
		m.SrcAs, m.DstAs, m.NextHopAs, m.BgpNextHop = s.SrcAS, s.DstAS, s.NextHopAS, address(s.BGPNextHop)
	}
	m.QueueDepth, m.TransitDelayNs, m.EgressQueue = s.QueueDepth, uint64(s.TransitDelay), s.EgressQueue
	if s.HasSwitch && s.SrcVLAN != math.MaxUint32 {
		m.SrcVlan = s.SrcVLAN
	}
	if s.HasSwitch && s.DstVLAN != math.MaxUint32 {
		m.DstVlan = s.DstVLAN
	}
	expectedPacket(m, p)
	return m
}

func expectedPacket(m *flowpb.FlowMessage, p *flow.Packet) {
	if !p.Key.IsZero() {
		m.SrcAddr, m.DstAddr = address(p.Key.Src), address(p.Key.Dst)
		m.Proto, m.SrcPort, m.DstPort = uint32(p.Key.Proto), uint32(p.Key.SrcPort), uint32(p.Key.DstPort)
		m.IpTos, m.IpTtl, m.TcpFlags, m.IpFlags = uint32(p.TOS), uint32(p.TTL), uint32(p.TCPFlags), uint32(p.IPFlags)
		m.FragmentId, m.FragmentOffset, m.Ipv6FlowLabel = p.FragmentID, uint32(p.FragmentOffset), p.FlowLabel
		m.TcpSequence, m.PayloadLength = p.TCPSequence, p.PayloadLength
		if p.Key.Proto == flow.ProtoICMP || p.Key.Proto == flow.ProtoICMPv6 {
			m.IcmpType, m.IcmpCode = uint32(p.ICMPType), uint32(p.ICMPCode)
		}
	}
	for _, e := range p.MPLS[:min(int(p.MPLSDepth), 4)] {
		m.MplsLabel, m.MplsTtl = append(m.MplsLabel, e>>12), append(m.MplsTtl, e&0xff)
	}
	if p.RDMA {
		m.RdmaOpcode, m.RdmaQueuePair = uint32(p.RDMAOpcode), p.RDMAQueuePair
	}
	if p.Tunnel != flow.TunnelNone {
		m.Tunnel = flowpb.FlowMessage_Tunnel(p.Tunnel)
		m.OuterSrcAddr, m.OuterDstAddr = address(p.OuterSrc), address(p.OuterDst)
		m.OuterProto, m.OuterSrcPort, m.OuterDstPort = uint32(p.OuterProto), uint32(p.OuterSrcPort), uint32(p.OuterDstPort)
		m.OuterIpTtl, m.OuterIpTos = uint32(p.OuterTTL), uint32(p.OuterTOS)
	}
}

func address(a flow.Addr) []byte {
	if a.Is4() {
		return a[12:]
	}
	if a.IsZero() {
		return nil
	}
	return a[:]
}

func port(i flow.Interface) uint32 {
	if i.Kind == flow.InterfaceIndex || i.Kind == flow.InterfaceMultiple {
		return i.Value
	}
	return 0
}

// randomSample fills every field, small and large values mixed.
func randomSample(r *rand.Rand) *flow.Sample {
	u32 := func() uint32 { return r.Uint32() >> r.IntN(33) }
	addr := func() flow.Addr {
		if r.IntN(2) == 0 {
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], r.Uint32())
			return flow.AddrFrom4(b)
		}
		var a flow.Addr
		binary.BigEndian.PutUint64(a[:], r.Uint64()|1<<61)
		binary.BigEndian.PutUint64(a[8:], r.Uint64())
		return a
	}
	s := &flow.Sample{
		Agent: addr(), SubAgent: u32(), DatagramSeq: u32(), Received: 1_790_000_000e9 + r.Int64N(1e18), Sequence: u32(),
		SamplingRate: u32(), EffectiveRate: u32(), SamplePool: u32(), Drops: u32(), SourceClass: u32() & 3, SourceIndex: u32(),
		Input:     flow.Interface{Kind: flow.InterfaceKind(r.IntN(5)), Value: u32()},
		Output:    flow.Interface{Kind: flow.InterfaceKind(r.IntN(5)), Value: u32()},
		Direction: flow.Direction(r.IntN(3)), HeaderProtocol: u32() & 15, FrameLength: u32(), Stripped: u32() & 7, HeaderLength: u32() & 0xff,
		HasSwitch: r.IntN(2) == 0, HasRouter: r.IntN(2) == 0, SrcMask: uint8(u32()), DstMask: uint8(u32()), SrcVLAN: u32(), DstVLAN: u32(),
		NextHop: addr(), RecordVNI: u32(), HasRecVNI: r.IntN(3) == 0,
	}
	if r.IntN(2) == 0 {
		s.EgressQueue, s.QueueDepth, s.TransitDelay = u32(), u32(), u32()
	}
	s.HasGateway, s.SrcAS, s.DstAS, s.NextHopAS, s.BGPNextHop = r.IntN(2) == 0, u32(), u32(), u32(), addr()
	s.Quirks = flow.Quirks(u32())
	if r.IntN(4) == 0 {
		s.SrcVLAN = math.MaxUint32
	}
	s.Time = s.Received - r.Int64N(1e9)
	p := &s.Packet
	p.EtherType, p.SrcMAC, p.DstMAC, p.VLAN = uint16(u32()), uint64(u32())<<16|uint64(r.Uint32N(1<<16)), r.Uint64()>>16, uint16(u32())
	p.MPLSDepth = uint8(r.IntN(6))
	for i := range p.MPLS {
		p.MPLS[i] = u32()
	}
	if r.IntN(8) != 0 {
		p.Key = flow.Key{Src: addr(), Dst: addr(), SrcPort: uint16(u32()), DstPort: uint16(u32()), Proto: [...]uint8{1, 6, 17, 58, 47}[r.IntN(5)]}
		p.TOS, p.TTL, p.TCPFlags, p.IPFlags = uint8(u32()), uint8(u32()), uint8(u32()), uint8(u32())&7
		p.ICMPType, p.ICMPCode, p.FragmentID, p.FragmentOffset, p.FlowLabel = uint8(u32()), uint8(u32()), u32(), uint16(u32())&0x1fff, u32()&0xfffff
		p.TCPSequence, p.PayloadLength = u32(), u32()
	}
	p.RDMA, p.RDMAOpcode, p.RDMAQueuePair = r.IntN(2) == 0, uint8(u32()), u32()>>8
	if r.IntN(2) == 0 {
		p.Tunnel, p.VNI = flow.Tunnel(r.IntN(7)), u32()
		p.OuterSrc, p.OuterDst, p.OuterProto, p.OuterSrcPort, p.OuterDstPort = addr(), addr(), uint8(u32()), uint16(u32()), uint16(u32())
		p.OuterTTL, p.OuterTOS = uint8(u32()), uint8(u32())
	}
	s.FlowID = p.Key.ID()
	return s
}

func randomLabels(r *rand.Rand) *flow.Labels {
	name := func() string { return strings.Repeat("leaf", r.IntN(3)) + string(rune('a' + r.IntN(26)))[:r.IntN(2)] }
	l := &flow.Labels{SrcName: name(), DstName: name(), CountOnce: r.IntN(2) == 0}
	if r.IntN(4) != 0 {
		l.In = &flow.Names{Switch: name(), Port: name(), Link: name()}
	}
	if r.IntN(4) != 0 {
		l.Out = &flow.Names{Switch: name(), Port: name(), Link: name()}
	}
	return l
}

func TestFlowMessage(t *testing.T) {
	sink := &heldSink{partitions: map[Topic]int32{Flows: 7}}
	p := started(t, testConfig(), sink)
	defer p.Close(t.Context())
	e := p.Encoder()
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		s, l := randomSample(r), randomLabels(r)
		e.Flow(s, l)
		e.Close()
		checkFlow(t, sink.records(), s, l)
	}
}

// TestNamesOfAnyLength: parts of records are copied in pieces of a fixed size.
func TestNamesOfAnyLength(t *testing.T) {
	sink := &heldSink{partitions: map[Topic]int32{Flows: 7}}
	s := everydaySample(rand.New(rand.NewPCG(1, 2)))
	for n := range maxName + 1 {
		name := strings.Repeat("n", n)
		e := New(testConfig(), sink).Encoder()
		l := &flow.Labels{In: &flow.Names{Port: name}, Out: &flow.Names{Port: name}}
		for range 2 { // the second time from what was kept
			e.Flow(s, l)
			e.Close()
			checkFlow(t, sink.records(), s, l)
		}
	}
}

// TestGateway: AS path and communities of extended_gateway reach the record, the
// longest as well.
func TestGateway(t *testing.T) {
	sink := &heldSink{}
	e := New(testConfig(), sink).Encoder()
	long := make([]uint32, 255)
	for i := range long {
		long[i] = math.MaxUint32 - uint32(i)
	}
	s := everydaySample(rand.New(rand.NewPCG(1, 2)))
	s.HasGateway = true
	for _, g := range []*flow.Gateway{nil, {}, {ASPath: []uint32{65001, 1, 4200000000}}, {Communities: []uint32{65001<<16 | 100}}, {ASPath: long, Communities: long}} {
		e.Flow(s, &flow.Labels{Gateway: g})
		e.Close()
		got := sink.records()
		m := new(flowpb.FlowMessage)
		if err := proto.Unmarshal(got[0].value, m); err != nil {
			t.Fatal(err)
		}
		want := expected(s, &flow.Labels{}, "dc1")
		if g != nil {
			want.AsPath, want.BgpCommunities = g.ASPath, g.Communities
		}
		if d := cmp.Diff(want, m, protocmp.Transform(), protocmp.IgnoreEmptyMessages()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		sink.finish(Acknowledged)
	}
}

// checkFlow compares the one record with what the generated code makes of the sample.
func checkFlow(t *testing.T, got []kept, s *flow.Sample, l *flow.Labels) {
	t.Helper()
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	k := &got[0]
	var m flowpb.FlowMessage
	if err := proto.Unmarshal(k.value, &m); err != nil {
		t.Fatalf("unmarshal: %v\n%+v", err, s)
	}
	want := expected(s, l, "dc1")
	if d := cmp.Diff(want, &m, protocmp.Transform()); d != "" {
		t.Fatalf("message (-want +got):\n%s", d)
	}
	if n := proto.Size(&m); n != len(k.value) {
		t.Fatalf("%d bytes, the generated code needs %d", len(k.value), n)
	}
	key := []byte(flow.FormatID(s.FlowID))
	part := place(murmur2(key), 7)
	if s.FlowID == 0 {
		key, part = nil, place(murmur2(s.Agent[:]), 7)
	}
	if string(k.key) != string(key) || (k.key == nil) != (key == nil) || k.partition != part {
		t.Fatalf("key %q in partition %d, want %q in %d", k.key, k.partition, key, part)
	}
	if k.time != s.Received/1e6 || k.headers["schema"] != "spoor.v1.FlowMessage" || k.headers["content-type"] != "application/x-protobuf" {
		t.Fatalf("record %+v", k)
	}
	checkGoflow(t, k.value, want)
}

// checkGoflow reads the record as goflow2's consumers do: each field that theirs
// and ours share must hold the same.
func checkGoflow(t *testing.T, value []byte, want *flowpb.FlowMessage) {
	t.Helper()
	var theirs goflow.FlowMessage
	if err := proto.Unmarshal(value, &theirs); err != nil {
		t.Fatalf("as goflow2's message: %v", err)
	}
	tm, om := theirs.ProtoReflect(), want.ProtoReflect()
	fields := om.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		tf := tm.Descriptor().Fields().ByNumber(f.Number())
		if tf == nil {
			if f.Number() < 200 {
				t.Fatalf("goflow2 has no field %d", f.Number())
			}
			continue
		}
		if tf.Name() != f.Name() || tf.Kind() != f.Kind() {
			t.Fatalf("field %d: %s %s, goflow2 has %s %s", f.Number(), f.Name(), f.Kind(), tf.Name(), tf.Kind())
		}
		if a, b := plain(f, om.Get(f)), plain(tf, tm.Get(tf)); !cmp.Equal(a, b) {
			t.Fatalf("%s: ours %v, as goflow2's %v", f.Name(), a, b)
		}
	}
}

// plain makes values of two message types comparable.
func plain(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	if !f.IsList() {
		return v.String()
	}
	var list []string
	for i := range v.List().Len() {
		list = append(list, v.List().Get(i).String())
	}
	return list
}

func FuzzFlow(f *testing.F) {
	f.Add(uint64(1), uint64(2), "leaf1", "swp1")
	f.Add(uint64(3), uint64(4), "\xff\xfe", strings.Repeat("ä", 300))
	sink := &heldSink{partitions: map[Topic]int32{Flows: 7}}
	e := New(testConfig(), sink).Encoder()
	f.Fuzz(func(t *testing.T, a, b uint64, name, in string) {
		s := randomSample(rand.New(rand.NewPCG(a, b)))
		e.Flow(s, &flow.Labels{In: &flow.Names{Switch: name, Port: in}})
		e.Close()
		checkFlow(t, sink.records(), s, &flow.Labels{In: &flow.Names{Switch: string(appendClean(nil, name)), Port: string(appendClean(nil, in))}})
	})
}

func TestFlowAllocatesNothing(t *testing.T) {
	e, samples, l := steadyEncoder()
	run := func() {
		for _, s := range samples {
			e.Flow(s, l)
		}
		e.Close()
	}
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations for %d records", n, len(samples))
	}
}

// steadyEncoder gives an encoder over 64 partitions and everyday samples: TCP
// over IPv4 with all that a leaf's agent knows.
func steadyEncoder() (*Encoder, []*flow.Sample, *flow.Labels) {
	sink := &nullSink{heldSink{partitions: map[Topic]int32{Flows: 64}}}
	samples, labels := everydaySamples()
	return New(testConfig(), sink).Encoder(), samples, labels
}

func everydaySamples() ([]*flow.Sample, *flow.Labels) {
	r := rand.New(rand.NewPCG(5, 6))
	samples := make([]*flow.Sample, 1024)
	for i := range samples {
		samples[i] = everydaySample(r)
	}
	return samples, &flow.Labels{In: &flow.Names{Switch: "leaf1", Port: "swp1", Link: "10.255.0.1/150--10.255.0.51/5101"}, Out: &flow.Names{Port: "swp51"}, CountOnce: true}
}

func everydaySample(r *rand.Rand) *flow.Sample {
	now := int64(1_790_000_000e9) + r.Int64N(1e9)
	s := &flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), DatagramSeq: r.Uint32N(1e6), Received: now, Time: now - r.Int64N(1e8),
		Sequence: r.Uint32N(1e6), SamplingRate: 1000, EffectiveRate: 1000, SamplePool: r.Uint32(), SourceIndex: 101,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 101}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 150},
		Direction: flow.Ingress, HeaderProtocol: 1, FrameLength: 64 + r.Uint32N(1450), Stripped: 4, HeaderLength: 128,
		HasSwitch: true, SrcVLAN: 10, DstVLAN: 10,
	}
	s.Packet = flow.Packet{
		Key: flow.Key{
			Src: flow.AddrFrom4([4]byte{10, 1, 1, byte(r.Uint32())}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, byte(r.Uint32())}),
			SrcPort: uint16(32768 + r.IntN(28000)), DstPort: 5201, Proto: 6,
		},
		EtherType: 0x800, SrcMAC: 0x525400000000 | r.Uint64N(1<<24), DstMAC: 0x525400000000 | r.Uint64N(1<<24),
		TTL: 63, TCPFlags: 0x10, TCPSequence: r.Uint32(), PayloadLength: 1448, IPFlags: 2, FragmentID: r.Uint32N(1 << 16),
	}
	s.FlowID = s.Packet.Key.ID()
	return s
}

func BenchmarkFlow(b *testing.B) {
	e, samples, l := steadyEncoder()
	b.ReportAllocs()
	b.SetBytes(int64(proto.Size(expected(samples[0], l, "dc1"))))
	defer cpu(b)()
	i := 0
	for b.Loop() {
		e.Flow(samples[i&1023], l)
		i++
	}
}

func BenchmarkFlowOfficial(b *testing.B) {
	_, samples, l := steadyEncoder()
	var messages []*flowpb.FlowMessage
	for _, s := range samples {
		messages = append(messages, expected(s, l, "dc1"))
	}
	b.ReportAllocs()
	var buf []byte
	defer cpu(b)()
	i := 0
	for b.Loop() {
		var err error
		if buf, err = (proto.MarshalOptions{}).MarshalAppend(buf[:0], messages[i&1023]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.SetBytes(int64(len(buf)))
}
