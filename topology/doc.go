// Package topology knows the fabric: its switches, their ports, the links
// between them and where hosts live. A Snapshot is immutable and versioned; a
// Learner makes the next one out of evidence that sampling left behind, a given
// topology overrides what is learned. No goroutine, no clock, no I/O except
// loading a file.
package topology
