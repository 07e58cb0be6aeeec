// Package doctor judges how well a collector can see its fabric: facts in,
// findings out. A finding says what is wrong, where, what follows from it, and
// what to type, on each vendor's switch where a switch is to be changed.
//
// It asks nobody and knows no clock: who calls it has gathered the facts.
package doctor
