package flow

// InterfaceKind says what an input or output field of a flow sample means
// (sFlow v5, interface encoding). The numbers are those of flow.proto.
type InterfaceKind uint8

// Kinds of interface.
const (
	InterfaceUnknown   InterfaceKind = iota
	InterfaceIndex                   // Value is an ifIndex
	InterfaceDiscarded               // Value is a drop reason
	InterfaceMultiple                // Value is the number of ports, 0 = more than one
	InterfaceInternal                // the device itself
)

// Interface is an input or output of a flow sample.
type Interface struct {
	Kind  InterfaceKind
	Value uint32
}

// Index gives the ifIndex, 0 if the interface is no single port.
func (i Interface) Index() uint32 {
	if i.Kind == InterfaceIndex {
		return i.Value
	}
	return 0
}

// Direction tells on which side of a port a packet was sampled. The numbers are those of flow.proto.
type Direction uint8

// Directions.
const (
	DirectionUnknown Direction = iota
	Ingress
	Egress
)

// String gives "ingress", "egress" or "unknown".
func (d Direction) String() string {
	switch d {
	case Ingress:
		return "ingress"
	case Egress:
		return "egress"
	case DirectionUnknown:
	}
	return "unknown"
}

// Quirks say what in a flow sample is not as it should be, and was repaired,
// bounded or is not to be scaled. The bits are those of flow.proto.
type Quirks uint8

// Quirks.
const (
	QuirkOutput    Quirks = 1 << iota // Open vSwitch says discarded of a packet that it may have sent: Output is unknown instead
	QuirkInternal                     // the device itself, written in the compact form's way in an expanded sample
	QuirkNoRate                       // the sampling rate is 0: the sample stands for itself alone
	QuirkFrame                        // the frame's length was beyond belief and is bounded
	QuirkTruncated                    // the header ends inside a layer, or contradicts itself
	QuirkAgent                        // the agent's address as stated names nobody: that of the UDP source stands for it
	QuirkSource                       // the data source is an ifIndex that did not fit into a compact sample, and is mended
)

// Sample is one flow sample, complete in itself: no pointers, no process-local
// indices. decode fills it but for the fields marked "worker".
type Sample struct {
	Agent       Addr   // agent address (an alias resolved, the UDP source where it names nobody)
	SubAgent    uint32 // an independent stream inside the agent
	DatagramSeq uint32

	Received  int64 // worker: arrival of the datagram
	NotBefore int64 // worker: arrival of the sub-agent's previous datagram (at most 1 s back; earlier where this one was held back on its way): the sample was taken after it
	Time      int64 // worker: event time, spread over (NotBefore, Received] or what of it lies before the datagram was held back, or record 1043 where plausible
	Timestamp int64 // record 1043 as sent; 0 if absent

	Sequence      uint32 // of the flow sample within its data source
	SamplingRate  uint32 // N of "one in N" as stated; 0 = not to be scaled
	EffectiveRate uint32 // worker: N corrected for datagram loss and agent back-off
	SamplePool    uint32
	Drops         uint32 // cumulative, of the agent
	SourceClass   uint32 // data source: 0 ifIndex, 1 VLAN, 2 entity
	SourceIndex   uint32
	Input         Interface
	Output        Interface
	Direction     Direction
	Quirks        Quirks

	HeaderProtocol uint32
	FrameLength    uint32 // bytes on the wire without FCS, bounded (package decode): what to count
	Stripped       uint32
	HeaderLength   uint32 // bytes of header that were captured
	Packet         Packet

	FlowID   uint64 // worker: Packet.Key.ID()
	Exchange uint64 // worker: Packet.Key.Exchange()

	// extended_switch, extended_router; SrcVLAN and DstVLAN all ones = unknown.
	HasSwitch bool
	HasRouter bool
	SrcMask   uint8
	DstMask   uint8
	SrcVLAN   uint32
	DstVLAN   uint32
	NextHop   Addr
	RecordVNI uint32 // records 1029 and 1030
	HasRecVNI bool

	// extended_gateway: autonomous systems; SrcAS and DstAS are the router's own for a local end.
	HasGateway bool
	// What the switch knew of the packet's way through it; 0 = not stated.
	EgressQueue  uint32 // extended_egress_queue
	QueueDepth   uint32 // extended_queue: bytes in it when the packet came
	TransitDelay uint32 // extended_transit: ns; all ones = that or more
	SrcAS        uint32
	DstAS        uint32
	NextHopAS    uint32
	BGPNextHop   Addr
}

// Rate gives the number of packets that the sample stands for, 0 if its agent does not say.
func (s *Sample) Rate() uint32 {
	return max(s.EffectiveRate, s.SamplingRate)
}
