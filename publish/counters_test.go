package publish

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"spoor/flow"
	"spoor/proto/flowpb"
)

// count encodes a counters sample and gives the message and its key.
func count(t *testing.T, e *Encoder, sink *heldSink, c *flow.Counters, l *flow.Labels) (*flowpb.CountersMessage, string) {
	t.Helper()
	e.Counters(c, l)
	e.Close()
	got := sink.records()
	if len(got) != 1 || got[0].headers["schema"] != "spoor.v1.CountersMessage" {
		t.Fatalf("%+v", got)
	}
	m := new(flowpb.CountersMessage)
	if err := proto.Unmarshal(got[0].value, m); err != nil {
		t.Fatal(err)
	}
	return m, string(got[0].key)
}

func TestCountersMessage(t *testing.T) {
	sink := &heldSink{}
	e := New(testConfig(), sink).Encoder()
	const na = math.MaxUint32
	c := &flow.Counters{
		Agent: v4(10, 255, 0, 1), SubAgent: 2, DatagramSeq: 3, Received: t0, Uptime: 5000, Sequence: 4, SourceIndex: 7,
		Records:  flow.HasIf | flow.HasEthernet | flow.HasPortName | flow.HasHost | flow.HasAdapters,
		PortName: []byte("swp\xff7"),
		If: flow.IfCounters{
			Index: 7, Type: 6, Speed: 1e8, Direction: 1, Status: 3, InOctets: 1 << 40, InUcast: 1, InMulticast: na, OutOctets: math.MaxUint64, Promiscuous: 2,
			InErrors: 9, OutErrors: na, SpeedRepaired: true,
		},
		Ethernet: flow.EthernetCounters{FCSErrors: 5, SymbolErrors: na},
		Host:     flow.HostDescr{Hostname: []byte("leaf1"), UUID: [16]byte{1}, MachineType: 3, OSName: 2, OSRelease: []byte("6.1")},
		Adapters: []flow.Adapter{{IfIndex: 7, MAC: 0x525400000001}, {}},
	}
	m, key := count(t, e, sink, c, &flow.Labels{In: &flow.Names{Switch: "leaf1", Link: "x--y"}})
	zero, n32, n64 := proto.Uint32(0), proto.Uint32, proto.Uint64
	want := &flowpb.CountersMessage{
		TimeReceivedNs: uint64(t0), SamplerAddress: []byte{10, 255, 0, 1}, SubAgentId: 2, SequenceNum: 3, SampleSequence: 4, SourceIdIndex: 7,
		UptimeMs: 5000, IfIndex: 7, Switch: "leaf1", IfName: "swp\ufffd7", Link: "x--y", PortName: "swp\ufffd7", Collector: "dc1", Schema: 1,
		IfCounters: &flowpb.IfCounters{
			IfIndex: 7, IfType: 6, IfSpeed: 1e8, IfDirection: 1, IfStatus: 3, IfInOctets: n64(1 << 40), IfInUcastPkts: n32(1), IfInBroadcastPkts: zero,
			IfInDiscards: zero, IfInErrors: n32(9), IfInUnknownProtos: zero, IfOutUcastPkts: zero, IfOutMulticastPkts: zero, IfOutBroadcastPkts: zero,
			IfOutDiscards: zero, IfPromiscuousMode: n32(2), IfSpeedRepaired: true,
		},
		Ethernet: &flowpb.EthernetCounters{
			AlignmentErrors: zero, FcsErrors: n32(5), SingleCollisionFrames: zero, MultipleCollisionFrames: zero, SqeTestErrors: zero,
			DeferredTransmissions: zero, LateCollisions: zero, ExcessiveCollisions: zero, InternalMacTransmitErrors: zero, CarrierSenseErrors: zero,
			FrameTooLongs: zero, InternalMacReceiveErrors: zero,
		},
		HostDescr: &flowpb.HostDescription{
			Hostname: "leaf1", Uuid: append([]byte{1}, make([]byte, 15)...), MachineType: 3, OsName: 2, OsRelease: "6.1",
		},
		HostAdapters: []*flowpb.HostAdapter{{IfIndex: 7, Mac: 0x525400000001}, {}},
	}
	if d := cmp.Diff(want, m, protocmp.Transform()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if key != "10.255.0.1/7" {
		t.Errorf("key %s", key)
	}
	if _, key := count(t, e, sink, &flow.Counters{SourceClass: 2, SourceIndex: 9, Agent: v4(1, 2, 3, 4)}, nil); key != "1.2.3.4/2:9" {
		t.Errorf("key of an entity %s", key)
	}
}

func TestRates(t *testing.T) {
	const na32, na64 = math.MaxUint32, math.MaxUint64
	start := flow.IfCounters{Index: 1, Speed: 1e6, InOctets: 1000, OutOctets: 5000, InUcast: 10, OutUcast: na32, OutMulticast: na32, OutBroadcast: na32}
	for _, c := range []struct {
		name    string
		seconds float64
		uptime  uint32
		change  func(*flow.IfCounters)
		want    *flowpb.Rates
	}{
		{"plain", 10, 20_000, func(f *flow.IfCounters) {
			f.InOctets += 500_000
			f.OutOctets += 5_000_000
			f.InUcast += 100
			f.InBroadcast += 50
			f.OutErrors = 20
		}, &flowpb.Rates{
			IntervalSeconds: 10, InBitsPerSecond: proto.Float64(400_000), OutBitsPerSecond: proto.Float64(4_000_000), InPacketsPerSecond: proto.Float64(15),
			InDiscardsPerSecond: proto.Float64(0), OutDiscardsPerSecond: proto.Float64(0), InErrorsPerSecond: proto.Float64(0),
			OutErrorsPerSecond: proto.Float64(2), InUtilization: new(0.4), OutUtilization: proto.Float64(1),
		}},
		{"counters wrap, one is cleared, no speed", 10, 20_000, func(f *flow.IfCounters) {
			f.Speed, f.InOctets, f.OutOctets, f.InUcast, f.InDiscards = 0, na64, 4000, 9, na32
		}, &flowpb.Rates{
			IntervalSeconds: 10, OutBitsPerSecond: new(float64(1<<32-1000) * 8 / 10), InPacketsPerSecond: proto.Float64(na32 / 10.0),
			OutDiscardsPerSecond: proto.Float64(0), InErrorsPerSecond: proto.Float64(0), OutErrorsPerSecond: proto.Float64(0),
		}},
		{"the agent started anew", 10, 5, func(*flow.IfCounters) {}, nil},
		{"too close", 0.01, 20_000, func(*flow.IfCounters) {}, nil},
		{"too far", 4000, 20_000, func(*flow.IfCounters) {}, nil},
		{"time goes back", -1, 20_000, func(*flow.IfCounters) {}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := &heldSink{}
			e := New(testConfig(), sink).Encoder()
			sample := &flow.Counters{Agent: v4(1, 2, 3, 4), Records: flow.HasIf, If: start, Received: t0, Uptime: 10_000}
			if m, _ := count(t, e, sink, sample, nil); m.Rates != nil {
				t.Errorf("rates of a first sample: %v", m.Rates)
			}
			sample.Received += int64(c.seconds * 1e9)
			sample.Uptime = c.uptime
			c.change(&sample.If)
			m, _ := count(t, e, sink, sample, nil)
			if d := cmp.Diff(c.want, m.Rates, protocmp.Transform()); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestRatesAreBounded fills the table: ports beyond the bound get no rates and
// are counted, until others have been silent for long.
func TestRatesAreBounded(t *testing.T) {
	cfg := testConfig()
	cfg.RatePorts = 160
	p := New(cfg)
	feed := func(from, to int, received int64) {
		for i := from; i < to; i++ {
			p.rates.update(&flow.Counters{Records: flow.HasIf, If: flow.IfCounters{Index: uint32(i)}, Received: received})
		}
	}
	size := func() (n int) {
		for i := range p.rates.shards {
			n += len(p.rates.shards[i].ports)
		}
		return n
	}
	feed(1, 1001, t0)
	if size() > 160 || p.rates.refused.Get() < 840 {
		t.Errorf("%d ports, %d refused", size(), p.rates.refused.Get())
	}
	feed(2001, 3001, t0+2*maxInterval*1e9)
	if n := size(); n > 160 || n < 100 {
		t.Errorf("%d ports after the old ones fell silent", n)
	}
	known := 0
	for i := 2001; i < 3001; i++ {
		if r := p.rates.update(&flow.Counters{Records: flow.HasIf, If: flow.IfCounters{Index: uint32(i)}, Received: t0 + 2*maxInterval*1e9 + 1e9}); r.interval == 1 {
			known++
		}
	}
	if known != size() {
		t.Errorf("%d ports have rates, %d places", known, size())
	}
}

func TestCountersAllocateNothing(t *testing.T) {
	sink := &nullSink{}
	e := New(testConfig(), sink).Encoder()
	c := &flow.Counters{
		Agent: v4(10, 255, 0, 1), Records: flow.HasIf | flow.HasEthernet | flow.HasPortName, PortName: []byte("swp1"), Received: t0,
		If: flow.IfCounters{Index: 7},
	}
	l := &flow.Labels{In: &flow.Names{Switch: strings.Repeat("x", 30)}}
	if n := testing.AllocsPerRun(100, func() {
		c.Received += 1e9
		e.Counters(c, l)
		e.Close()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
