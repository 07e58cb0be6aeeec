// Package hush keeps from the terminal what imported packages print while they are
// initialised: VictoriaMetrics' metrics, that a kernel without pressure figures has none,
// before every answer of every command. Go initialises by import path, so that a package
// of spoor's that imports next to nothing comes before all that import net/http (whose
// own imports are vendor/...); a test of cmd/spoor looks at the order.
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
