//go:build !unix

package telemetry

import "time"

// CPUTime gives 0: the system is not asked.
func CPUTime() time.Duration { return 0 }
