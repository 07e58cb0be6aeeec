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

// IfCounters is if_counters (0:1), RFC 2863's view of an interface.
type IfCounters struct {
	Index           uint32
	Type            uint32
	Speed           uint64 // bit/s; 0 unknown
	SpeedRepaired   bool   // Speed was sent cut to 32 bits (Open vSwitch 3.2 to 3.7) and is mended
	Direction       uint32 // 0 unknown, 1 full-duplex, 2 half, 3 in, 4 out
	Status          uint32 // bit 0 admin up, bit 1 oper up
	InOctets        uint64
	InUcast         uint32
	InMulticast     uint32
	InBroadcast     uint32
	InDiscards      uint32
	InErrors        uint32
	InUnknownProtos uint32
	OutOctets       uint64
	OutUcast        uint32
	OutMulticast    uint32
	OutBroadcast    uint32
	OutDiscards     uint32
	OutErrors       uint32
	Promiscuous     uint32
}

// EthernetCounters is ethernet (0:2), dot3Stats of RFC 2358, in wire order.
type EthernetCounters struct {
	AlignmentErrors     uint32
	FCSErrors           uint32
	SingleCollisions    uint32
	MultipleCollisions  uint32
	SQETestErrors       uint32
	DeferredTransmits   uint32
	LateCollisions      uint32
	ExcessiveCollisions uint32
	InternalMACTxErrors uint32
	CarrierSenseErrors  uint32
	FrameTooLongs       uint32
	InternalMACRxErrors uint32
	SymbolErrors        uint32
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
