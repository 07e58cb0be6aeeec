package flow

// Discard is one discarded packet (sFlow dropped packet notifications,
// discarded_packet 0:5). Each one stands for one packet: there is no rate. decode
// fills it but for the fields marked "worker". Byte slices in it are borrowed
// from the datagram until the sink returns, and need not be UTF-8.
type Discard struct {
	Agent       Addr
	SubAgent    uint32
	DatagramSeq uint32

	Received int64  // worker: arrival of the datagram
	Time     int64  // worker: event time, as of a flow sample
	FlowID   uint64 // worker: Packet.Key.ID()
	// Path holds, worker: the switches of the flow's path in travel order, nil if the whole is not known.
	Path []string
	// Timestamp is record 1043 as sent; 0 if absent.
	Timestamp int64

	Sequence    uint32 // of the notification within its data source
	SourceClass uint32
	SourceIndex uint32
	Drops       uint32 // cumulative: notifications that the agent could not send
	Input       uint32 // ifIndex; 0 unknown
	Output      uint32
	Reason      DropReason

	FrameLength uint32 // bytes on the wire without FCS, as in Sample
	Packet      Packet

	EgressQueue uint32 // extended_egress_queue (1036)
	HasACL      bool
	ACL         ACL // extended_acl (1037)

	Function    []byte // extended_function (1038): where in the forwarding code
	TrapGroup   []byte // extended_hw_trap (1041): devlink's names
	Trap        []byte
	LinuxReason []byte // extended_linux_drop_reason (1042)
}

// ACL is the access list entry that discarded a packet.
type ACL struct {
	Number    uint32
	Direction uint32 // 0 unknown, 1 ingress, 2 egress
	Name      []byte // borrowed
}
