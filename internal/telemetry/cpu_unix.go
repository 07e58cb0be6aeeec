//go:build unix

package telemetry

import (
	"syscall"
	"time"
)

// CPUTime gives the CPU time that this process has used, on all its threads; 0 where
// the system does not tell.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
