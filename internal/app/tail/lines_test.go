package tail

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
)

// flowText is the flow of docs/interfaces.md's examples.
const flowObject = `"flow":{"id":"fd80419af28b11f8","src":"10.1.1.1","dst":"10.2.1.1","proto":6,"sport":40112,"dport":5201}`

func printer() *Printer {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return &Printer{Zone: time.UTC, Now: func() time.Time { return now }}
}

func TestLines(t *testing.T) {
	f := func(topic, value, want string) {
		t.Helper()
		got, err := printer().Line(topic, []byte(value))
		if err != nil || got != want {
			t.Errorf("%s %s:\n got %s (%v)\nwant %s", topic, value, got, err, want)
		}
	}
	f("elephants", `{"state":"started","severity":"warning","time":"2026-11-22T02:11:05.123456789Z",`+flowObject+`,"since":"2026-11-22T02:11:04Z","ended":null,"end_reason":null,
		"rate_bps":25100000,"share":0.251,"share_low":0.223,"share_high":0.279,"bytes":48211200,"peak_bps":26300000,"slot":0,
		"links":[{"link":"leaf1:swp5>spine1:swp1","share":0.251},{"link":"spine1:swp2>leaf2:swp5","share":0.25}],"path":{"state":"complete","switches":["leaf1","spine1","leaf2"]}}`,
		"02:11:05.123  started  A  10.1.1.1:40112 > 10.2.1.1:5201 tcp  25.1% (22.3-27.9) of leaf1:swp5>spine1:swp1 (+1 link)  25.1 Mbit/s  via leaf1 > spine1 > leaf2  WARNING")
	f("elephants", `{"state":"ended","severity":"info","time":"2026-10-22T02:11:32Z",`+flowObject+`,"since":"2026-10-22T02:11:04Z","ended":"2026-10-22T02:11:31.3Z","end_reason":"below",
		"bytes":48211200,"peak_bps":26300000,"slot":27,"links":[],"path":null}`,
		"2026-10-22 02:11:32.000  ended    AB  10.1.1.1:40112 > 10.2.1.1:5201 tcp  below the threshold after 27.3s  48.2 MB  peak 26.3 Mbit/s")
	f("elephants", `{"state":"started","severity":"info","time":"2026-11-22T02:11:05Z",`+flowObject+`,"rate_bps":1e9,"share":0.25,"share_low":0.2,"share_high":0.3,"slot":702,"links":[],"path":{"state":"unordered","switches":[]}}`,
		"02:11:05.000  started  AAA  10.1.1.1:40112 > 10.2.1.1:5201 tcp  25.0% (20.0-30.0)  1.00 Gbit/s")
	f("paths", `{`+flowObject+`,"time":"2026-11-22T02:11:05Z","cause":"moved","state":"complete","switches":["leaf1","spine2","leaf3"],"previous":["leaf1","spine1","leaf3"]}`,
		"02:11:05.000  complete     10.1.1.1:40112 > 10.2.1.1:5201 tcp  leaf1 > spine2 > leaf3  moved from leaf1 > spine1 > leaf3")
	f("paths", `{"flow":{"src":"fd00::1","dst":"fd00::2","proto":58,"sport":null,"dport":null,"vni":5010},"time":"2026-11-22T02:11:05Z","cause":"new","state":"partial","switches":["leaf1"],"unknown_at":{"switch":"leaf1","agent":"10.0.0.1","ifindex":5,"port":null}}`,
		"02:11:05.000  partial      fd00::1 > fd00::2 icmp6 vni 5010  leaf1 > ? (beyond leaf1:5)")
	f("paths", `{`+flowObject+`,"time":"2026-11-22T02:11:05Z","cause":"new","state":"multipath","switches":[],"alternatives":[{"switches":["a","b"],"share":0.5},{"switches":["a","c"],"share":0.5}]}`,
		"02:11:05.000  multipath    10.1.1.1:40112 > 10.2.1.1:5201 tcp  a > b (50%)  or  a > c (50%)")
	f("paths", `{`+flowObject+`,"time":"2026-11-22T02:11:05Z","cause":"expired","state":"unordered","switches":["a","b"]}`,
		"02:11:05.000  unordered    10.1.1.1:40112 > 10.2.1.1:5201 tcp  {a, b}  expired")
	f("alerts", `{"state":"raised","severity":"critical","time":"2026-11-22T02:11:05Z","labels":{"alertname":"PortDown"},"annotations":{"summary":"leaf1:swp5 is down, and nobody switched it off"}}`,
		"02:11:05.000  raised    CRITICAL  PortDown            leaf1:swp5 is down, and nobody switched it off")
	f("topology", `{"id":"x","time":"2026-11-22T02:11:05Z","link":"leaf1:swp5--spine1:swp1","speed_bps":100000000,"source":"learned","state":"up"}`,
		"02:11:05.000  link    up     leaf1:swp5--spine1:swp1  100 Mbit/s  learned")
	f("topology", `{"id":"host/10.1.1.1","seen":"2026-11-22T02:11:05Z","host":"10.1.1.1","source":"learned","state":"stale","ports":[{"switch":"leaf1","agent":"10.0.0.1","ifindex":101}],"vni":null}`,
		"02:11:05.000  host    stale  10.1.1.1 at leaf1:101")
	f("topology", `{"id":"dark/1","since":"2026-11-22T02:11:05Z","switch":"dark-1","source":"inferred","state":"up"}`,
		"02:11:05.000  switch  up     dark-1  inferred")
}

