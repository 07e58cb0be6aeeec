package health

import (
	"golang.org/x/sys/unix"

	"spoor/internal/doctor"
)

// ownClock asks the kernel how good its clock is (adjtimex(2), which anyone may ask).
func ownClock() doctor.Clock {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return doctor.Clock{}
	}
	return doctor.Clock{Known: true, Synchronised: state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, ErrorBound: float64(t.Maxerror) / 1e6}
}
