package collector

import "time"

// Clock gives Unix time that never goes back and takes no part in steps of the
// system's clock: the wall clock at its making, carried on by the monotonic one.
// Everything that compares times with Datagram.Received must use the same Clock.
type Clock struct {
	start time.Time
	wall  int64
}

// NewClock makes a clock that starts at the wall clock's present time.
func NewClock() *Clock {
	now := time.Now()
	return &Clock{start: now, wall: now.UnixNano()}
}

// Now gives the time in Unix nanoseconds. It is safe for concurrent use.
func (c *Clock) Now() int64 { return c.wall + int64(time.Since(c.start)) }
