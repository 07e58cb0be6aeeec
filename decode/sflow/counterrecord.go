package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// Sizes of the counter records of fixed size.
const (
	ifCountersSize       = 88
	ethernetCountersSize = 52
)

// ParseIfCounters reads if_counters into c.
func ParseIfCounters(b []byte, c *flow.IfCounters) xdr.Fault {
	if len(b) < ifCountersSize {
		return xdr.Short
	}
	*c = flow.IfCounters{
		Index:           be.Uint32(b),
		Type:            be.Uint32(b[4:]),
		Speed:           be.Uint64(b[8:]),
		Direction:       be.Uint32(b[16:]),
		Status:          be.Uint32(b[20:]),
		InOctets:        be.Uint64(b[24:]),
		InUcast:         be.Uint32(b[32:]),
		InMulticast:     be.Uint32(b[36:]),
		InBroadcast:     be.Uint32(b[40:]),
		InDiscards:      be.Uint32(b[44:]),
		InErrors:        be.Uint32(b[48:]),
		InUnknownProtos: be.Uint32(b[52:]),
		OutOctets:       be.Uint64(b[56:]),
		OutUcast:        be.Uint32(b[64:]),
		OutMulticast:    be.Uint32(b[68:]),
		OutBroadcast:    be.Uint32(b[72:]),
		OutDiscards:     be.Uint32(b[76:]),
		OutErrors:       be.Uint32(b[80:]),
		Promiscuous:     be.Uint32(b[84:]),
	}
	return xdr.OK
}

// ParseEthernetCounters reads ethernet_counters into c.
func ParseEthernetCounters(b []byte, c *flow.EthernetCounters) xdr.Fault {
	if len(b) < ethernetCountersSize {
		return xdr.Short
	}
	*c = flow.EthernetCounters{
		AlignmentErrors:     be.Uint32(b),
		FCSErrors:           be.Uint32(b[4:]),
		SingleCollisions:    be.Uint32(b[8:]),
		MultipleCollisions:  be.Uint32(b[12:]),
		SQETestErrors:       be.Uint32(b[16:]),
		DeferredTransmits:   be.Uint32(b[20:]),
		LateCollisions:      be.Uint32(b[24:]),
		ExcessiveCollisions: be.Uint32(b[28:]),
		InternalMACTxErrors: be.Uint32(b[32:]),
		CarrierSenseErrors:  be.Uint32(b[36:]),
		FrameTooLongs:       be.Uint32(b[40:]),
		InternalMACRxErrors: be.Uint32(b[44:]),
		SymbolErrors:        be.Uint32(b[48:]),
	}
	return xdr.OK
}

// ParsePortName reads port_name; the name is a part of b.
func ParsePortName(b []byte) (name []byte, f xdr.Fault) {
	c := xdr.NewCursor(b)
	name = c.Opaque()
	return name, c.Fault()
}

// ParseHostDescr reads host_descr into h, whose strings are then parts of b.
func ParseHostDescr(b []byte, h *flow.HostDescr) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = flow.HostDescr{Hostname: c.Opaque()}
	copy(h.UUID[:], c.Fixed(len(h.UUID)))
	h.MachineType, h.OSName = c.Uint32(), c.Uint32()
	h.OSRelease = c.Opaque()
	return c.Fault()
}

// AppendHostAdapters reads host_adapters and appends one element for each MAC
// address. On a fault it gives dst as it was.
func AppendHostAdapters(dst []flow.Adapter, b []byte) ([]flow.Adapter, xdr.Fault) {
	c := xdr.NewCursor(b)
	out := dst
	for range c.Count(8) {
		index := c.Uint32()
		for range c.Count(8) {
			mac := c.Uint64() >> 16
			out = append(out, flow.Adapter{IfIndex: index, MAC: mac})
		}
	}
	if c.Fault() != xdr.OK {
		return dst, c.Fault()
	}
	return out, xdr.OK
}

// IfCounters is if_counters as it is sent.
type IfCounters struct{ flow.IfCounters }

// Parse reads the structure.
func (i *IfCounters) Parse(b []byte) xdr.Fault { return ParseIfCounters(b, &i.IfCounters) }

// EthernetCounters is ethernet_counters.
type EthernetCounters struct{ flow.EthernetCounters }

// Parse reads the structure.
func (e *EthernetCounters) Parse(b []byte) xdr.Fault {
	return ParseEthernetCounters(b, &e.EthernetCounters)
}

// PortName is port_name.
type PortName struct{ Name Text }

// Parse reads the structure.
func (p *PortName) Parse(b []byte) (f xdr.Fault) {
	p.Name, f = text(b)
	return f
}
