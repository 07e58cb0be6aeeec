// Package scenario simulates fabrics, traffic and mishaps, runs the whole
// pipeline over them in simulated time, much faster than real time, and judges
// what it found by the truth, beside a plain EWMA per data source. `make
// scenarios` runs it; docs/accuracy.md is what it writes.
//
// To add one, append it to a list in list*.go. What it does not reach yet goes
// into its Known with the figures as they are: the gate is then on not being
// worse, and the report shows the target beside them.
package scenario
