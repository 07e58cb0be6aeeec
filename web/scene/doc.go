// Package scene is what the live page shows of one moment, and how that is
// written to it: a Fabric (switches, hosts, links with their ends), which rarely
// changes, and a Frame (loads, drops, elephants, health), which does each second.
//
// Both are immutable once made: any number of goroutines may read them, and the
// history shares what is the same from one second to the next. There is no
// clock, no goroutine and no lock here.
//
// The messages are compact: docs/page.md says what each member means. Unknown is
// -1 in arrays of numbers and null elsewhere, never 0.
package scene
