package collector

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
)

// resolveAddress turns a listen address into a socket address; it is the zero
// address with a port if no host is named.
func resolveAddress(address string) (netip.AddrPort, error) {
	a, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return netip.AddrPort{}, listenError(address, err)
	}
	ap := a.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), nil
}

// listenError says in one line what is wrong with a listen address and what to do.
func listenError(address string, err error) error {
	var dns *net.DNSError
	switch {
	case errors.Is(err, errInUse):
		return &ListenError{fmt.Sprintf("listen.address %s is in use by another process: stop it or choose another with --listen.address", address), err}
	case errors.Is(err, fs.ErrPermission):
		return &ListenError{fmt.Sprintf("listen.address %s: permission denied: choose a port above 1023 with --listen.address, or grant CAP_NET_BIND_SERVICE", address), err}
	case errors.Is(err, errNotLocal):
		return &ListenError{fmt.Sprintf("listen.address %s is no address of this machine: choose one that is, or :PORT for all, with --listen.address", address), err}
	case errors.As(err, &dns):
		return &ListenError{fmt.Sprintf("listen.address %s: host %q not found: name an address of this machine with --listen.address", address, dns.Name), err}
	}
	return &ListenError{fmt.Sprintf("listen.address %s: %v: choose another with --listen.address", address, err), err}
}

// ListenError tells why a listen address cannot be used and what to do, in one line.
type ListenError struct {
	line  string
	cause error
}

// Error gives the line.
func (e *ListenError) Error() string { return e.line }

// Unwrap gives the system's error.
func (e *ListenError) Unwrap() error { return e.cause }
