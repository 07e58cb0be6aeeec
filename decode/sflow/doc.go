// Package sflow holds the structures of sFlow version 5 (sflow.org/sflow_version_5.txt
// and its extensions) under the standard's names and in its order, each with a
// function that reads it from the bytes of its enclosing length.
//
// Implemented are:
//
//	datagram    version 5, agent address IPv4, IPv6 or unknown
//	samples     flow_sample (0:1), counters_sample (0:2), flow_sample_expanded (0:3),
//	            counters_sample_expanded (0:4)
//	flow        sampled_header (0:1), sampled_ethernet (0:2), sampled_ipv4 (0:3), sampled_ipv6 (0:4),
//	            extended_switch (0:1001), extended_router (0:1002), the IP tunnel records
//	            (0:1023 to 0:1026), the VNI records (0:1029, 0:1030), extended_timestamp (0:1043)
//	counters    if_counters (0:1), ethernet (0:2), port_name (0:1005), host_descr (0:2000),
//	            host_adapters (0:2001)
//
// An inner length never extends an outer one, a structure longer than its known
// part is read for that part, a shorter one is refused, and no count from the
// wire sizes an allocation. Slices in the structures are parts of the datagram.
package sflow
