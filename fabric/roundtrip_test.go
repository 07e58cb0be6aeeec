package fabric

import (
	"cmp"
	"testing"

	differ "github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/flow"
)

// reader keeps what the decoder made of one datagram.
type reader struct {
	flow     *flow.Sample
	counters *flow.Counters
	discard  *flow.Discard
}

func (r *reader) Datagram(*decode.Header) bool    { return true }
func (r *reader) FlowSample(s *flow.Sample)       { r.flow = s }
func (r *reader) CountersSample(c *flow.Counters) { r.counters = c }
func (r *reader) DiscardedPacket(x *flow.Discard) { r.discard = x }

// The head of the datagrams of this test.
const tripSub, tripSequence, tripUptime = 7, 8, 9000

// trip puts what encode appends into a datagram of its own and decodes it.
func (a *agent) trip(t *testing.T, encode func()) reader {
	t.Helper()
	var x xdr
	x.u32(version)
	x.address(a.addr)
	x.u32(tripSub, tripSequence, tripUptime, 1)
	a.scratch.b = a.scratch.b[:0]
	encode()
	var r reader
	if res := decode.New(&r).Decode(append(x.b, a.scratch.b...)); res.Outcome != decode.OK || res.Unknown != 0 || res.Trailing != 0 {
		t.Fatalf("%+v", res)
	}
	return r
}

// TestRoundTrip encodes a sample at every place of every route, the counters of
// every port and device and discarded packets of both reasons, from what the
// fabric knows, and finds all of it in what the decoder gives, field by field.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		f, _ := run(t, brief(c))
		trips := 0
		for _, v := range f.truth {
			if len(v.segments) == 0 {
				continue
			}
			for _, r := range v.segments[len(v.segments)-1].routes {
				for i := range r.taps {
					for index := range uint64(3) {
						tripFlow(t, &sample{at: 5e9, conduit: v.conduit, tap: &r.taps[i], index: index})
						trips++
					}
				}
				for i := range r.taps {
					if p := &r.taps[i]; p.in != nil && p.hop >= 0 {
						tripDiscard(t, &sample{conduit: v.conduit, tap: p, index: 1, reason: reasonNoBuffer, discard: true})
						tripDiscard(t, &sample{conduit: v.conduit, tap: p, index: 2, reason: reasonACL, discard: true})
						break
					}
				}
			}
		}
		if trips < 100 {
			t.Errorf("only %d samples", trips)
		}
		for _, a := range f.agents {
			for _, p := range a.node.ports {
				tripPort(t, a, p)
			}
			tripDevice(t, a)
		}
	})
}

func tripFlow(t *testing.T, s *sample) {
	t.Helper()
	a, p, src := s.tap.agent, s.tap, &s.tap.source.source
	want := flow.Sample{
		Agent: flow.AddrFromNetip(a.addr), SubAgent: tripSub, DatagramSeq: tripSequence,
		Sequence: src.flowSeq + 1, SamplingRate: src.rate, SamplePool: src.pool + src.rate, Drops: src.drops, SourceIndex: p.source.ifIndex,
		Input: tripPortOf(a, p.in), Output: tripPortOf(a, p.out),
		HeaderProtocol: headerEthernet, Stripped: fcsBytes,
	}
	in, out := want.Input.Index() == want.SourceIndex, want.Output.Index() == want.SourceIndex
	switch {
	case in && !out:
		want.Direction = flow.Ingress
	case out && !in:
		want.Direction = flow.Egress
	}
	if a.expanded && (p.in == nil || p.out == nil) {
		want.Quirks = flow.QuirkInternal
	}
	if a.cfg.Extended && a.host == nil {
		want.HasSwitch, want.SrcVLAN, want.DstVLAN = true, vlanOf(p.in), vlanOf(p.out)
		want.HasRouter, want.NextHop, want.SrcMask, want.DstMask = true, flow.AddrFrom4([4]byte{}), 24, 24
		if p.next != nil {
			want.NextHop = flow.AddrFromNetip(p.next.addr)
		}
		if s.conduit.stream.ipv6 {
			want.SrcMask, want.DstMask = 64, 64
		}
		if s.conduit.src.outside { // a default route leads there
			want.SrcMask = 0
		}
		if s.conduit.dst.outside {
			want.DstMask = 0
		}
		if p.out != nil && p.out.router != nil {
			want.NextHop = flow.AddrFromNetip(p.out.router.addr)
		}
		if vni := cmp.Or(p.vniIn, p.vniOut); vni != 0 { // the first record counts
			want.HasRecVNI, want.RecordVNI = true, vni
		}
	}
	got := *a.trip(t, func() { a.encodeFlow(s) }).flow
	want.FrameLength, want.HeaderLength, want.Packet = tripPacket(s, a.cfg.HeaderBytes, &got.Packet)
	if got.Packet.Truncated {
		want.Quirks |= flow.QuirkTruncated
	}
	if diff := differ.Diff(want, got); diff != "" {
		t.Fatalf("-encoded +decoded, packet %d:\n%s", s.index, diff)
	}
}

