//nolint:gosec // G103: the kernel's structures are read and written where they lie
package collector

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is a bound descriptor and what the kernel granted it.
type socket struct {
	fd         int
	addr       netip.AddrPort
	granted    int  // receive buffer in bytes
	dropsKnown bool // SO_RXQ_OVFL was accepted
}

// openSockets binds n sockets to one address. The first is bound alone, so that
// a port another process holds is an error even if that one would share it; only
// then do ours share it among themselves.
func openSockets(address string, n, buffer int) (sockets []socket, err error) {
	addr, err := resolveAddress(address)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeSockets(sockets))
			sockets = nil
		}
	}()
	for i := range n {
		s, err := openSocket(addr, i > 0, n > 1, buffer)
		if err != nil {
			return sockets, listenError(address, err)
		}
		sockets = append(sockets, s)
		addr = s.addr // port 0: the others take the port that the first was given
	}
	return sockets, nil
}

func closeSockets(sockets []socket) error {
	errs := make([]error, 0, len(sockets))
	for i := range sockets {
		errs = append(errs, unix.Close(sockets[i].fd))
	}
	return errors.Join(errs...)
}

// openSocket binds one socket; without a host it tries IPv6 for both, then IPv4.
func openSocket(addr netip.AddrPort, join, share bool, buffer int) (socket, error) {
	if addr.Addr().IsValid() {
		return bindSocket(addr, join, share, buffer)
	}
	s, err := bindSocket(netip.AddrPortFrom(netip.IPv6Unspecified(), addr.Port()), join, share, buffer)
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) {
		return bindSocket(netip.AddrPortFrom(netip.IPv4Unspecified(), addr.Port()), join, share, buffer)
	}
	return s, err
}

// bindSocket binds a socket. join sets SO_REUSEPORT before the bind, share after it.
func bindSocket(addr netip.AddrPort, join, share bool, buffer int) (s socket, err error) {
	family, sa, err := sockaddr(addr)
	if err != nil {
		return s, err
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_UDP)
	if err != nil {
		return s, fmt.Errorf("opening a socket: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unix.Close(fd))
		}
	}()
	if family == unix.AF_INET6 && addr.Addr().IsUnspecified() {
		if err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0); err != nil {
			return s, fmt.Errorf("asking for IPv4 and IPv6 on one socket: %w", err)
		}
	}
	if join {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		if err != nil {
			return s, fmt.Errorf("sharing the port: %w", err)
		}
	}
	if err = unix.Bind(fd, sa); err != nil {
		return s, err
	}
	if share && !join {
		if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return s, fmt.Errorf("sharing the port: %w", err)
		}
	}
	s = socket{fd: fd, granted: setBuffer(fd, buffer)}
	s.dropsKnown = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1) == nil
	s.addr, err = boundAddr(fd)
	return s, err
}

// setBuffer asks for a receive buffer and gives the one granted: with the
// privilege past the system's limit, else up to it. The kernel reports twice the
// size, since it charges its own bookkeeping too.
func setBuffer(fd, size int) int {
	if size > 0 && unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, size) // what came of it is read back
	}
	granted, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err != nil {
		return 0
	}
	return granted / 2
}

func sockaddr(addr netip.AddrPort) (int, unix.Sockaddr, error) {
	a := addr.Addr()
	if a.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: a.As4()}, nil
	}
	sa := &unix.SockaddrInet6{Port: int(addr.Port()), Addr: a.As16()}
	if zone := a.Zone(); zone != "" {
		id, err := zoneID(zone)
		if err != nil {
			return 0, nil, err
		}
		sa.ZoneId = id
	}
	return unix.AF_INET6, sa, nil
}

func zoneID(zone string) (uint32, error) {
	if id, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(id), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("interface %q: %w", zone, err)
	}
	return uint32(i.Index), nil
}

func boundAddr(fd int) (netip.AddrPort, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("asking for the bound address: %w", err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), nil
	case *unix.SockaddrInet6:
		a := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			a = a.WithZone(strconv.FormatUint(uint64(sa.ZoneId), 10))
		}
		return netip.AddrPortFrom(a, uint16(sa.Port)), nil
	}
	return netip.AddrPort{}, errors.New("the socket has no IP address")
}

// socketDrops reads the socket's drop counter at once (SO_MEMINFO, Linux 4.12).
func socketDrops(fd int) (uint32, bool) {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	return info[unix.SK_MEMINFO_DROPS], errno == 0 && size > 4*unix.SK_MEMINFO_DROPS
}
