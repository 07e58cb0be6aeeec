package analytics_test

import (
	"fmt"
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// BenchmarkTick: a tick with many flows, in a quiet fabric and in one of which something is learned at each tick.
func BenchmarkTick(b *testing.B) {
	for _, flows := range []int{100_000, 1_000_000} {
		r := newRig(b, func(c *analytics.Config) { c.Flows.Max = flows * 5 / 4 })
		for i := range flows {
			s := r.sample(1+i%4, 1+(i+1)%4, 51, uint32(1+i%4), uint32(1+(i+1)%4), 63)
			s.Packet.Key.SrcPort, s.Packet.Key.DstPort = uint16(i), uint16(i>>16)
			r.give(s)
			r.now += 10_000
		}
		r.feed.Flush()
		r.e.Tick(r.now)
		r.paths = nil
		b.Run(fmt.Sprintf("%d flows, quiet", flows), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.now += 1e6
				r.e.Tick(r.now)
			}
		})
		b.Run(fmt.Sprintf("%d flows, learning", flows), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c := &flow.Counters{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), Received: r.now, SourceIndex: 1, Records: flow.HasIf}
				c.If = flow.IfCounters{Index: 1, Speed: uint64(1e9) + uint64(i)}
				r.feed.Counters(c)
				r.now += 1e6
				r.e.Tick(r.now)
			}
		})
	}
}
