package sflow

import (
	"math"

	"spoor/decode/xdr"
)

// ExtendedEgressQueue is extended_egress_queue, or Broadcom's
// extended_bst_egress_queue: the number of the queue at the output port.
type ExtendedEgressQueue struct {
	Queue uint32
}

// Parse reads the structure.
func (e *ExtendedEgressQueue) Parse(b []byte) (f xdr.Fault) {
	e.Queue, f = number(b)
	return f
}

// ExtendedACL is extended_acl: the access list entry that matched.
type ExtendedACL struct {
	Number    uint32
	Name      Text
	Direction uint32 // 0 unknown, 1 ingress, 2 egress
}

// Parse reads the structure.
func (e *ExtendedACL) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedACL{c.Uint32(), c.Opaque(), c.Uint32()}
	return c.Fault()
}

// ExtendedFunction is extended_function: the function in the forwarding code that dropped the packet.
type ExtendedFunction struct {
	Symbol Text
}

// Parse reads the structure.
func (e *ExtendedFunction) Parse(b []byte) (f xdr.Fault) {
	e.Symbol, f = text(b)
	return f
}

// TransitMax in extended_transit says "that or more".
const TransitMax = math.MaxUint32

// ExtendedTransit is extended_transit: the time that the packet took through the switch.
type ExtendedTransit struct {
	Delay uint32 // ns; TransitMax = that or more
}

// Parse reads the structure.
func (e *ExtendedTransit) Parse(b []byte) (f xdr.Fault) {
	e.Delay, f = number(b)
	return f
}

// ExtendedQueue is extended_queue: how much was in the queue when the packet came.
type ExtendedQueue struct {
	Depth uint32 // bytes
}

// Parse reads the structure.
func (e *ExtendedQueue) Parse(b []byte) (f xdr.Fault) {
	e.Depth, f = number(b)
	return f
}

// ExtendedQueueLength is extended_queue_length: how many packets were in the queue.
type ExtendedQueueLength struct {
	QueueIndex  uint32
	QueueLength uint32
}

// Parse reads the structure.
func (e *ExtendedQueueLength) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedQueueLength{c.Uint32(), c.Uint32()}
	return c.Fault()
}

// ExtendedHWTrap is extended_hw_trap: the trap that reported the drop, by devlink's names.
type ExtendedHWTrap struct {
	Group Text
	Trap  Text
}

// Parse reads the structure.
func (e *ExtendedHWTrap) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedHWTrap{c.Opaque(), c.Opaque()}
	return c.Fault()
}

// ExtendedLinuxDropReason is extended_linux_drop_reason: the kernel's name of its reason.
type ExtendedLinuxDropReason struct {
	Reason Text
}

// Parse reads the structure.
func (e *ExtendedLinuxDropReason) Parse(b []byte) (f xdr.Fault) {
	e.Reason, f = text(b)
	return f
}

// ExtendedTimestamp is extended_timestamp: when the packet was sampled by the agent's clock.
type ExtendedTimestamp struct {
	Timestamp uint64 // ns since 1970 UTC
}

// Parse reads the structure.
func (e *ExtendedTimestamp) Parse(b []byte) (f xdr.Fault) {
	e.Timestamp, f = ParseTimestamp(b)
	return f
}

// text reads a structure of a single string.
func text(b []byte) (Text, xdr.Fault) {
	c := xdr.NewCursor(b)
	t := c.Opaque()
	return t, c.Fault()
}
