//go:build !linux

package app

import "spoor/internal/doctor"

// ownClock says that nothing is known.
func ownClock() doctor.Clock { return doctor.Clock{} }
