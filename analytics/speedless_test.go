package analytics_test

import (
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// TestSpeedDisproved: elephants of a speed that counters disprove end, though the flow goes on: a sample
// weighs so much of such a threshold that silence alone would not end them for many minutes.
func TestSpeedDisproved(t *testing.T) {
	r := newRig(t, func(c *analytics.Config) { c.Topology.Speeds = nil })
	octets := uint64(0)
	poll := func(speed uint64) {
		for _, p := range [...]struct {
			sw   byte
			port uint32
		}{{1, 1}, {1, 49}, {51, 1}, {51, 3}, {3, 49}, {3, 1}} {
			r.feed.Counters(&flow.Counters{
				Agent: flow.AddrFrom4([4]byte{10, 255, 0, p.sw}), Received: r.now, Records: flow.HasIf,
				If: flow.IfCounters{Index: p.port, Type: 6, Speed: speed, Status: 3, InOctets: octets, OutOctets: octets},
			})
		}
		r.advance(second / 10)
	}
	const slow, bps = 2_000_000, 200e6 // the agent says 2 Mbit/s later; a sample weighs 97 s of a tenth of that
	pass := func(seconds int) {
		for range seconds * 10 {
			s := r.sample(1, 3, 51, 1, 3, 63)
			s.SamplingRate, s.EffectiveRate = 1600, 1600
			r.give(s)
			octets += uint64(bps / 8 / 10)
			r.advance(second / 10)
		}
	}
	poll(400e6)
	pass(5)
	if len(r.elephants) == 0 || r.elephants[0].State != flow.ElephantStarted {
		t.Fatalf("by the speed that is stated there is no elephant: %+v %v", r.e.Stats().Shard, r.elephants)
	}
	poll(slow)
	pass(5)
	poll(slow)
	pass(45)
	last := r.elephants[len(r.elephants)-1]
	if last.State != flow.ElephantEnded || last.EndReason != flow.EndBelow {
		t.Errorf("%d messages, the last one %v (%v), share %v", len(r.elephants), last.State, last.EndReason, last.Share)
	}
	if n := r.e.Stats().Shard.Started; n != 1 {
		t.Errorf("%d started", n)
	}
}
