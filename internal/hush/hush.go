// Package hush keeps from the terminal what imported packages print while they are
// initialised, before main runs and could set a logger: VictoriaMetrics' metrics, that a
// kernel without pressure figures has none, before every answer of every command.
//
// The order in which packages are initialised is no accident that we make use of: since
// Go 1.21 the language specification ("Program initialization") has it that in each step, of
// all packages whose imports are initialised, the first by import path is next. This one imports nothing but
// io and log; whatever imports net/http, as metrics does, waits for packages under
// "vendor/", and so comes after "spoor/". Nothing sturdier is to be had while the library
// logs from a variable's initialiser and takes no logger; a test of cmd/spoor reads the order
// from a trace of the built program, and would tell of a change.
package hush

import (
	"io"
	"log"
)

var before = log.Writer()

func init() { // to be early is all that it does
	log.SetOutput(io.Discard)
}

// Over lets the standard logger print again. It is for main to call, first of all.
func Over() { log.SetOutput(before) }
