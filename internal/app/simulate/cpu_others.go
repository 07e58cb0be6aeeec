//go:build !unix

package simulate

import "time"

// cpuTime is not told here.
func cpuTime() time.Duration { return 0 }
