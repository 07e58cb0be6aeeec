package app

import (
	"net"
	"net/netip"
)

// listensAt tells whether what is sent to an address comes to the socket bound to
// own: it has its port, and its address or, if that is none in particular, any of
// this machine. What is forwarded there would come back to us for ever.
func listensAt(own, to netip.AddrPort) bool {
	if to.Port() != own.Port() {
		return false
	}
	if a := own.Addr().Unmap(); !a.IsUnspecified() {
		return to.Addr() == a
	}
	if to.Addr().IsLoopback() || to.Addr().IsUnspecified() {
		return true
	}
	list, _ := net.InterfaceAddrs() // without them nothing more can be said
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap() == to.Addr() {
			return true
		}
	}
	return false
}
