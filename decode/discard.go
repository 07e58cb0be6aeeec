package decode

import (
	"spoor/decode/sflow"
	"spoor/flow"
)

// discardedPacket reads a discarded_packet and hands it over. Its records are
// those of a flow sample.
func (d *Decoder) discardedPacket(body []byte) {
	var w sflow.DiscardedPacket
	b, ok := w.Parse(body)
	if !ok {
		d.stats.Samples[KindDiscard][Refused]++
		d.refuse(ReasonSampleShort)
		return
	}
	x, s := &d.discard, &d.sample
	*s = flow.Sample{}
	*x = flow.Discard{
		Agent: d.header.Agent, SubAgent: d.header.SubAgentID, DatagramSeq: d.header.SequenceNumber,
		Sequence: w.SequenceNumber, SourceClass: w.SourceID.Type, SourceIndex: w.SourceID.Index, Drops: w.Drops,
		Input: w.Input, Output: w.Output, Reason: flow.DropReason(w.Reason),
	}
	d.flowRecords(b, w.Records)
	x.Timestamp = s.Timestamp
	x.FrameLength, x.Packet, x.EgressQueue = s.FrameLength, s.Packet, s.EgressQueue
	d.result.Discard++
	d.stats.Samples[KindDiscard][Decoded]++
	d.sink.DiscardedPacket(x)
}

// note takes from a record what a flow or a discarded packet holds of it.
func (d *Decoder) note(r sflow.Structure) {
	s, x := &d.sample, &d.discard
	switch r := r.(type) {
	case *sflow.ExtendedEgressQueue:
		s.EgressQueue = r.Queue
	case *sflow.ExtendedQueue:
		s.QueueDepth = r.Depth
	case *sflow.ExtendedTransit:
		s.TransitDelay = r.Delay
	case *sflow.ExtendedGateway:
		d.gateway(r)
	case *sflow.ExtendedACL:
		x.HasACL, x.ACL = true, flow.ACL{Number: r.Number, Direction: r.Direction, Name: cutString(r.Name)}
	case *sflow.ExtendedFunction:
		x.Function = cutString(r.Symbol)
	case *sflow.ExtendedHWTrap:
		x.TrapGroup, x.Trap = cutString(r.Group), cutString(r.Trap)
	case *sflow.ExtendedLinuxDropReason:
		x.LinuxReason = cutString(r.Reason)
	}
}

// gateway takes the autonomous systems. An end without one is local: it belongs to the router's own.
func (d *Decoder) gateway(r *sflow.ExtendedGateway) {
	s := &d.sample
	d.way = r
	s.HasGateway, s.BGPNextHop = true, r.NextHop
	s.NextHopAS, s.DstAS = r.DstASPath.Ends()
	if s.SrcAS = r.SrcAS; s.SrcAS == 0 {
		s.SrcAS = r.AS
	}
	if s.DstAS == 0 {
		s.DstAS = r.AS
	}
}
