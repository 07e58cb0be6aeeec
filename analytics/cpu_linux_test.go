package analytics_test

import "syscall"

// cpuNow gives the processor time of this process so far, in ns.
func cpuNow() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// cpuOf gives the processor time that f takes, in ns.
func cpuOf(f func()) float64 {
	from := cpuNow()
	f()
	return float64(cpuNow() - from)
}
