package collector

import "golang.org/x/sys/windows"

// What the system answers when an address cannot be bound.
const (
	errInUse    = windows.WSAEADDRINUSE
	errNotLocal = windows.WSAEADDRNOTAVAIL
)

// How the system says that a datagram did not fit the buffer.
const (
	cutFlag = 0
	errCut  = windows.WSAEMSGSIZE
)
