package pipeline

import (
	"testing"

	"spoor/flow"
)

// TestDiscards: notifications are counted by agent and reason, beyond the bound together.
func TestDiscards(t *testing.T) {
	d := NewDiscards()
	for i := range maxDiscards + 5 {
		d.Add(flow.AddrFrom4([4]byte{10, 255, byte(i >> 8), byte(i)}), flow.DropTTL)
	}
	first := DiscardKey{flow.AddrFrom4([4]byte{10, 255, 0, 0}), flow.DropTTL}
	d.Add(first.Agent, first.Reason)
	count, rest := d.Counts()
	if len(count) != maxDiscards || count[first] != 2 || rest != 5 {
		t.Errorf("%d counts, %d of the first, %d beyond", len(count), count[first], rest)
	}
	(*Discards)(nil).Add(flow.Addr{}, flow.DropTTL)
}
