package decode_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/decode"
	"spoor/flow"
)

// oracle compares what r recorded of a datagram with goflow2's decoder. ok is
// false where the two cannot be compared: ours found fault with the datagram
// (goflow2 would size allocations by its counts), goflow2 refuses it, or a length
// in it is no multiple of four, after which goflow2 loses its place.
func oracle(payload []byte, r *recorder, res decode.Result) (diff string, ok bool) {
	if res.Outcome != decode.OK || res.Unknown+res.Discard > 0 {
		return "", false
	}
	var p sflow.Packet
	if err := sflow.DecodeMessageVersion(bytes.NewBuffer(payload), &p); err != nil {
		return "", false
	}
	agent, _ := netip.AddrFromSlice(p.AgentIP)
	want := decode.Header{
		Agent: flow.AddrFromNetip(agent), SubAgentID: p.SubAgentId, SequenceNumber: p.SequenceNumber, Uptime: p.Uptime, Samples: p.SamplesCount,
	}
	if want != r.headers[0] {
		return cmp.Diff(want, r.headers[0]), true
	}
	samples, counters := r.samples, r.counters
	for _, s := range p.Samples {
		var d string
		switch s := s.(type) {
		case sflow.FlowSample:
			in, out := sflow.ExpandedFlowSample{}, s
			in.Header, in.SamplingRate, in.SamplePool, in.Drops, in.Records = out.Header, out.SamplingRate, out.SamplePool, out.Drops, out.Records
			in.InputIfFormat, in.InputIfValue = out.Input>>30, out.Input&0x3fffffff
			in.OutputIfFormat, in.OutputIfValue = out.Output>>30, out.Output&0x3fffffff
			if len(samples) == 0 {
				return "a flow sample is missing", true
			}
			d, ok = oracleFlow(&in, &samples[0])
			samples = samples[1:]
		case sflow.ExpandedFlowSample:
			if len(samples) == 0 {
				return "an expanded flow sample is missing", true
			}
			d, ok = oracleFlow(&s, &samples[0])
			samples = samples[1:]
		case sflow.CounterSample:
			if len(counters) == 0 {
				return "a counters sample is missing", true
			}
			d, ok = oracleCounters(&s, &counters[0])
			counters = counters[1:]
		}
		if d != "" || !ok {
			return d, ok
		}
	}
	if len(samples)+len(counters) > 0 {
		return fmt.Sprintf("%d flow and %d counters samples too many", len(samples), len(counters)), true
	}
	return "", true
}

func oracleFlow(s *sflow.ExpandedFlowSample, got *flow.Sample) (diff string, ok bool) {
	want := *got
	want.Sequence, want.SamplingRate, want.SamplePool, want.Drops = s.Header.SampleSequenceNumber, s.SamplingRate, s.SamplePool, s.Drops
	if got.Quirks&flow.QuirkSource == 0 {
		want.SourceClass, want.SourceIndex = s.Header.SourceIdType, s.Header.SourceIdValue
	}
	want.Input.Value, want.Output.Value = s.InputIfValue, s.OutputIfValue
	ok = s.Header.Length%4 == 0
	header := false
	for _, rec := range s.Records {
		ok = ok && rec.Header.Length%4 == 0
		switch v := rec.Data.(type) {
		case sflow.SampledHeader:
			if header {
				continue
			}
			header = true
			want.HeaderProtocol, want.Stripped = v.Protocol, v.Stripped
			want.HeaderLength = min(v.OriginalLength, uint32(len(v.HeaderData)))
			if got.Quirks&flow.QuirkFrame == 0 && v.FrameLength >= 64 && v.FrameLength <= 1<<16 && v.FrameLength >= want.HeaderLength+4 {
				if n := v.FrameLength - got.FrameLength; n != 0 && n != 4 {
					return fmt.Sprintf("frame of %d bytes became %d", v.FrameLength, got.FrameLength), ok
				}
			}
		case sflow.ExtendedSwitch:
			want.HasSwitch, want.SrcVLAN, want.DstVLAN = true, v.SrcVlan, v.DstVlan
		case sflow.ExtendedRouter:
			hop, _ := netip.AddrFromSlice(v.NextHop)
			want.HasRouter, want.NextHop = true, flow.AddrFromNetip(hop)
			want.SrcMask, want.DstMask = uint8(min(v.SrcMaskLen, 128)), uint8(min(v.DstMaskLen, 128))
		}
	}
	if want == *got { // much cheaper than a diff
		return "", ok
	}
	return cmp.Diff(want, *got), ok
}

