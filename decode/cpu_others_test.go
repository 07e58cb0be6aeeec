//go:build !linux

package decode_test

import (
	"testing"
	"time"
)

var began = time.Now()

// cpuTime gives the time since the test began: what the CPU worked is not asked here.
func cpuTime(testing.TB) time.Duration { return time.Since(began) }
