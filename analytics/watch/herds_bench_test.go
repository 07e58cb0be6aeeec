package watch_test

import (
	"testing"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
)

// BenchmarkMembers: what a sweep costs for each flow that was sampled lately.
func BenchmarkMembers(b *testing.B) {
	w := watch.New(alert.NewBook(alert.DefaultConfig()), links.New(1000))
	list := make([]watch.Member, 100_000)
	for i := range list {
		list[i] = watch.Member{
			Key:  flow.Key{Src: flow.AddrFrom4([4]byte{10, byte(i >> 12), byte(i >> 4), 1}), Dst: flow.AddrFrom4([4]byte{10, byte(i >> 9), byte(i >> 1), 2}), Proto: 6},
			Rate: 1e6, Part: 0.01, Sample: 0.04,
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		w.Members(list)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(list)), "ns/flow")
}
