package watch

import "testing"

// TestWords: figures in summaries are read by people at night: no exponents, two
// decimals only where a part is small, and a unit's prefix from its first whole one on.
func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"0.00%": percent(0), "9.99%": percent(0.0999), "10%": percent(0.1), "96%": percent(0.957), "100%": percent(1),

		"0.125": number(0.125), "12.3": number(12.345), "999": number(999), "1000": number(1000), "1234567": number(1234567.4),

		"0.25 ": scaled(0.25), "999 ": scaled(999), "1 k": scaled(1000), "12.5 M": scaled(12.5e6), "999 M": scaled(999e6), "1 G": scaled(1e9), "2.5 T": scaled(2.5e12),
		"1 T": scaled(1e12),

		"41 seconds": minutes(41), "119 seconds": minutes(119), "2 minutes": minutes(120), "60 minutes": minutes(3600),

		"0 flows": flows(0), "1 flow": flows(1), "2 flows": flows(2),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestDropsBySecond: what is told of lately is that of ten whole seconds, whatever comes late or after a pause.
func TestDropsBySecond(t *testing.T) {
	const s = int64(1e9)
	for name, tc := range map[string]struct {
		at   []int64 // seconds of notifications
		now  int64
		want uint32
	}{
		"nothing":                         {nil, 100, 0},
		"of this second":                  {[]int64{100, 100}, 100, 2},
		"nine seconds ago":                {[]int64{100}, 109, 1},
		"ten seconds ago":                 {[]int64{100}, 110, 0},
		"spread":                          {[]int64{100, 104, 109}, 109, 3},
		"the first of them is over":       {[]int64{100, 104, 109}, 110, 2},
		"after a pause of many rounds":    {[]int64{100, 100, 1234}, 1234, 1},
		"one that comes late counts now":  {[]int64{109, 101}, 109, 2},
		"late, and then it is over as it": {[]int64{109, 101}, 118, 2},
	} {
		var d drops
		for _, at := range tc.at {
			d.move(at)
			d.count[d.second%dropSlots]++
		}
		if got := d.recent(tc.now*s + s/2); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// TestMinuteAgo: losses are those since the figures of about a minute ago, until there are that many since the first.
func TestMinuteAgo(t *testing.T) {
	w := New(nil, nil)
	w.now = 1000e9
	k := AgentKey{SubAgent: 1}
	for i := range 20 {
		w.agent(&Agent{AgentKey: k, Heard: w.now, Datagrams: uint64(10 * i)})
		want := uint64(max(0, 10*(i-6)))
		if got := w.agents[k].minuteAgo().Datagrams; got != want {
			t.Errorf("after %d0 seconds: compared with %d, want %d", i, got, want)
		}
		w.now += 10e9
	}
}
