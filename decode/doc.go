// Package decode turns sFlow version 5 datagrams into flow.Sample, flow.Counters
// and flow.Discard in one pass, without allocation and without panic on any input.
//
// A Decoder belongs to one goroutine. It fills one value of each again and again
// and lends them to its Sink. docs/sflow.md has all of it as tables.
//
// What nearly all samples are is read a short way (ordinaries, packet.Ordinary),
// anything else in general. The general way is the definition; the short one may
// only decline.
//
// # What is trusted
//
// The datagram's size bounds the samples, a sample's length its records, a
// record's length its fields; no inner length or count extends an outer one, and
// none sizes an allocation. Unknown structures are stepped over by their length
// and counted. What is bad costs no more than itself: a datagram whose head
// cannot be read is rejected; a sample that is too short is refused; a record
// that is too short, or holds a length or an address that cannot be, is refused
// and its sample kept; a length that overruns ends the samples, or that
// sample's records, and what came before stands. Reason lists all the causes.
//
// # What is made of it
//
// Direction compares the data source with input and output: equal to the input
// alone is ingress, to the output alone egress, anything else unknown.
//
// FrameLength is the frame without its FCS, as flows are counted. The standard
// asks agents to count the FCS in frame_length and to state it in stripped; not
// all do. IP's total length tells for most packets: where exactly 4 bytes follow
// the IP packet they are the FCS, where none does it was not counted; else
// (padding, not IP, TSO) a stripped of at least 4 means that it was. The result
// is at least the captured header and at most 64 KiB and a little, unless more was captured;
// beyond, and where the agent sent 0, IP's total length decides.
//
// Records that say nothing for a flow are read all the same, for what is
// malformed in them to be counted; package decode/sflow lists them.
//
// A sample without a sampled header is filled from sampled_ethernet,
// sampled_ipv4 or sampled_ipv6.
package decode