func tripPortOf(a *agent, p *port) flow.Interface {
	if p == nil {
		return flow.Interface{Kind: flow.InterfaceInternal, Value: internal}
	}
	return flow.Interface{Kind: flow.InterfaceIndex, Value: p.reported(a.cfg.LAGNaming)}
}

// tripPacket gives what a sampled header is to show. A header that ends before
// the inner packet's ports shows less, which other tests are about: then what
// was read stands.
func tripPacket(s *sample, limit int, got *flow.Packet) (frame, captured uint32, want flow.Packet) {
	c, w, p := s.conduit, s.tap.wire, s.conduit.stream.at(s.index)
	p.fin = c.fin != 0 && s.index == c.fin
	frame = uint32(p.frame + w.overhead())
	captured = min(uint32(limit), frame)
	if got.Truncated {
		return frame, captured, *got
	}
	want = flow.Packet{
		Key: c.key, SrcMAC: w.smac, DstMAC: w.dmac, EtherType: typeIPv4, VLAN: w.vlan, TTL: w.ttl, TOS: c.tos(),
		PayloadLength: uint32(p.payload), IPOffset: ethernetBytes,
		IPFlags: 2, FragmentID: uint32(uint16(p.index)),
	}
	if w.vlan != 0 {
		want.VLANTags, want.IPOffset = 1, ethernetBytes+4
	}
	if c.stream.ipv6 {
		want.EtherType, want.IPFlags, want.FragmentID, want.FlowLabel = typeIPv6, 0, 0, uint32(c.hash)&0xfffff
	}
	if c.key.Proto == flow.ProtoTCP {
		want.TCPSequence, want.TCPFlags = p.seq, tcpACK
		switch {
		case p.syn:
			want.TCPSequence, want.TCPFlags = p.seq+1, tcpSYN
			if c.stream.acks != nil {
				want.TCPFlags |= tcpACK
			}
		case p.fin:
			want.TCPFlags |= tcpFIN
		case p.payload > 0 && p.payload < c.stream.full:
			want.TCPFlags |= tcpPSH
		}
	}
	want.IPLength = frame - uint32(want.IPOffset)
	if w.tunnelled() {
		want.Tunnel, want.VNI, want.OuterTTL, want.OuterProto = flow.TunnelVXLAN, w.tunnel.vni, w.tunnel.ttl, flow.ProtoUDP
		want.OuterSrc, want.OuterDst = flow.AddrFromNetip(w.tunnel.src), flow.AddrFromNetip(w.tunnel.dst)
		want.OuterSrcPort, want.OuterDstPort = uint16(49152+c.hash&0x3fff), vxlanPort
		want.OuterLength = want.IPOffset + ipv4Bytes + udpBytes + 8
	}
	return frame, captured, want
}

