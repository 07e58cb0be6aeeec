package fabric

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	reference "github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/decode"
	"spoor/flow"
)

// heard is what a decoder read of a sample, in the words of neither.
type heard struct {
	Kind                 string
	Seq, Class, Source   uint32
	Rate, Pool, Drops    uint32
	In, Out              flow.Interface
	Frame, Captured      uint32
	SrcVLAN, DstVLAN     uint32
	NextHop              string
	If                   flow.IfCounters
	Name, Host           string
	Ethernet, HasIf, Ext bool
}

// ours decodes with the project's decoder.
type ours struct {
	head     decode.Header
	samples  []heard
	discards []dropped
}

// dropped is what both decoders tell of a discarded packet.
type dropped struct {
	Seq, Class, Source, Drops, In, Out, Reason, ACL uint32
	ACLName                                         string
}

func (o *ours) Datagram(h *decode.Header) bool { o.head = *h; return true }

func (o *ours) FlowSample(s *flow.Sample) {
	h := heard{
		Kind: "flow", Seq: s.Sequence, Class: s.SourceClass, Source: s.SourceIndex, Rate: s.SamplingRate, Pool: s.SamplePool, Drops: s.Drops,
		In: s.Input, Out: s.Output, Frame: s.FrameLength, Captured: s.HeaderLength, Ext: s.HasRouter,
	}
	if s.HasSwitch {
		h.SrcVLAN, h.DstVLAN = s.SrcVLAN, s.DstVLAN
	}
	if s.HasRouter {
		h.NextHop = s.NextHop.String()
	}
	o.samples = append(o.samples, h)
}

func (o *ours) CountersSample(c *flow.Counters) {
	o.samples = append(o.samples, heard{
		Kind: "counters", Seq: c.Sequence, Class: c.SourceClass, Source: c.SourceIndex,
		If: c.If, HasIf: c.Records&flow.HasIf != 0, Ethernet: c.Records&flow.HasEthernet != 0, Name: string(c.PortName), Host: string(c.Host.Hostname),
	})
}

func (o *ours) DiscardedPacket(x *flow.Discard) {
	o.discards = append(o.discards, dropped{
		x.Sequence, x.SourceClass, x.SourceIndex, x.Drops, x.Input, x.Output, uint32(x.Reason), x.ACL.Number, string(x.ACL.Name),
	})
}

func TestEveryDatagramDecodesAlike(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		_, all := run(t, brief(c))
		if len(all) < 100 {
			t.Fatalf("only %d datagrams", len(all))
		}
		for i := range all {
			compare(t, &all[i])
		}
	})
}

func compare(t *testing.T, d *Datagram) {
	t.Helper()
	if len(d.Payload) > maxDatagram || len(d.Payload)%4 != 0 {
		t.Fatalf("datagram of %d bytes", len(d.Payload))
	}
	var p reference.Packet
	if err := reference.DecodeMessageVersion(bytes.NewBuffer(d.Payload), &p); err != nil {
		t.Fatalf("goflow2: %v", err)
	}
	var o ours
	dec := decode.New(&o)
	r := dec.Decode(d.Payload)
	if r.Outcome != decode.OK || r.Trailing != 0 || r.Unknown != 0 {
		t.Fatalf("our decoder: %+v", r)
	}
	if o.head.SequenceNumber != p.SequenceNumber || o.head.SubAgentID != p.SubAgentId || o.head.Uptime != p.Uptime || o.head.Samples != p.SamplesCount ||
		o.head.Agent.Netip() != d.Agent || !bytes.Equal(p.AgentIP, d.Agent.AsSlice()) || d.SubAgent != p.SubAgentId {
		t.Fatalf("heads differ: %+v and %+v of %+v", o.head, p, d)
	}
	var theirs []heard
	var discards []dropped
	for _, s := range p.Samples {
		if v, ok := s.(reference.DropSample); ok {
			discards = append(discards, checkDiscard(t, &v))
			continue
		}
		theirs = append(theirs, hear(t, s))
	}
	if !slices.Equal(theirs, o.samples) {
		t.Fatalf("goflow2 and our decoder differ (-goflow2 +ours):\n%s", cmp.Diff(theirs, o.samples))
	}
	if r.Discard != len(discards) || !slices.Equal(discards, o.discards) {
		t.Fatalf("goflow2 and our decoder differ (-goflow2 +ours):\n%s", cmp.Diff(discards, o.discards))
	}
}

func checkDiscard(t *testing.T, v *reference.DropSample) dropped {
	t.Helper()
	h := &v.Header
	x := dropped{
		Seq: h.SampleSequenceNumber, Class: h.SourceIdType, Source: h.SourceIdValue, Drops: v.Drops, In: v.Input, Out: v.Output, Reason: v.Reason,
	}
	if v.Reason != reasonACL && v.Reason != reasonNoBuffer || v.Input == 0 || len(v.Records) != 2 {
		t.Fatalf("discard %+v", v)
	}
	for _, r := range v.Records {
		switch d := r.Data.(type) {
		case reference.ExtendedACL:
			if d.Number != 100 || d.Name != "DENY-UDP" || v.Reason != reasonACL || v.Output != 0 {
				t.Fatalf("discard by ACL: %+v, output %d", d, v.Output)
			}
			x.ACL, x.ACLName = d.Number, d.Name
		case reference.EgressQueue:
			if v.Reason != reasonNoBuffer || v.Output == 0 {
				t.Fatalf("discard for want of buffers: %+v", v)
			}
		case reference.SampledHeader:
		default:
			t.Fatalf("record %T in a discard", d)
		}
	}
	return x
}

