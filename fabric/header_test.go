package fabric

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	reference "github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/flow"
)

const mtu = 1500

func TestSampledHeadersParse(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		_, all := run(t, brief(c))
		seen := map[gopacket.LayerType]int{}
		for i := range all {
			var p reference.Packet
			if err := reference.DecodeMessageVersion(bytes.NewBuffer(all[i].Payload), &p); err != nil {
				t.Fatal(err)
			}
			for _, s := range p.Samples {
				switch v := s.(type) {
				case reference.FlowSample:
					checkHeader(t, v.Records, c.HeaderBytes, seen)
				case reference.ExpandedFlowSample:
					checkHeader(t, v.Records, c.HeaderBytes, seen)
				case reference.DropSample:
					checkHeader(t, v.Records, c.HeaderBytes, seen)
				}
			}
		}
		for _, l := range []gopacket.LayerType{layers.LayerTypeTCP, layers.LayerTypeUDP, layers.LayerTypeIPv4, layers.LayerTypeIPv6} {
			if seen[l] == 0 {
				t.Errorf("no %v in %v", l, seen)
			}
		}
		if got := seen[layers.LayerTypeVXLAN] > 0; got != c.VXLAN {
			t.Errorf("VXLAN seen: %v", got)
		}
	})
}

func checkHeader(t *testing.T, records []reference.FlowRecord, limit int, seen map[gopacket.LayerType]int) {
	t.Helper()
	for _, r := range records {
		h, ok := r.Data.(reference.SampledHeader)
		if !ok {
			continue
		}
		data := h.HeaderData[:h.OriginalLength]
		frame := int(h.FrameLength - h.Stripped)
		if len(data) != min(limit, frame) || frame < 60 {
			t.Fatalf("header of %d bytes, limit %d, frame %d", len(data), limit, frame)
		}
		p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.NoCopy)
		all := p.Layers()
		if p.ErrorLayer() != nil && len(data) == frame {
			t.Fatalf("a whole packet does not parse: %v\n%v", p.ErrorLayer().Error(), p)
		}
		for i, l := range all {
			seen[l.LayerType()]++
			switch v := l.(type) {
			case *layers.IPv4:
				if fold(sum(0, v.Contents)) != 0xffff {
					t.Fatalf("IPv4 checksum of\n%v", p)
				}
				checkLength(t, all[:i], int(v.Length), frame)
				checkTransport(t, all, i, int(v.Length)-len(v.Contents), uint32(v.Protocol), v.SrcIP.To4(), v.DstIP.To4())
			case *layers.IPv6:
				checkLength(t, all[:i], ipv6Bytes+int(v.Length), frame)
				checkTransport(t, all, i, int(v.Length), uint32(v.NextHeader), v.SrcIP, v.DstIP)
			}
		}
	}
}

// checkLength compares an IP packet's length with the frame, less what lies before the packet.
func checkLength(t *testing.T, before []gopacket.Layer, length, frame int) {
	t.Helper()
	for _, l := range before {
		frame -= len(l.LayerContents())
	}
	if length != frame {
		t.Fatalf("IP length %d in %d bytes", length, frame)
	}
}

// checkTransport adds up the transport checksum where the packet was captured as a whole, or where all that is cut off is zeros.
func checkTransport(t *testing.T, all []gopacket.Layer, i, length int, proto uint32, src, dst []byte) {
	t.Helper()
	if i+1 >= len(all) {
		return
	}
	var h, rest []byte
	switch v := all[i+1].(type) {
	case *layers.TCP:
		h, rest = v.Contents, v.Payload
		if len(h) < 20 || len(h) < int(v.DataOffset)*4 {
			return // cut off within
		}
	case *layers.UDP:
		h, rest = v.Contents, v.Payload
		if v.Checksum == 0 && v.DstPort == vxlanPort {
			return
		}
	default:
		return
	}
	s := sum(sum(proto+uint32(length), src), dst)
	if got := fold(sum(sum(s, h), rest)); got != 0xffff {
		t.Fatalf("checksum of %v adds up to %#x", all[i+1], got)
	}
}

func TestStreamInClosedForm(t *testing.T) {
	t.Parallel()
	tcp, udp := flow.Key{Proto: flow.ProtoTCP}, flow.Key{Proto: flow.ProtoUDP}
	tcp.Src, udp.Src = flow.AddrFrom4([4]byte{10, 0, 0, 1}), flow.AddrFrom4([4]byte{10, 0, 0, 1})
	data := newStream(&tcp, mtu, 3, 100, 0xfffffff0)
	for name, s := range map[string]stream{
		"tcp": data, "bulk": newStream(&tcp, mtu, 1, mtu, 5), "acks": data.acknowledging(9), "udp": newStream(&udp, mtu, 4, 18, 0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bytes, payload := uint64(0), uint64(0)
			for k := range uint64(50) {
				p := s.at(k)
				if p.frame < 60 || p.frame > mtu+ethernetBytes {
					t.Errorf("packet %d has %d bytes", k, p.frame)
				}
				if s.bytesUpTo(k) != bytes || s.payloadUpTo(k) != payload {
					t.Fatalf("before packet %d: %d and %d, want %d and %d", k, s.bytesUpTo(k), s.payloadUpTo(k), bytes, payload)
				}
				want := s.isn
				if k > 0 {
					want += 1 + uint32(payload)
				}
				if s.proto == flow.ProtoTCP && p.seq != want {
					t.Errorf("packet %d: sequence %d, want %d", k, p.seq, want)
				}
				bytes += p.frame
				payload += p.payload
			}
			for k := range uint64(7) {
				for budget := uint64(0); budget < 9000; budget += 97 {
					n := s.fit(k, budget)
					if s.bytesUpTo(k+n)-s.bytesUpTo(k) > budget || s.bytesUpTo(k+n+1)-s.bytesUpTo(k) <= budget {
						t.Fatalf("%d packets from %d fit into %d bytes", n, k, budget)
					}
				}
			}
		})
	}
}
