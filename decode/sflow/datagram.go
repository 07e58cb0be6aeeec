package sflow

import (
	"spoor/decode/xdr"
	"spoor/flow"
)

// Version is the sFlow version that this package reads.
const Version = 5

// Address types.
const (
	AddressUnknown = 0
	AddressIPv4    = 1
	AddressIPv6    = 2
)

// Datagram is the head of an sFlow datagram; its samples follow.
type Datagram struct {
	Agent          flow.Addr // zero if the agent says that it does not know its address
	SubAgentID     uint32    // tells independent streams of one agent apart
	SequenceNumber uint32    // of datagrams, per sub-agent
	Uptime         uint32    // ms since the agent began; wraps every 49.7 days
	Samples        uint32    // as claimed
}

// Parse reads what follows the version word and gives the bytes of the samples.
func (d *Datagram) Parse(b []byte) (samples []byte, f xdr.Fault) {
	if len(b) < 4 {
		return nil, xdr.Short
	}
	address, b := be.Uint32(b), b[4:]
	size := 0
	switch address {
	case AddressUnknown:
		d.Agent = flow.Addr{}
	case AddressIPv4:
		size = 4
	case AddressIPv6:
		size = 16
	default:
		return nil, xdr.Value
	}
	if len(b) < size+16 {
		return nil, xdr.Short
	}
	switch address {
	case AddressIPv4:
		d.Agent.Set4(b)
	case AddressIPv6:
		d.Agent = flow.Addr(b)
	}
	b = b[size:]
	d.SubAgentID, d.SequenceNumber, d.Uptime, d.Samples = be.Uint32(b), be.Uint32(b[4:]), be.Uint32(b[8:]), be.Uint32(b[12:])
	return b[16:], xdr.OK
}

// Address reads an address: its type, then nothing, 4 or 16 bytes. An undefined
// type is a fault, for its size cannot be known.
func Address(c *xdr.Cursor) flow.Addr {
	switch c.Uint32() {
	case AddressUnknown:
	case AddressIPv4:
		if b := c.Fixed(4); b != nil {
			return flow.AddrFrom4([4]byte(b))
		}
	case AddressIPv6:
		if b := c.Fixed(16); b != nil {
			return flow.Addr(b)
		}
	default:
		c.Fail(xdr.Value)
	}
	return flow.Addr{}
}
