package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// header gives a sampled_header record with an Ethernet frame: an IPv4 header
// of the given total length, then zeros up to captured bytes.
func header(tb testing.TB, protocol, frame, stripped, total uint32, captured int) []byte {
	tb.Helper()
	b := binary.BigEndian.AppendUint32(nil, protocol)
	b = binary.BigEndian.AppendUint32(b, frame)
	b = binary.BigEndian.AppendUint32(b, stripped)
	b = binary.BigEndian.AppendUint32(b, uint32(captured))
	var packet []byte
	if protocol == 1 {
		packet = annotated.Bytes(tb, "020000000002 020000000001 0800")
	}
	packet = append(packet, annotated.Bytes(tb, "45000000 00000000 40fd0000 0a010101 0a020101")...)
	binary.BigEndian.PutUint16(packet[len(packet)-18:], uint16(total))
	packet = append(packet, make([]byte, captured-len(packet)+(4-captured%4)%4)...)
	return item(1, b, packet)
}

func TestFrameLength(t *testing.T) {
	for name, tc := range map[string]struct {
		protocol, frame, stripped, total uint32
		captured                         int
		want                             uint32
		bounded                          bool
	}{
		"the norm":                            {1, 1518, 4, 1500, 128, 1514, false},
		"FCS not stated as stripped":          {1, 1518, 0, 1500, 128, 1514, false},
		"FCS not counted, but stated":         {1, 1514, 4, 1500, 128, 1514, false},
		"FCS not counted":                     {1, 1514, 0, 1500, 128, 1514, false},
		"padded":                              {1, 64, 4, 40, 60, 60, false},
		"padded, FCS not stated":              {1, 60, 0, 40, 60, 60, false},
		"bytes not copied as stripped":        {1, 1390, 1262, 1344, 128, 1386, false},
		"before segmentation":                 {1, 16018, 4, 16000, 128, 16014, false},
		"before segmentation, no length":      {1, 16018, 4, 0, 128, 16014, false},
		"largest packet before segmentation":  {1, 65553, 4, 65535, 128, 65549, false},
		"IP without link layer, hsflowd":      {11, 50, 18, 32, 32, 46, false},
		"IP without link layer, none counted": {11, 1500, 0, 1500, 128, 1500, false},
		"all of it shown":                     {1, 132, 4, 114, 128, 128, false},
		"IP without link layer, all shown":    {11, 128, 0, 128, 128, 128, false},
		"0":                                   {1, 0, 4, 1500, 128, 1514, true},
		"0, IP without link layer":            {11, 0, 4, 1500, 128, 1514, true},
		"0, no length":                        {1, 0, 4, 0, 128, 128, true},
		"less than captured":                  {1, 100, 4, 1500, 128, 128, true},
		"2^32-1":                              {1, 0xffffffff, 4, 1500, 128, 1514, true},
		"2^32-1, no length":                   {1, 0xffffffff, 4, 0, 128, 65664, true},
		"stripped 2^32-1":                     {1, 1518, 0xffffffff, 1500, 128, 1514, false},
	} {
		payload := datagram(t, flowSample(t, "00000065", "00000065", "00000096",
			header(t, tc.protocol, tc.frame, tc.stripped, tc.total, tc.captured)))
		r, res, stats := decodeAll(payload)
		if res.Outcome != decode.OK {
			t.Fatalf("%s: %+v", name, res)
		}
		if got := r.samples[0].FrameLength; got != tc.want || (stats.BoundedFrames != 0) != tc.bounded {
			t.Errorf("%s: %d, bounded %d, want %d, %v", name, got, stats.BoundedFrames, tc.want, tc.bounded)
		}
	}
}

// TestFrameLengthOfCaptures holds the agents' frame lengths against IP's own:
// they agree but for the padding of short frames.
func TestFrameLengthOfCaptures(t *testing.T) {
	for _, name := range captures(t) {
		r := &recorder{}
		d := decode.New(r)
		for _, payload := range capture(t, name) {
			if res := d.Decode(payload); res.Outcome != decode.OK || res.Trailing != 0 {
				t.Fatalf("%s: %+v", name, res)
			}
		}
		for i := range r.samples {
			s := &r.samples[i]
			want := max(uint32(s.Packet.IPOffset)+s.Packet.IPLength, 60)
			if got := max(s.FrameLength, 60); s.Packet.IPLength != 0 && got != want {
				t.Fatalf("%s: frame of %d bytes, by IP %d: %+v", name, got, want, s)
			}
		}
	}
}

