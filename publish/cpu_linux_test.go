package publish

import (
	"runtime"
	"syscall"
	"testing"
)

// cpu reports the CPU time of the benchmark's own thread beside the wall's,
// which says little on a machine that others use as well.
func cpu(b *testing.B) func() {
	b.Helper()
	runtime.LockOSThread()
	t0 := threadTime(b)
	return func() {
		b.ReportMetric(float64(threadTime(b)-t0)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}

func threadTime(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(1, &u); err != nil { // RUSAGE_THREAD
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
