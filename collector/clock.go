package collector

import "time"

// clock gives Unix time that never goes back and takes no part in steps of the
// system's clock: the wall clock at its making, carried on by the monotonic one.
type clock struct {
	start time.Time
	wall  int64
}

// newClock makes a clock that starts at the wall clock's present time.
func newClock() *clock {
	now := time.Now()
	return &clock{start: now, wall: now.UnixNano()}
}

// Now gives the time in Unix nanoseconds. It is safe for concurrent use.
func (c *clock) Now() int64 { return c.wall + int64(time.Since(c.start)) }
