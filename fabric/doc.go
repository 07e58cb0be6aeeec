// Package fabric simulates a Clos fabric that sends real sFlow v5 datagrams:
// leaves, spines and, in five stages, super-spines forward simulated packets
// hop by hop over ECMP, each switch samples 1 in N on its own and reports like
// a hardware agent does (sequence numbers, pools, uptime, datagrams of at most
// 1,400 bytes that wait at most a second, counters). It also keeps the ground
// truth: which flow took which links and switches at what rate.
//
// Time is virtual, one seed gives one run, byte for byte. The simulation goes
// in slices of 50 ms (200 ms for 60,000 flows and more). Packets are not made one by one: a slice of a
// flow is a number of packets in closed form, and each tap jumps from one
// sampled packet to the next by a geometric skip, which has the distribution
// of tossing a coin per packet. So a fabric at 10 Gbit/s costs what its samples
// cost.
//
// Frames queue nowhere and a link carries what is asked of it: shares are
// chosen so that links are not overloaded, but a drained spine can push others
// beyond 100%.
//
// The encoder shares no code with package decode, so that no mistake can hide
// in both.
package fabric
