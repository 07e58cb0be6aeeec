// Package links measures what goes over each port of the fabric, and what gets
// lost between the two ends of a link.
//
// Interface counters (sFlow's if_counters, RFC 2863) are exact but come each 20
// or 30 s; packet samples come at once but are an estimate. A Table keeps both:
// the rate that the counters gave over their last interval and, between two
// polls, the samples' rate scaled by what the samples were off by in that
// interval. How well the two agree is what an operator can trust the sampled
// figures by (Agreement).
//
// Unaccounted compares the octets that one end of a link sent with those that
// the other end received. The ends are polled at different moments, so each
// end's octets are interpolated, and the figure comes with its uncertainty.
//
// A Table has no clock, no goroutine and no lock.
package links
