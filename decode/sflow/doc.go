// Package sflow holds the structures of sFlow version 5 (sflow.org/sflow_version_5.txt
// and its extensions) under the standard's names and in its order, each with a
// function that reads it from the bytes of its enclosing length.
//
// Implemented are datagrams of version 5 with an IPv4, IPv6 or unknown agent
// address; the samples flow_sample (0:1), counters_sample (0:2), both expanded
// (0:3, 0:4), discarded_packet (0:5) and host-sflow's rtmetric and rtflow
// (4300:1002, 4300:1003); and the records that FlowRecords and CounterRecords
// list. docs/sflow.md has the same as tables.
//
// An inner length never extends an outer one, a structure longer than its known
// part is read for that part, a shorter one is refused, and no count from the
// wire sizes an allocation. Slices in the structures are parts of the datagram.
package sflow
