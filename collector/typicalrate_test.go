package collector

import "testing"

func TestTypicalRate(t *testing.T) {
	f := func(want uint32, rates ...uint32) {
		t.Helper()
		var list []DataSource
		for _, r := range rates {
			list = append(list, DataSource{SamplingRate: r})
		}
		if got := TypicalRate(list); got != want {
			t.Errorf("%d of %d, want %d", got, rates, want)
		}
	}
	f(0)
	f(0, 0, 0)
	f(100, 0, 0, 100)
	f(400, 100, 400, 400)
	f(100, 400, 100, 400, 100) // of as many the smallest
}
