//go:build !linux

package health

import "spoor/internal/doctor"

// ownClock says that nothing is known.
func ownClock() doctor.Clock { return doctor.Clock{} }
