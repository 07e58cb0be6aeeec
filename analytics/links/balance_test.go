package links_test

import (
	"testing"

	"spoor/analytics/links"
)

func TestCompare(t *testing.T) {
	const g = 1e9
	f := func(what string, want links.Cause, busiest, idle int, uplinks ...links.Uplink) {
		t.Helper()
		for i := range uplinks {
			uplinks[i].Speed = 10 * g
		}
		b := links.Compare(uplinks)
		if b.Cause != want || b.Busiest != busiest || b.Idle != idle {
			t.Errorf("%s: %+v, want %v, busiest %d, idle %d", what, b, want, busiest, idle)
		}
	}
	f("none", links.Balanced, 0, -1)
	f("one", links.Balanced, 0, -1, links.Uplink{Bits: 9 * g})
	f("even", links.Balanced, 1, -1, links.Uplink{Bits: 5 * g}, links.Uplink{Bits: 6 * g})
	f("nothing", links.Balanced, 0, -1, links.Uplink{}, links.Uplink{})
	f("uneven but far from full", links.Balanced, 0, -1, links.Uplink{Bits: 1 * g}, links.Uplink{Bits: 0.1 * g})
	f("an elephant", links.Elephantine, 0, -1,
		links.Uplink{Bits: 8 * g, Elephants: 5 * g, Count: 2}, links.Uplink{Bits: 3 * g}, links.Uplink{Bits: 3.2 * g}, links.Uplink{Bits: 2.9 * g})
	f("an uplink that is no next hop", links.IdleUplink, 0, 2,
		links.Uplink{Bits: 8 * g}, links.Uplink{Bits: 7.5 * g}, links.Uplink{Bits: 0.01 * g}, links.Uplink{Bits: 0.02 * g})
	f("two elephants, and next to nothing else", links.Elephantine, 1, -1,
		links.Uplink{Bits: 0.9 * g}, links.Uplink{Bits: 9 * g, Elephants: 8.2 * g, Count: 2}, links.Uplink{Bits: 0.9 * g})
	f("polarised", links.Polarised, 0, -1,
		links.Uplink{Bits: 9 * g}, links.Uplink{Bits: 2 * g}, links.Uplink{Bits: 2 * g}, links.Uplink{Bits: 2 * g})
}

func TestNames(t *testing.T) {
	for _, v := range []links.Verdict{links.Accounted, links.Loss, links.NotALink} {
		if v.String() == "" {
			t.Error(v)
		}
	}
	for _, s := range []links.Source{links.Unknown, links.Counters, links.Samples} {
		if s.String() == "" {
			t.Error(s)
		}
	}
}