func tripDiscard(t *testing.T, s *sample) {
	t.Helper()
	a, p := s.tap.agent, *s.tap
	p.source = p.in
	if s.reason == reasonACL {
		p.out = nil
	}
	s.tap = &p
	src := &p.source.source
	src.suppressed += 3
	want := flow.Discard{
		Agent: flow.AddrFromNetip(a.addr), SubAgent: tripSub, DatagramSeq: tripSequence, Sequence: src.discardSeq + 1,
		SourceIndex: p.source.ifIndex, Drops: src.suppressed, Input: p.in.reported(a.cfg.LAGNaming), Reason: flow.DropReason(s.reason),
	}
	if p.out != nil {
		want.Output = p.out.reported(a.cfg.LAGNaming)
	}
	if s.reason == reasonACL {
		want.HasACL = true
	}
	got := *a.trip(t, func() { a.encodeDiscard(s) }).discard
	if want.HasACL && (got.ACL.Number != 100 || string(got.ACL.Name) != map[byte]string{6: "DENY-TCP", 17: "DENY-UDP"}[s.conduit.key.Proto]) {
		t.Errorf("%+v", got.ACL)
	}
	want.ACL = got.ACL
	want.FrameLength, _, want.Packet = tripPacket(s, a.cfg.HeaderBytes, &got.Packet)
	if diff := differ.Diff(want, got); diff != "" {
		t.Fatalf("-encoded +decoded:\n%s", diff)
	}
}

func tripPort(t *testing.T, a *agent, p *port) {
	t.Helper()
	p.inErrors++ // something to see
	in, out, discards, errors := p.totals()
	want := flow.Counters{
		Agent: flow.AddrFromNetip(a.addr), SubAgent: tripSub, DatagramSeq: tripSequence, Uptime: tripUptime,
		Sequence: p.source.counterSeq + 1, SourceIndex: p.ifIndex, Records: flow.HasIf | flow.HasEthernet | flow.HasPortName, PortName: []byte(p.name),
		If: flow.IfCounters{
			Index: p.ifIndex, Type: typeEthernet, Speed: p.rated(), Direction: fullDuplex, Status: p.status(),
			InOctets: in.bytes + fcsBytes*in.frames, InUcast: uint32(in.frames), InErrors: errors,
			OutOctets: out.bytes + fcsBytes*out.frames, OutUcast: uint32(out.frames), OutDiscards: discards,
		},
	}
	want.Ethernet.FCSErrors = errors
	if p.members != nil {
		want.If.Type = typeAggregate
	}
	if p.lag != nil {
		want.Records |= flow.HasLAG
		want.Aggregate = p.lag.ifIndex
	}
	got := *a.trip(t, func() { a.encodePort(p) }).counters
	if len(got.Adapters) == 0 {
		got.Adapters = nil
	}
	if diff := differ.Diff(want, got); diff != "" {
		t.Fatalf("%s -encoded +decoded:\n%s", p.name, diff)
	}
}

func tripDevice(t *testing.T, a *agent) {
	t.Helper()
	want := a.deviceSeq + 1
	got := a.trip(t, a.encodeDevice).counters
	if got.Sequence != want || got.SourceClass != classEntity || got.SourceIndex != 1 || string(got.Host.Hostname) != a.name ||
		got.Host.MachineType != machineX86 || got.Host.OSName != systemLinux || string(got.Host.OSRelease) != "6.1.0" {
		t.Errorf("%s: %+v", a.name, got)
	}
	if a.host == nil {
		if len(got.Adapters) != 0 {
			t.Errorf("%s: %+v", a.name, got.Adapters)
		}
		return
	}
	p := a.node.ports[0]
	if len(got.Adapters) != 1 || got.Adapters[0].IfIndex != p.ifIndex || got.Adapters[0].MAC != p.mac {
		t.Errorf("%s: %+v, want port %d of %x", a.name, got.Adapters, p.ifIndex, p.mac)
	}
}
