//go:build !windows

package collector

import "syscall"

// What the system answers when an address cannot be bound.
const (
	errInUse    = syscall.EADDRINUSE
	errNotLocal = syscall.EADDRNOTAVAIL
)
