// Package judge compares what spoor published, as files, with the ground truth of a capture
// or a simulation: links between switches, flow paths and elephants. It is a port of the
// Python scorer that the captures were published with, rule by rule; a test runs
// both and compares them where that scorer and Python are at hand.
//
// Links. Right, wrong (claimed but not there; inferred ones are left out) and
// missing (at least ten times the sampling rate in frames crossed it) of the links
// between switches.
//
// Paths of flows with at least 20 frames. Each complete message is right or wrong,
// judged against the paths in force in the 3 s before it (or before the flow's end, if the
// message came later and the truth knows of samples); a flow is judged by its
// last one; one of which no agent took a sample, as far as the truth knows, is not
// judged, and its path is in force until another was sampled. Of a simulated flow the
// path is asked for only if what arrived of its samples tells it: who knows the fabric, and
// all ways that hashes might have chosen in it, finds one that fits (Evidence). A move (old and new path each held for 1 s) must be reported within 5 s, or
// within 5 s of the first sample on the new path where the truth knows when that was; if
// samples there were rarer than two a second, the move is not judged. A sprayed flow may be said to take any of its
// routes; a multipath message must be about a flow that is sprayed or moved often, and name only paths that it took.
//
// Elephants. The truth is per second: a flow is over the threshold where the mean of
// two neighbouring seconds reaches 98% of it. Found: a life that overlaps a stretch
// of at least 5 s over it. False: a start with no such pair of seconds in the 6 s
// before it. Split: more than one life in one stretch. Open: a life without its end.
package judge
