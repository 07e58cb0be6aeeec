package decode_test

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/netsampler/goflow2/v2/decoders/sflow"
	producer "github.com/netsampler/goflow2/v2/producer/proto"

	"spoor/decode"
	"spoor/flow"
)

// reading is what the three make of one datagram with one sample of interest in front.
type reading struct {
	ours     flow.Sample
	result   decode.Result
	path     []uint32
	theirs   *producer.ProtoProducerMessage // goflow2's flow record; nil if it refuses the datagram
	ethernet *sflow.SampledEthernet
	headers  int             // sampled headers that goflow2 found
	drops    int             // discarded packets that goflow2 found
	sflow    bool            // gopacket's decoder of sFlow takes the datagram
	packet   gopacket.Packet // gopacket's layers of the first sampled header
}

// read lets all three read.
func read(payload []byte) (r reading) {
	s := &gateways{}
	s.d = decode.New(s)
	s.d.Decode(payload)
	r.path = s.g.ASPath
	var rec *recorder
	if rec, r.result, _ = decodeAll(payload); len(rec.samples) > 0 {
		r.ours = rec.samples[0]
	}
	var p sflow.Packet
	if sflow.DecodeMessageVersion(bytes.NewBuffer(payload), &p) == nil {
		for _, sample := range p.Samples {
			switch v := sample.(type) {
			case sflow.FlowSample:
				for _, record := range v.Records {
					switch d := record.Data.(type) {
					case sflow.SampledHeader:
						r.headers++
					case sflow.SampledEthernet:
						r.ethernet = &d
					}
				}
			case sflow.DropSample:
				r.drops++
			}
		}
		if all, err := producer.ProcessMessageSFlowConfig(&p, nil); err == nil && len(all) > 0 {
			r.theirs, _ = all[0].(*producer.ProtoProducerMessage)
		}
	}
	r.sflow = gopacket.NewPacket(payload, layers.LayerTypeSFlow, gopacket.Default).ErrorLayer() == nil
	if h := sampledHeaders(payload); len(h) > 0 {
		r.packet = gopacket.NewPacket(h[0].Header, layers.LayerTypeEthernet, gopacket.Default)
	}
	return r
}

// transport tells whether gopacket found ports.
func (r *reading) transport() bool { return r.packet.TransportLayer() != nil }

// differences has, for each row of the document's table, a datagram and what makes the row true.
func differences() map[string]struct {
	data  []byte
	holds func(r *reading) bool
} {
	header := func(o rawOpts, b []byte) []byte { return dgram(1, hostileFlow(usual, rawHeader(o, b))) }
	packet := func(b []byte) []byte { return header(whole, b) }
	type row = struct {
		data  []byte
		holds func(r *reading) bool
	}
	const port = 40000 // of the sender in the packets
	vxlan := eth(0x0800, ipv4(plain, 17, udpTo(4789, join(unhex("0800000000006400"), eth(0x86dd, ipv6(6, tcpHeader(5)))))))
	return map[string]row{
		"a sample of unknown format": {dgram(2, rec(4300<<12|7, u(1)), good), func(r *reading) bool {
			return r.result == decode.Result{Flow: 1, Unknown: 1} && r.theirs == nil && !r.sflow
		}},
		"a record shorter than its structure": {dgram(1, hostileFlow(usual, rec(1001, u(1)), raw4)), func(r *reading) bool {
			return r.result.Outcome == decode.Partial && r.ours.Packet.Key.SrcPort == port && r.theirs == nil
		}},
		"lengths that are no multiple of 4": {dgram(1, hostileFlow(usual, tlv(4300<<12|7, unhex("6162636465000000"), 5), raw4)), func(r *reading) bool {
			return r.result.Outcome == decode.OK && r.ours.HeaderProtocol == 1 && r.headers == 0
		}},
		"MACs in sampled_ethernet": {
			dgram(1, hostileFlow(usual, rec(2, u(64), unhex("020000000002 0000 020000000001 0000"), u(0x800)))),
			func(r *reading) bool {
				return r.ours.Packet.SrcMAC == 0x020000000002 && r.ours.Packet.DstMAC == 0x020000000001 && r.ethernet != nil && r.ethernet.EthType != 0x800
			},
		},
		"AS path of several segments": {
			dgram(1, hostileFlow(usual, rec(1003, u(1, 0x0a000002, 65000, 1, 2, 2, 2, 2, 65001, 65002, 1, 1, 65003, 0, 100)), raw4)),
			func(r *reading) bool {
				return len(r.path) == 3 && r.theirs != nil && len(r.theirs.AsPath) == 2
			},
		},
		"later fragments": {packet(eth(0x0800, ipv4(ipOpts{0x45, -1, 100, nil}, 6, repeat(unhex("deadbeef"), 8)))), func(r *reading) bool {
			return r.ours.Packet.Fragment && r.ours.Packet.Key.SrcPort == 0 && r.theirs.SrcPort == 0xdead && !r.transport()
		}},
		"IPv4 options": {packet(eth(0x0800, ipv4(ipOpts{0x47, -1, 0, unhex("94040000 01010101")}, 6, tcpHeader(5)))), func(r *reading) bool {
			return r.ours.Packet.Key.SrcPort == port && r.theirs.SrcPort == 0x9404 && r.transport()
		}},
		"header protocol 11": {header(rawOpts{11, 18, 58, -1}, ipv4(plain, 6, tcpHeader(5))), func(r *reading) bool {
			return r.ours.Packet.Key.SrcPort == port && r.theirs != nil && len(r.theirs.SrcAddr) == 0
		}},
		"tunnels": {packet(vxlan), func(r *reading) bool {
			return !r.ours.Packet.Key.Src.Is4() && r.ours.Packet.OuterSrc.Is4() && len(r.theirs.SrcAddr) == 4 &&
				r.packet.Layer(layers.LayerTypeIPv4) != nil && r.packet.Layer(layers.LayerTypeIPv6) != nil
		}},
		"frame length beyond belief": {header(rawOpts{1, 4, all32, -1}, tcp4), func(r *reading) bool {
			return int(r.ours.FrameLength) == len(tcp4) && r.theirs.Bytes == all32
		}},
		"undefined interface format": {dgram(1, hostileFlow(flowOpts{1000, 3<<30 | 7, 2, usual.count}, raw4)), func(r *reading) bool {
			return r.ours.Input == flow.Interface{Value: 7} && r.theirs.InIf == 3<<30|7
		}},
		"discarded packets (0:5)": {dgram(1, rec(5, u(1, 0, 1, 0, 1, 2, 256, 1), raw4)), func(r *reading) bool {
			return r.result.Discard == 1 && r.drops == 1 && !r.sflow
		}},
	}
}

// TestDocumentedDifferences: what the document says of the others is so, row by row.
func TestDocumentedDifferences(t *testing.T) {
	known := differences()
	for _, row := range section(t, "Where others read otherwise") {
		d, ok := known[row[0]]
		if !ok {
			t.Errorf("nothing shows %q", row[0])
			continue
		}
		delete(known, row[0])
		if r := read(d.data); !d.holds(&r) {
			t.Errorf("%q is not so: ours %+v %+v %v, goflow2's %v, %d headers, %+v, gopacket takes it: %v",
				row[0], r.result, r.ours, r.path, r.theirs, r.headers, r.ethernet, r.sflow)
		}
	}
	for name := range known {
		t.Errorf("%q is not in the document", name)
	}
}
