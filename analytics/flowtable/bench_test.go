package flowtable_test

import (
	"math/rand/v2"
	"testing"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/flow"
)

// stream gives the keys of 2^20 samples of n flows in their order, as a batch
// holds them: uniform, or zipf with exponent 1.1.
func stream(n int, zipf bool) []flow.Key {
	r := rand.New(rand.NewPCG(1, 2))
	keys := make([]flow.Key, 1<<20)
	z := rand.NewZipf(r, 1.1, 1, uint64(n-1))
	for i := range keys {
		f := r.IntN(n)
		if zipf {
			f = int(z.Uint64() * 0x9e3779b1 % uint64(n)) // popular ones anywhere
		}
		keys[i] = numbered(f)
	}
	return keys
}

func benchmarkUpdate(b *testing.B, flows int, zipf bool, update func(tb *flowtable.Table, k *flow.Key, now int64)) {
	b.Helper()
	tb := flowtable.New(flows*5/4, [2]uint64{1, 2})
	for i := range flows {
		k := numbered(i)
		tb.Get(&k, second)
	}
	keys := stream(flows, zipf)
	b.ReportAllocs()
	b.SetBytes(1)
	i, now := 0, 2*second
	for b.Loop() {
		update(tb, &keys[i&(1<<20-1)], now)
		i++
		now += 1000
	}
	b.ReportMetric(float64(tb.Cap()*(8+64))/float64(tb.Len()), "hot-B/flow")
	b.ReportMetric(float64(tb.Cap()*64)/float64(tb.Len()), "cold-B/flow")
	if lost := flows - tb.Len(); lost > flows/1000 {
		b.Errorf("%d of %d flows lost at 80%% load", lost, flows)
	}
}

func get(tb *flowtable.Table, k *flow.Key, now int64) { tb.Get(k, now) }

func observe(tb *flowtable.Table, k *flow.Key, now int64) {
	slot, _ := tb.Get(k, now)
	e := tb.Entry(slot)
	e.N++
	e.Bytes += 1500
	elephant.Default.Observe(state(e), nil, now, 0.04, false)
}

func BenchmarkGet1MUniform(b *testing.B)    { benchmarkUpdate(b, 1_000_000, false, get) }
func BenchmarkGet1MZipf(b *testing.B)       { benchmarkUpdate(b, 1_000_000, true, get) }
func BenchmarkGet10k(b *testing.B)          { benchmarkUpdate(b, 10_000, false, get) } // in cache
func BenchmarkUpdate1MUniform(b *testing.B) { benchmarkUpdate(b, 1_000_000, false, observe) }
func BenchmarkUpdate1MZipf(b *testing.B)    { benchmarkUpdate(b, 1_000_000, true, observe) }

// BenchmarkFlood is the worst case: each sample is a new flow in a full table.
func BenchmarkFlood(b *testing.B) {
	tb := flowtable.New(1<<18, [2]uint64{1, 2})
	evicted := 0
	tb.OnEvict = func(uint32) { evicted++ }
	r := rand.New(rand.NewPCG(1, 2))
	k := numbered(0)
	now := second
	b.ReportAllocs()
	b.SetBytes(1)
	for b.Loop() {
		k.Src = v4(byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()))
		tb.Get(&k, now)
		now += 5000
	}
	if evicted != int(tb.Evictions()) {
		b.Errorf("%d calls of OnEvict for %d evictions", evicted, tb.Evictions())
	}
}

func TestNoAllocation(t *testing.T) {
	tb := flowtable.New(1024, [2]uint64{1, 2})
	tb.OnEvict = func(uint32) {}
	i := 0
	if n := testing.AllocsPerRun(10_000, func() {
		k := numbered(i % 3000) // hits, new flows and evictions
		observe(tb, &k, second)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per update", n)
	}
	if tb.Evictions() == 0 {
		t.Error("the run met no eviction")
	}
}