// hear puts what goflow2 read into our test's words.
func hear(t *testing.T, s any) heard {
	t.Helper()
	var h heard
	switch v := s.(type) {
	case reference.FlowSample:
		h = hearFlow(t, &v.Header, v.Records)
		h.Rate, h.Pool, h.Drops = v.SamplingRate, v.SamplePool, v.Drops
		h.In, h.Out = hearInterface(v.Input>>30, v.Input&0x3fffffff), hearInterface(v.Output>>30, v.Output&0x3fffffff)
	case reference.ExpandedFlowSample:
		h = hearFlow(t, &v.Header, v.Records)
		h.Rate, h.Pool, h.Drops = v.SamplingRate, v.SamplePool, v.Drops
		h.In, h.Out = hearInterface(v.InputIfFormat, v.InputIfValue), hearInterface(v.OutputIfFormat, v.OutputIfValue)
	case reference.CounterSample:
		h = heard{Kind: "counters", Seq: v.Header.SampleSequenceNumber, Class: v.Header.SourceIdType, Source: v.Header.SourceIdValue}
		for _, r := range v.Records {
			hearCounters(t, &h, &r)
		}
	default:
		t.Fatalf("sample %T", s)
	}
	return h
}

func hearInterface(format, value uint32) flow.Interface {
	switch {
	case format == 1:
		return flow.Interface{Kind: flow.InterfaceDiscarded, Value: value}
	case value == internal:
		return flow.Interface{Kind: flow.InterfaceInternal, Value: value}
	}
	return flow.Interface{Kind: flow.InterfaceIndex, Value: value}
}

func hearFlow(t *testing.T, head *reference.SampleHeader, records []reference.FlowRecord) heard {
	t.Helper()
	h := heard{Kind: "flow", Seq: head.SampleSequenceNumber, Class: head.SourceIdType, Source: head.SourceIdValue}
	for _, r := range records {
		switch d := r.Data.(type) {
		case reference.SampledHeader:
			h.Frame, h.Captured = d.FrameLength-d.Stripped, d.OriginalLength
			if uint32(len(d.HeaderData)) != (h.Captured+3)/4*4 || // goflow2 keeps the padding
				d.Protocol != headerEthernet || d.Stripped != fcsBytes {
				t.Fatalf("sampled header %+v", d)
			}
		case reference.ExtendedSwitch:
			h.SrcVLAN, h.DstVLAN = d.SrcVlan, d.DstVlan
		case reference.ExtendedRouter:
			h.Ext = true
			h.NextHop = flow.AddrFrom4([4]byte(d.NextHop)).String()
			if len(d.NextHop) == 16 {
				h.NextHop = flow.Addr(d.NextHop).String()
			}
		case *reference.RawRecord, reference.RawRecord:
			if f := r.Header.DataFormat; f != recordVNIEgress && f != recordVNIIngress {
				t.Fatalf("flow record %d", f)
			}
		default:
			t.Fatalf("flow record %T", d)
		}
	}
	return h
}

func hearCounters(t *testing.T, h *heard, r *reference.CounterRecord) {
	t.Helper()
	raw, text := []byte(nil), ""
	switch d := r.Data.(type) {
	case reference.IfCounters:
		h.HasIf = true
		h.If = flow.IfCounters{
			Index: d.IfIndex, Type: d.IfType, Speed: d.IfSpeed, Direction: d.IfDirection, Status: d.IfStatus,
			InOctets: d.IfInOctets, InUcast: d.IfInUcastPkts, InMulticast: d.IfInMulticastPkts, InBroadcast: d.IfInBroadcastPkts,
			InDiscards: d.IfInDiscards, InErrors: d.IfInErrors, InUnknownProtos: d.IfInUnknownProtos,
			OutOctets: d.IfOutOctets, OutUcast: d.IfOutUcastPkts, OutMulticast: d.IfOutMulticastPkts, OutBroadcast: d.IfOutBroadcastPkts,
			OutDiscards: d.IfOutDiscards, OutErrors: d.IfOutErrors, Promiscuous: d.IfPromiscuousMode,
		}
	case reference.EthernetCounters:
		h.Ethernet = true
	case reference.RawRecord:
		raw = d.Data
	case *reference.RawRecord:
		raw = d.Data
	default:
		t.Fatalf("counter record %T", d)
	}
	if len(raw) >= 4 {
		if n := int(binary.BigEndian.Uint32(raw)); 4+n <= len(raw) {
			text = string(raw[4 : 4+n])
		}
	}
	switch r.Header.DataFormat {
	case recordPortName:
		h.Name = text
	case recordHostDescr:
		h.Host = text
	}
}

func (o *ours) decode(t *testing.T, d Datagram) {
	t.Helper()
	if r := decode.New(o).Decode(d.Payload); r.Outcome != decode.OK {
		t.Fatalf("%+v", r)
	}
}