func oracleCounters(s *sflow.CounterSample, got *flow.Counters) (diff string, ok bool) {
	want := *got
	want.Sequence = s.Header.SampleSequenceNumber
	if got.SourceClass != 0 || got.SourceIndex != got.If.Index || got.SourceIndex>>24 == 0 { // else it may be mended
		want.SourceClass, want.SourceIndex = s.Header.SourceIdType, s.Header.SourceIdValue
	}
	ok = s.Header.Length%4 == 0
	for _, rec := range s.Records {
		ok = ok && rec.Header.Length%4 == 0
		switch v := rec.Data.(type) {
		case sflow.IfCounters:
			speed := v.IfSpeed
			if got.If.SpeedRepaired && (got.If.Speed&0xffffffff == speed || got.If.Speed == speed*1_000_000) || speed == 1<<64-1 {
				speed = got.If.Speed
			}
			want.Records |= flow.HasIf
			want.If = flow.IfCounters{
				Index: v.IfIndex, Type: v.IfType, Speed: speed, SpeedRepaired: got.If.SpeedRepaired, Direction: v.IfDirection, Status: v.IfStatus,
				InOctets: v.IfInOctets, InUcast: v.IfInUcastPkts, InMulticast: v.IfInMulticastPkts, InBroadcast: v.IfInBroadcastPkts,
				InDiscards: v.IfInDiscards, InErrors: v.IfInErrors, InUnknownProtos: v.IfInUnknownProtos,
				OutOctets: v.IfOutOctets, OutUcast: v.IfOutUcastPkts, OutMulticast: v.IfOutMulticastPkts, OutBroadcast: v.IfOutBroadcastPkts,
				OutDiscards: v.IfOutDiscards, OutErrors: v.IfOutErrors, Promiscuous: v.IfPromiscuousMode,
			}
		case sflow.EthernetCounters:
			want.Records |= flow.HasEthernet
			want.Ethernet = flow.EthernetCounters{
				AlignmentErrors: v.Dot3StatsAlignmentErrors, FCSErrors: v.Dot3StatsFCSErrors,
				SingleCollisions: v.Dot3StatsSingleCollisionFrames, MultipleCollisions: v.Dot3StatsMultipleCollisionFrames,
				SQETestErrors: v.Dot3StatsSQETestErrors, DeferredTransmits: v.Dot3StatsDeferredTransmissions,
				LateCollisions: v.Dot3StatsLateCollisions, ExcessiveCollisions: v.Dot3StatsExcessiveCollisions,
				InternalMACTxErrors: v.Dot3StatsInternalMacTransmitErrors, CarrierSenseErrors: v.Dot3StatsCarrierSenseErrors,
				FrameTooLongs: v.Dot3StatsFrameTooLongs, InternalMACRxErrors: v.Dot3StatsInternalMacReceiveErrors,
				SymbolErrors: v.Dot3StatsSymbolErrors,
			}
		}
	}
	if want.If == got.If && want.Ethernet == got.Ethernet && want.Records == got.Records &&
		want.Sequence == got.Sequence && want.SourceClass == got.SourceClass && want.SourceIndex == got.SourceIndex {
		return "", ok
	}
	return cmp.Diff(want, *got), ok
}

// TestAgainstGoflow2 compares every datagram of our recordings, of other
// projects' tests where they are present, and of the hostile cases.
func TestAgainstGoflow2(t *testing.T) {
	check := func(name string, datagrams [][]byte, all bool) {
		compared := 0
		for i, payload := range datagrams {
			r, res, _ := decodeAll(payload)
			diff, ok := oracle(payload, r, res)
			if ok {
				compared++
			}
			if ok && diff != "" {
				t.Fatalf("%s, datagram %d: %s", name, i, diff)
			}
		}
		if all && compared != len(datagrams) {
			t.Errorf("%s: only %d of %d datagrams could be compared", name, compared, len(datagrams))
		}
	}
	for _, name := range captures(t) {
		check(name, capture(t, name), true)
	}
	public := publicDatagrams(t)
	if len(public) == 0 {
		t.Logf("%s is absent: other projects' datagrams are not compared", publicDir)
	}
	for name, datagrams := range public {
		check(name, datagrams, false)
	}
	for _, c := range hostileCases(t) {
		check(c.name, [][]byte{c.data}, false)
	}
}