func TestNamesCannotDriveTheTerminal(t *testing.T) {
	got, err := printer().Line("topology", []byte(`{"time":"2026-11-22T02:11:05Z","link":"leaf1\u001b[2J:swp5\r","state":"up"}`))
	if err != nil || strings.ContainsAny(got, "\x1b\r") {
		t.Errorf("%q %v", got, err)
	}
}

func TestRecordLines(t *testing.T) {
	f := func(topic string, m proto.Message, want string) {
		t.Helper()
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := printer().Line(topic, b)
		if err != nil || got != want {
			t.Errorf("\n got %s (%v)\nwant %s", got, err, want)
		}
	}
	at := uint64(time.Date(2026, 11, 22, 2, 11, 5, 0, time.UTC).UnixNano())
	f("flows", &flowpb.FlowMessage{
		TimeFlowStartNs: at, SamplerAddress: []byte{10, 255, 0, 1}, SrcAddr: []byte{10, 1, 1, 1}, DstAddr: []byte{10, 2, 1, 1}, Proto: 6, SrcPort: 40112, DstPort: 5201,
		Switch: "leaf1", InIfName: "swp1", InIf: 101, OutIf: 150, Bytes: 1518, SamplingRate: 100, IpTtl: 64, Direction: flowpb.FlowMessage_INGRESS, CountOnce: true,
	}, "02:11:05.000  leaf1  swp1>150  10.1.1.1:40112 > 10.2.1.1:5201 tcp  1518 B x100  ttl 64  ingress  counts")
	f("flows", &flowpb.FlowMessage{TimeFlowStartNs: at, SamplerAddress: []byte{10, 255, 0, 1}, SrcMac: 0x020000000001, DstMac: 0xffffffffffff, Etype: 0x806, Bytes: 64},
		"02:11:05.000  10.255.0.1  ?>?  02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff ethertype 0806  64 B x1")
	f("counters", &flowpb.CountersMessage{
		TimeReceivedNs: at, Switch: "leaf1", IfName: "swp5", IfCounters: &flowpb.IfCounters{IfSpeed: 2500000000, IfStatus: 3},
		Rates: &flowpb.Rates{InBitsPerSecond: new(12.3e6), InUtilization: new(0.0049), OutBitsPerSecond: proto.Float64(0), OutDiscardsPerSecond: proto.Float64(2)},
	}, "02:11:05.000  leaf1:swp5  2.5 Gbit/s up  in 12.3 Mbit/s (0.5%)  out 0 bit/s  discards 0 in 2 out /s")
	f("counters", &flowpb.CountersMessage{TimeReceivedNs: at, SamplerAddress: []byte{10, 0, 0, 1}, HostDescr: &flowpb.HostDescription{Hostname: "leaf1", OsRelease: "6.1"}},
		"02:11:05.000  10.0.0.1  host leaf1 6.1")
	for _, r := range []*flowpb.Rates{{InErrorsPerSecond: new(0.5)}, {OutErrorsPerSecond: new(0.5)}} {
		f("counters", &flowpb.CountersMessage{TimeReceivedNs: at, Switch: "leaf1", IfName: "swp5", IfCounters: &flowpb.IfCounters{IfSpeed: 1e9, IfStatus: 3}, Rates: r},
			fmt.Sprintf("02:11:05.000  leaf1:swp5  1 Gbit/s up  errors %.3g in %.3g out /s", r.GetInErrorsPerSecond(), r.GetOutErrorsPerSecond()))
	}
	f("drops", &flowpb.DropMessage{
		TimeDroppedNs: at, SrcAddr: []byte{10, 1, 1, 1}, DstAddr: []byte{10, 2, 1, 1}, Proto: 6, SrcPort: 40112, DstPort: 5201, Etype: 0x800,
		Switch: "leaf1", InIfName: "swp1", InIf: 101, OutIf: 150, Bytes: 1514, Reason: 258, ReasonName: "acl", AclName: "deny", AclNumber: 7, Trap: "flow_drop",
		DiscardsPerSecond: proto.Float64(200), DiscardsAgeSeconds: 3.2,
	}, "02:11:05.000  leaf1  swp1>150  10.1.1.1:40112 > 10.2.1.1:5201 tcp  1514 B  acl deny (7)  flow_drop  150 counts 200/s (3.2s ago)")
	f("drops", &flowpb.DropMessage{TimeDroppedNs: at, Switch: "leaf1", InIf: 7, InIfName: "swp7", Reason: 258, DiscardsPerSecond: proto.Float64(0)},
		"02:11:05.000  leaf1  swp7>?  acl  swp7 counts 0/s (0s ago)")
	f("drops", &flowpb.DropMessage{TimeDroppedNs: at, SamplerAddress: []byte{10, 0, 0, 1}, Reason: 9999, Function: "ip_rcv\x1b"},
		"02:11:05.000  10.0.0.1  ?>?  9999  ip_rcv?")
}

func TestLine_Failure(t *testing.T) {
	for _, c := range [][2]string{{"elephants", "{"}, {"paths", "[]"}, {"flows", "\xff"}, {"counters", "\xff"}, {"drops", "\xff"}, {"nonsense", "{}"}} {
		if got, err := printer().Line(c[0], []byte(c[1])); err == nil {
			t.Errorf("%v: %s", c, got)
		}
	}
}

func TestScaled(t *testing.T) {
	for want, x := range map[string]float64{"0 B": 0, "999 B": 999, "1.00 kB": 999.6, "1.50 kB": 1500, "48.2 MB": 48211200, "100 MB": 99.96e6, "1.00 GB": 1e9} {
		if got := byteSize(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}