// TestInnerFrame finds the size of the frame inside a tunnel, also where the agent hides the link layer.
func TestInnerFrame(t *testing.T) {
	const gre = "45000048 00000000 402f0000 0aff0001 0aff0002 00000800" // 72 bytes in all
	const inner = "45000030 00000000 40fd0000 0a010101 0a020101 00000000"
	for name, text := range map[string]string{
		"Ethernet": "00000001 0000005a 00000004 0000003e 020000000002 020000000001 0800" + gre + inner + "0000",
		"bare IP":  "0000000b 0000005a 00000012 00000030" + gre + inner,
	} {
		s := one(t, flowSample(t, "00000065", "00000065", "00000096", item(1, annotated.Bytes(t, text))))
		if s.Packet.Tunnel != flow.TunnelGRE || s.FrameLength != 86 || s.FrameLength-uint32(s.Packet.OuterLength) != 48 {
			t.Errorf("%s: frame %d, outer %d: %+v", name, s.FrameLength, s.Packet.OuterLength, s.Packet)
		}
	}
}

// TestWithoutHeader fills samples from the records that stand in for a header.
func TestWithoutHeader(t *testing.T) {
	key4 := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40112, DstPort: 5201, Proto: 6}
	ip4 := flow.Packet{Key: key4, EtherType: 0x800, TCPFlags: 0x18, TOS: 0x2e, IPLength: 1500}
	both := ip4
	both.SrcMAC, both.DstMAC = 0x020000000001, 0x020000000002
	ip6 := flow.Packet{Key: flow.Key{Src: flow.Addr{0: 0xfd, 15: 1}, Dst: flow.Addr{0: 0xfd, 15: 2}, Proto: 58}, EtherType: 0x86dd, TOS: 0x2e, IPLength: 60}
	link := flow.Packet{SrcMAC: 0x020000000001, DstMAC: 0x020000000002, EtherType: 0x800}
	ethernet := item(2, annotated.Bytes(t, "000005ee 0200000000010000 0200000000020000 00000800"))
	ipv4 := item(3, annotated.Bytes(t, "000005dc 00000006 0a010101 0a020101 00009cb0 00001451 00000018 0000002e"))
	ipv6 := item(4, annotated.Bytes(t, `0000003c 0000003a fd000000000000000000000000000001 fd000000000000000000000000000002
		00000087 00000000 00000000 0000002e`))
	endless, endless6 := item(4, append(annotated.Bytes(t, "ffffffff"), ipv6[12:]...)), ip6
	endless6.IPLength = 65535
	sample := func(records ...[]byte) flow.Sample {
		return one(t, flowSample(t, "00000065", "00000065", "00000096", records...))
	}

	for name, tc := range map[string]struct {
		got   flow.Sample
		want  flow.Packet
		frame uint32
	}{
		"Ethernet and IPv4":  {sample(ethernet, ipv4), both, 1514},
		"IPv4":               {sample(ipv4), ip4, 1514},
		"IPv6":               {sample(ipv6), ip6, 74},
		"Ethernet":           {sample(ethernet), link, 1514},
		"a length of 2^32-1": {sample(endless), endless6, 64<<10 + 128},
	} {
		if diff := cmp.Diff(tc.want, tc.got.Packet); diff != "" || tc.got.FrameLength != tc.frame {
			t.Errorf("%s: frame %d, %s", name, tc.got.FrameLength, diff)
		}
	}
	// A header beside them decides, wherever it stands.
	head := header(t, 1, 118, 4, 100, 60)
	for _, s := range []flow.Sample{sample(ipv4, ethernet, head), sample(head, ipv4, ethernet)} {
		if s.FrameLength != 114 || s.Packet.Key.Proto != 0xfd {
			t.Errorf("with a header: frame %d, %+v", s.FrameLength, s.Packet)
		}
	}
}

// TestCutLength: a frame's length that is no more than what was captured of it is not believed
// where IP says that there was more.
func TestCutLength(t *testing.T) {
	of := func(total, captured int, frame int64) flow.Sample {
		packet := eth(0x0800, ipv4(ipOpts{0x45, total, 0, nil}, 6, join(tcpHeader(5), zeros(400))))
		p := newPair()
		p.check(t, dgram(1, hostileFlow(usual, rawHeader(rawOpts{1, 4, frame, -1}, packet[:captured]))))
		return p.fromShort.samples[0]
	}
	for _, tt := range []struct {
		total, captured int
		frame           int64
		want            uint32
		quirks          flow.Quirks
	}{
		{1500, 128, 132, 1514, flow.QuirkFrame},
		{1500, 128, 128, 1514, flow.QuirkFrame},
		{1500, 256, 260, 1514, flow.QuirkFrame},
		{65535, 128, 132, 9600, flow.QuirkFrame}, // IP's length may be a lie as well
		{1500, 128, 133, 129, 0},
		{1500, 64, 68, 64, 0}, // a small frame whose IP header lies
		{114, 128, 132, 128, 0},
		{118, 128, 132, 132, 0},
	} {
		if s := of(tt.total, tt.captured, tt.frame); s.FrameLength != tt.want || s.Quirks != tt.quirks {
			t.Errorf("%+v: %d bytes, quirks %b", tt, s.FrameLength, s.Quirks)
		}
	}
}
