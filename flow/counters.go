package flow

// CounterRecords is the set of structures that a counters sample held.
type CounterRecords uint8

// Structures of a counters sample that are decoded.
const (
	HasIf       CounterRecords = 1 << iota // if_counters (1)
	HasEthernet                            // ethernet (2)
	HasPortName                            // port_name (1005)
	HasHost                                // host_descr (2000)
	HasAdapters                            // host_adapters (2001)
	HasLAG                                 // lag_port_stats (7)
)

// Counters is one counters sample. Byte slices in it are borrowed from the
// datagram until the sink returns. A counter of all ones is "not available".
type Counters struct {
	Agent       Addr
	SubAgent    uint32
	DatagramSeq uint32
	Received    int64  // worker: arrival
	Uptime      uint32 // ms, of the datagram
	Sequence    uint32
	SourceClass uint32
	SourceIndex uint32

	Records  CounterRecords
	If       IfCounters
	Ethernet EthernetCounters
	PortName []byte
	Host     HostDescr
	Adapters []Adapter // borrowed as well

	// Aggregate is the ifIndex of the link aggregation that the port is member of, 0 none.
	Aggregate uint32
}

// IfIndex gives the port that the sample speaks of: if_counters' own, else the data source's; 0 if none.
func (c *Counters) IfIndex() uint32 {
	if c.Records&HasIf != 0 {
		return c.If.Index
	}
	if c.SourceClass == 0 {
		return c.SourceIndex
	}
	return 0
}

// IfCounters is if_counters (0:1), RFC 2863's view of an interface. The tags are the standard's names.
type IfCounters struct {
	Index           uint32 `sflow:"ifIndex"`
	Type            uint32 `sflow:"ifType"`
	Speed           uint64 `sflow:"ifSpeed"`     // bit/s; 0 unknown
	SpeedRepaired   bool   `sflow:"-"`           // Speed was sent cut to 32 bits (Open vSwitch 3.2 to 3.7) and is mended
	Direction       uint32 `sflow:"ifDirection"` // 0 unknown, 1 full-duplex, 2 half, 3 in, 4 out
	Status          uint32 `sflow:"ifStatus"`    // bit 0 admin up, bit 1 oper up
	InOctets        uint64 `sflow:"ifInOctets"`
	InUcast         uint32 `sflow:"ifInUcastPkts"`
	InMulticast     uint32 `sflow:"ifInMulticastPkts"`
	InBroadcast     uint32 `sflow:"ifInBroadcastPkts"`
	InDiscards      uint32 `sflow:"ifInDiscards"`
	InErrors        uint32 `sflow:"ifInErrors"`
	InUnknownProtos uint32 `sflow:"ifInUnknownProtos"`
	OutOctets       uint64 `sflow:"ifOutOctets"`
	OutUcast        uint32 `sflow:"ifOutUcastPkts"`
	OutMulticast    uint32 `sflow:"ifOutMulticastPkts"`
	OutBroadcast    uint32 `sflow:"ifOutBroadcastPkts"`
	OutDiscards     uint32 `sflow:"ifOutDiscards"`
	OutErrors       uint32 `sflow:"ifOutErrors"`
	Promiscuous     uint32 `sflow:"ifPromiscuousMode"`
}

// EthernetCounters is ethernet (0:2), dot3Stats of RFC 2358, in wire order.
type EthernetCounters struct {
	AlignmentErrors     uint32 `sflow:"dot3StatsAlignmentErrors"`
	FCSErrors           uint32 `sflow:"dot3StatsFCSErrors"`
	SingleCollisions    uint32 `sflow:"dot3StatsSingleCollisionFrames"`
	MultipleCollisions  uint32 `sflow:"dot3StatsMultipleCollisionFrames"`
	SQETestErrors       uint32 `sflow:"dot3StatsSQETestErrors"`
	DeferredTransmits   uint32 `sflow:"dot3StatsDeferredTransmissions"`
	LateCollisions      uint32 `sflow:"dot3StatsLateCollisions"`
	ExcessiveCollisions uint32 `sflow:"dot3StatsExcessiveCollisions"`
	InternalMACTxErrors uint32 `sflow:"dot3StatsInternalMacTransmitErrors"`
	CarrierSenseErrors  uint32 `sflow:"dot3StatsCarrierSenseErrors"`
	FrameTooLongs       uint32 `sflow:"dot3StatsFrameTooLongs"`
	InternalMACRxErrors uint32 `sflow:"dot3StatsInternalMacReceiveErrors"`
	SymbolErrors        uint32 `sflow:"dot3StatsSymbolErrors"`
}

// HostDescr is host_descr (0:2000).
type HostDescr struct {
	Hostname    []byte // borrowed
	UUID        [16]byte
	MachineType uint32
	OSName      uint32
	OSRelease   []byte // borrowed
}

// Adapter is one MAC address of one interface in host_adapters (0:2001).
type Adapter struct {
	IfIndex uint32
	MAC     uint64
}
