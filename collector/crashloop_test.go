package collector

import (
	"net/netip"
	"testing"

	"spoor/flow"
)

// TestCrashLoop: an agent that restarts every few seconds sends the same numbers at the same uptimes
// again and again: none of its datagrams is a copy of one of the life before, and none is lost.
func TestCrashLoop(t *testing.T) {
	a := agents(t, nil)
	agent, from := flow.AddrFrom4([4]byte{10, 255, 0, 1}), netip.MustParseAddr("10.255.0.1")
	now, contents := int64(1_800_000_000e9), uint32(0)
	const lives, each = 3, 70
	for life := range uint32(lives) {
		for n := range uint32(each) {
			now += 1e8
			contents++
			acc := a.Account(agent, 0, n+1, 100+100*n, contents, now, from)
			if acc.Duplicate || acc.Lost > 0 || acc.Restarted != (life > 0 && n == 0) {
				t.Fatalf("life %d, datagram %d: %+v", life, n, acc)
			}
		}
	}
	if x := a.Snapshot()[0]; x.Restarts != lives-1 || x.Lost != 0 || x.Datagrams != lives*each {
		t.Errorf("%+v", x)
	}
}
