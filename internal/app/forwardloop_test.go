package app

import (
	"net/netip"
	"testing"
)

func TestListensAt(t *testing.T) {
	f := func(own, to string, want bool) {
		t.Helper()
		if got := listensAt(netip.MustParseAddrPort(own), netip.MustParseAddrPort(to)); got != want {
			t.Errorf("bound to %s, sending to %s: %v", own, to, got)
		}
	}
	f("10.0.0.1:6343", "10.0.0.1:6343", true)
	f("10.0.0.1:6343", "10.0.0.2:6343", false)
	f("10.0.0.1:6343", "10.0.0.1:6344", false)
	f("[::]:6343", "127.0.0.1:6343", true)
	f("0.0.0.0:6343", "[::1]:6343", true)
	f("[::]:6343", "192.0.2.77:6343", false)
	f("[::]:6343", "127.0.0.1:6344", false)
}
