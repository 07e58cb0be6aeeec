package analytics_test

import "spoor/internal/telemetry"

// cpuNow gives the processor time of this process so far, in ns.
func cpuNow() int64 { return int64(telemetry.CPUTime()) }

// cpuOf gives the processor time that f takes, in ns.
func cpuOf(f func()) float64 {
	from := cpuNow()
	f()
	return float64(cpuNow() - from)
}
