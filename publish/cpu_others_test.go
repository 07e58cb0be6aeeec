//go:build !linux

package publish

import "testing"

// cpu does nothing where a thread's CPU time cannot be asked for.
func cpu(*testing.B) func() { return func() {} }
