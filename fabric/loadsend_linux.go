//nolint:gosec // G103: the kernel's structures are made where they lie
package fabric

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// loadMessage is the kernel's struct mmsghdr.
type loadMessage struct {
	header unix.Msghdr
	length uint32
}

// manySocket sends many datagrams by one sendmmsg.
type manySocket struct {
	fd       int
	messages [loadBatch]loadMessage
	vectors  [loadBatch]unix.Iovec
}

func newLoadSocket(to netip.AddrPort) (loadSocket, error) {
	family := unix.AF_INET
	var address unix.Sockaddr
	if a := to.Addr().Unmap(); a.Is4() {
		address = &unix.SockaddrInet4{Port: int(to.Port()), Addr: a.As4()}
	} else {
		family, address = unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: a.As16()}
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, address); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	s := &manySocket{fd: fd}
	for i := range s.messages {
		s.messages[i].header.Iov = &s.vectors[i]
		s.messages[i].header.SetIovlen(1)
	}
	return s, nil
}

func (s *manySocket) send(batch [][]byte) (int, error) {
	for i, b := range batch {
		s.vectors[i].Base = &b[0]
		s.vectors[i].SetLen(len(b))
	}
	n, _, e := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.messages[0])), uintptr(len(batch)), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

func (s *manySocket) close() error { return unix.Close(s.fd) }
