package port

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// hold binds a socket that never listens. Sockets of this option share a port
// while none of them listens, and package net sets it for its listeners; the
// kernel gives a port that somebody bound to nobody who asks for any.
func hold() (n int, release func(), err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("hold a port: %w", err)
	}
	release = func() { _ = unix.Close(fd) } // nothing was written
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	var bound unix.Sockaddr
	if err == nil {
		bound, err = unix.Getsockname(fd)
	}
	if a, ok := bound.(*unix.SockaddrInet4); err == nil && ok {
		return a.Port, release, nil
	}
	release()
	return 0, nil, fmt.Errorf("hold a port: %w", err)
}
