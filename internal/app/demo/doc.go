// Package demo runs a simulated fabric and the collector in one process, joined
// by UDP over loopback, tells a person what is going on, and at the end compares
// what the collector found with what the fabric knows to be true.
//
// The collector is app.Run as it is. What it concludes is heard through
// RunOptions.Watch, turned into the same messages that Kafka gets, kept in files
// for the judge and put into words for the screen. Nothing waits for the screen.
package demo
