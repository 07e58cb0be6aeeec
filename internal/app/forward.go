package app

import (
	"io"
	"net"
	"net/netip"

	"spoor/collector/forward"
	"spoor/internal/telemetry"
)

// listensAt tells whether what is sent to an address comes to the socket bound to
// own: it has its port, and its address or, if that is none in particular, any of
// this machine.
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

// writeForward writes what became of forwarded datagrams.
func writeForward(w io.Writer, list []forward.Stats) {
	t := telemetry.NewText(w)
	for i := range list {
		t.Counter("spoor_forwarded_datagrams_total", "target="+telemetry.Quote(list[i].Target), list[i].Sent)
	}
	for i := range list {
		t.Counter("spoor_forward_dropped_datagrams_total", "target="+telemetry.Quote(list[i].Target)+`,reason="queue_full"`, list[i].QueueFull)
		t.Counter("spoor_forward_dropped_datagrams_total", "target="+telemetry.Quote(list[i].Target)+`,reason="failed"`, list[i].Failed)
	}
}
