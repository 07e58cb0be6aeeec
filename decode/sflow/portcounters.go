package sflow

import (
	"iter"

	"spoor/decode/xdr"
)

// VLANCounters is vlan_counters: what a VLAN carried, over all ports.
type VLANCounters struct {
	VLANID        uint32 `sflow:"vlan_id"`
	Octets        uint64
	UcastPkts     uint32 `sflow:"ucastPkts"`
	MulticastPkts uint32 `sflow:"multicastPkts"`
	BroadcastPkts uint32 `sflow:"broadcastPkts"`
	Discards      uint32
}

// Parse reads the structure.
func (v *VLANCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VLANCounters{c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// LAGPortStats is lag_port_stats: a port's part in a link aggregation (IEEE 802.1AX).
type LAGPortStats struct {
	ActorSystem   MAC    `sflow:"dot3adAggPortActorSystemID"`
	PartnerSystem MAC    `sflow:"dot3adAggPortPartnerOperSystemID"`
	AttachedAgg   uint32 `sflow:"dot3adAggPortAttachedAggID"` // ifIndex of the aggregate; 0 none
	// States are the bits of 802.1AX, 6.4.2.3: 0 LACP_Activity, 1 LACP_Timeout, 2 Aggregation,
	// 3 Synchronization, 4 Collecting, 5 Distributing, 6 Defaulted, 7 Expired.
	ActorAdmin        uint8  `sflow:"dot3adAggPortActorAdminState"`
	ActorOper         uint8  `sflow:"dot3adAggPortActorOperState"`
	PartnerAdmin      uint8  `sflow:"dot3adAggPortPartnerAdminState"`
	PartnerOper       uint8  `sflow:"dot3adAggPortPartnerOperState"`
	LACPDUsRx         uint32 `sflow:"dot3adAggPortStatsLACPDUsRx"`
	MarkerRx          uint32 `sflow:"dot3adAggPortStatsMarkerPDUsRx"`
	MarkerResponsesRx uint32 `sflow:"dot3adAggPortStatsMarkerResponsePDUsRx"`
	UnknownRx         uint32 `sflow:"dot3adAggPortStatsUnknownRx"`
	IllegalRx         uint32 `sflow:"dot3adAggPortStatsIllegalRx"`
	LACPDUsTx         uint32 `sflow:"dot3adAggPortStatsLACPDUsTx"`
	MarkerTx          uint32 `sflow:"dot3adAggPortStatsMarkerPDUsTx"`
	MarkerResponsesTx uint32 `sflow:"dot3adAggPortStatsMarkerResponsePDUsTx"`
}

// Parse reads the structure.
func (l *LAGPortStats) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*l = LAGPortStats{ActorSystem: mac(&c), PartnerSystem: mac(&c), AttachedAgg: c.Uint32()}
	state := c.Uint32()
	l.ActorAdmin, l.ActorOper = uint8(state>>24), uint8(state>>16)
	l.PartnerAdmin, l.PartnerOper = uint8(state>>8), uint8(state)
	l.LACPDUsRx, l.MarkerRx, l.MarkerResponsesRx = c.Uint32(), c.Uint32(), c.Uint32()
	l.UnknownRx, l.IllegalRx = c.Uint32(), c.Uint32()
	l.LACPDUsTx, l.MarkerTx, l.MarkerResponsesTx = c.Uint32(), c.Uint32(), c.Uint32()
	return c.Fault()
}

// OpticalModule is optical_sfp_qsfp: the transceiver of a port.
type OpticalModule struct {
	ModuleID            uint32
	ModuleNumLanes      uint32
	ModuleSupplyVoltage uint32 // mV
	ModuleTemperature   int32  // 1/1000 degree Celsius
	Lanes               Lanes
}

// Parse reads the structure.
func (o *OpticalModule) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*o = OpticalModule{c.Uint32(), c.Uint32(), c.Uint32(), int32(c.Uint32()), c.Fixed(laneSize * c.Count(laneSize))}
	return c.Fault()
}

// laneSize is a lane on the wire.
const laneSize = 40

// Lanes are the lanes of an optical module as they lie on the wire.
type Lanes []byte

// OpticalLane is one lane: powers in microwatts, wavelengths in nm.
type OpticalLane struct {
	Index         uint32 // from 1
	TxBiasCurrent uint32 // microamperes
	TxPower       uint32
	TxPowerMin    uint32
	TxPowerMax    uint32
	TxWavelength  uint32
	RxPower       uint32
	RxPowerMin    uint32
	RxPowerMax    uint32
	RxWavelength  uint32
}

// All gives the lanes.
func (l Lanes) All() iter.Seq[OpticalLane] {
	return func(yield func(OpticalLane) bool) {
		c := xdr.NewCursor(l)
		for c.Len() > 0 {
			lane := OpticalLane{
				c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
				c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
			}
			if !yield(lane) {
				return
			}
		}
	}
}

// PFCCounters is pfc (draft 0.3): priority flow control of a port.
type PFCCounters struct {
	Requests      uint32 // pause frames received
	Indications   uint32 // pause frames sent
	PauseDuration uint32 // microseconds
	StormDetected uint32
	StormRestored uint32
}

// Parse reads the structure.
func (p *PFCCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*p = PFCCounters{c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// Processor is processor: load and memory of the switch.
type Processor struct {
	CPU5s       Percentage `sflow:"5s_cpu"`
	CPU1m       Percentage `sflow:"1m_cpu"`
	CPU5m       Percentage `sflow:"5m_cpu"`
	TotalMemory uint64     // bytes
	FreeMemory  uint64
}

// Parse reads the structure.
func (p *Processor) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*p = Processor{percentage(&c), percentage(&c), percentage(&c), c.Uint64(), c.Uint64()}
	return c.Fault()
}

func percentage(c *xdr.Cursor) Percentage { return Percentage(c.Uint32()) }
