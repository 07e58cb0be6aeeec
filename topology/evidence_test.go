package topology

import (
	"testing"

	"spoor/flow"
)

// TestLocatable: the quick answer for most IPv4 addresses is the one that all others get.
func TestLocatable(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		if got := locatable(addr(text)); got != want {
			t.Errorf("%s is locatable: %v, want %v", text, got, want)
		}
	}
	f("10.1.2.3", true)
	f("0.0.0.0", false)
	f("0.0.0.1", true)
	f("127.0.0.1", false)
	f("169.253.1.1", true)
	f("169.254.1.1", false)
	f("223.255.255.255", true)
	f("224.0.0.1", false)
	f("239.1.2.3", false)
	f("240.0.0.1", true)
	f("255.255.255.255", false)
	f("2001:db8::1", true)
	f("fe80::1", false)
	f("ff02::1", false)
	f("::1", false)
	if locatable(flow.Addr{}) {
		t.Error("an unknown address is locatable")
	}
}
