package analytics

import (
	"testing"

	"spoor/flow"
)

// TestSlowest: a speed in other units than bit/s is none to rely on.
func TestSlowest(t *testing.T) {
	for sent, want := range map[uint64]float64{
		0: 0, 1: 0, 9600: 0, 999_999: 0, 1_000_000: 1e6, 10e9: 10e9, 1<<32 - 1: 0, 1<<64 - 1: 0,
	} {
		if got := ifSpeed(&flow.IfCounters{Speed: sent}); got != want {
			t.Errorf("%d is taken as %v, want %v", sent, got, want)
		}
	}
}
