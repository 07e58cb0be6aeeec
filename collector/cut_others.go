//go:build !windows && !linux

package collector

import (
	"errors"
	"syscall"
)

// How the system says that a datagram did not fit the buffer: a flag, no error.
const cutFlag = syscall.MSG_TRUNC

var errCut = errors.New("datagram longer than the buffer")
