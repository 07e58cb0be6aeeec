package hush

import (
	"io"
	"log"
	"os"
	"testing"
)

// TestOver: nothing is printed before main says so.
func TestOver(t *testing.T) {
	if log.Writer() != io.Discard {
		t.Error("the standard logger prints from the beginning")
	}
	defer log.SetOutput(io.Discard) // for the next time
	if Over(); log.Writer() != os.Stderr {
		t.Error("it does not print in the end")
	}
}
