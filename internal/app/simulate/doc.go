// Package simulate lets a simulated fabric send to a collector in real time, or
// writes what it would send to a capture, and writes the truth beside it.
package simulate
