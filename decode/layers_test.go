package decode_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spoor/decode/packet"
	"spoor/decode/sflow"
	"spoor/flow"
)

// sampledHeaders gives the sampled headers of a datagram.
func sampledHeaders(payload []byte) []sflow.SampledHeader {
	var out []sflow.SampledHeader
	var d sflow.Datagram
	samples, _ := d.Parse(payload[4:])
	for range d.Samples {
		format, body, rest, ok := sflow.Item(samples)
		if !ok {
			break
		}
		samples = rest
		var s sflow.FlowSample
		var records []byte
		switch format {
		case sflow.FormatFlowSample:
			records, _ = s.Parse(body)
		case sflow.FormatFlowSampleExpanded:
			records, _ = s.ParseExpanded(body)
		}
		for range s.Records {
			format, body, rest, ok := sflow.Item(records)
			if !ok {
				break
			}
			records = rest
			var h sflow.SampledHeader
			if format == sflow.FormatSampledHeader && h.Parse(body) == 0 {
				out = append(out, h)
			}
		}
	}
	return out
}

// byGopacket dissects a header with gopacket's layers.
func byGopacket(header []byte) flow.Packet {
	var p flow.Packet
	offset, ips := 0, 0
	payload := 0 // what remains by IP's length
	for _, l := range gopacket.NewPacket(header, layers.LayerTypeEthernet, gopacket.NoCopy).Layers() {
		switch l := l.(type) {
		case *layers.Ethernet:
			if offset == 0 {
				p.SrcMAC, p.DstMAC = mac(l.SrcMAC), mac(l.DstMAC)
			}
			p.EtherType = uint16(l.EthernetType)
		case *layers.Dot1Q:
			if ips == 0 {
				p.VLAN = l.VLANIdentifier
				p.VLANTags++
			}
			p.EtherType = uint16(l.Type)
		case *layers.IPv4:
			goInside(&p, ips)
			p.Key.Src, p.Key.Dst = flow.AddrFrom4([4]byte(l.SrcIP)), flow.AddrFrom4([4]byte(l.DstIP))
			p.Key.Proto, p.TTL, p.TOS = uint8(l.Protocol), l.TTL, l.TOS
			p.IPFlags, p.FragmentID, p.FragmentOffset = uint8(l.Flags), uint32(l.Id), l.FragOffset
			payload = int(l.Length) - int(l.IHL)*4
			if ips == 0 {
				p.IPLength, p.IPOffset = uint32(l.Length), uint16(offset)
			}
			ips++
		case *layers.IPv6:
			goInside(&p, ips)
			p.Key.Src, p.Key.Dst = flow.Addr(l.SrcIP), flow.Addr(l.DstIP)
			p.Key.Proto, p.TTL, p.TOS, p.FlowLabel = uint8(l.NextHeader), l.HopLimit, l.TrafficClass, l.FlowLabel
			payload = int(l.Length)
			if ips == 0 {
				p.IPLength, p.IPOffset = 40+uint32(l.Length), uint16(offset)
			}
			ips++
		case *layers.IPv6HopByHop:
			p.Key.Proto = uint8(l.NextHeader)
			payload -= len(l.Contents)
		case *layers.TCP:
			p.Key.SrcPort, p.Key.DstPort = uint16(l.SrcPort), uint16(l.DstPort)
			p.TCPFlags, p.TCPSequence = l.Contents[13], l.Seq
			if l.SYN {
				p.TCPSequence++
			}
			p.PayloadLength = uint32(payload - int(l.DataOffset)*4)
		case *layers.UDP:
			p.Key.SrcPort, p.Key.DstPort = uint16(l.SrcPort), uint16(l.DstPort)
			p.PayloadLength = uint32(payload - 8)
		case *layers.ICMPv4:
			p.ICMPType, p.ICMPCode, p.PayloadLength = l.TypeCode.Type(), l.TypeCode.Code(), uint32(payload-8)
		case *layers.ICMPv6:
			p.ICMPType, p.ICMPCode, p.PayloadLength = l.TypeCode.Type(), l.TypeCode.Code(), uint32(payload-8)
		case *layers.VXLAN:
			p.Tunnel, p.VNI = flow.TunnelVXLAN, l.VNI
			p.OuterLength = uint16(offset + 8)
		}
		offset += len(l.LayerContents())
	}
	return p
}

// goInside makes what was read the outer packet, if an IP packet was.
func goInside(p *flow.Packet, ips int) {
	if ips == 0 {
		return
	}
	*p = flow.Packet{
		SrcMAC: p.SrcMAC, DstMAC: p.DstMAC, EtherType: p.EtherType, VLAN: p.VLAN, VLANTags: p.VLANTags,
		IPLength: p.IPLength, IPOffset: p.IPOffset, Tunnel: p.Tunnel, VNI: p.VNI, OuterLength: p.OuterLength,
		OuterSrc: p.Key.Src, OuterDst: p.Key.Dst, OuterSrcPort: p.Key.SrcPort, OuterDstPort: p.Key.DstPort, OuterProto: p.Key.Proto,
		OuterTTL: p.TTL, OuterTOS: p.TOS,
	}
}

func mac(b []byte) (m uint64) {
	for _, v := range b {
		m = m<<8 | uint64(v)
	}
	return m
}

// TestAgainstGopacket compares the dissection of every sampled header of our recordings.
func TestAgainstGopacket(t *testing.T) {
	kinds := make(map[string]int)
	for _, name := range captures(t) {
		for i, payload := range capture(t, name) {
			for _, h := range sampledHeaders(payload) {
				if h.Protocol != sflow.HeaderEthernet {
					t.Fatalf("%s: header protocol %d", name, h.Protocol)
				}
				var got flow.Packet
				packet.Dissect(h.Header, h.Protocol, &got)
				want := byGopacket(h.Header)
				if got != want {
					t.Fatalf("%s, datagram %d, header %x:\n%s", name, i, h.Header, cmp.Diff(want, got))
				}
				kinds[flow.ProtoName(got.Key.Proto)+" "+got.Tunnel.String()]++
			}
		}
	}
	t.Logf("compared: %v", kinds)
	for _, kind := range []string{"tcp ", "udp ", "tcp vxlan"} {
		if kinds[kind] == 0 {
			t.Errorf("no %q among the headers", kind)
		}
	}
}
