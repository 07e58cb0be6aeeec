package analytics_test

import (
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/flow"
)

// TestDetectionSlow: who samples too rarely is told so, and how often would do.
func TestDetectionSlow(t *testing.T) {
	run := func(rate uint32, within time.Duration) []*flow.Alert {
		r := newRig(t, func(c *analytics.Config) { c.Alerts.DetectionWithin = within })
		for range 900 {
			s := r.sample(1, 3, 51, 1, 3, 63)
			s.SamplingRate, s.EffectiveRate = rate, rate
			r.give(s)
			r.advance(second)
		}
		return r.alertsNamed("DetectionSlow")
	}
	list := run(10_000, 5*time.Second)
	if len(list) != 1 || list[0].State != flow.AlertRaised ||
		!strings.Contains(note(list[0], "summary"), "on 4 of 4 ports of spine1 would be found later than 5 s") ||
		!strings.Contains(note(list[0], "summary"), "it samples one in 10000 packets; one in 100 would do") {
		for _, a := range list {
			t.Log(a.State, note(a, "summary"))
		}
		t.Error("want one alert")
	}
	for _, a := range list {
		t.Log(note(a, "summary"))
	}
	if list := run(10_000, 0); len(list) > 0 {
		t.Errorf("without a promise: %s", note(list[0], "summary"))
	}
	if list := run(100, 5*time.Second); len(list) > 0 {
		t.Errorf("sampled as is recommended: %s", note(list[0], "summary"))
	}
}
