package flowtable_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/flow"
)

// bucket makes a table of a single bucket, full with flows 0 to 7, and lets set prepare each.
func bucket(set func(i int, e *flowtable.Entry)) *flowtable.Table {
	tb := flowtable.New(flowtable.Ways, [2]uint64{9, 9})
	for i := range flowtable.Ways {
		k := numbered(i)
		slot, _ := tb.Get(&k, 100*second)
		e := tb.Entry(slot)
		e.N, e.State.S1 = 8, 1
		set(i, e)
	}
	return tb
}

func TestEvictsTheLeastPromising(t *testing.T) {
	f := func(name string, want int, set func(i int, e *flowtable.Entry)) {
		t.Helper()
		tb := bucket(set)
		got := -1
		tb.OnEvict = func(slot uint32) {
			for i := range flowtable.Ways {
				if tb.Cold(slot).Key == numbered(i) {
					got = i
				}
			}
		}
		k := numbered(100)
		if _, fresh := tb.Get(&k, 110*second); !fresh || tb.Evictions() != 1 {
			t.Fatalf("%s: fresh %v, %d evictions", name, fresh, tb.Evictions())
		}
		if got != want {
			t.Errorf("%s: evicted flow %d, want %d", name, got, want)
		}
	}
	f("the emptiest slow bucket", 3, func(i int, e *flowtable.Entry) {
		if i == 3 {
			e.State.S1 = 0.5
		}
	})
	f("the oldest", 5, func(i int, e *flowtable.Entry) {
		if i == 5 {
			e.State.T -= 20_000 // 2.6 s
		}
	})
	f("the least sampled", 2, func(i int, e *flowtable.Entry) {
		if i == 2 {
			e.N = 7
		}
	})
	f("a level outweighs age", 1, func(i int, e *flowtable.Entry) {
		if i != 1 { // 3 s older, but with 4 x 1 threshold-second more to go
			e.State.S1, e.State.T = 2, e.State.T-22_888
		}
	})
	f("pinned stays though it is the least", 4, func(i int, e *flowtable.Entry) {
		switch i {
		case 0:
			e.State.S1, e.Flags = 0, flowtable.Pinned
		case 4:
			e.State.S1 = 0.9
		}
	})
	f("all pinned: the least of them", 6, func(i int, e *flowtable.Entry) {
		e.Flags = flowtable.Pinned
		if i == 6 {
			e.State.S1 = 0.5
		}
	})
}

// TestFlood: 200,000 spoofed flows of one sample each per second against 262,144
// slots with 200 elephants at twice the threshold and 100,000 mice.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("two million samples")
	}
	const (
		elephants = 200
		perSecond = 24.7 // samples of a flow at the threshold
		flood     = 200_000
		seconds   = 10
	)
	r := rand.New(rand.NewPCG(4, 4))
	tb := flowtable.New(1<<18, [2]uint64{r.Uint64(), r.Uint64()})
	pinnedLost := 0
	tb.OnEvict = func(slot uint32) {
		if tb.Entry(slot).Flags&flowtable.Pinned != 0 {
			pinnedLost++
		}
	}
	starts := make([]float64, elephants)
	for i := range starts {
		starts[i] = 1 + 4*r.Float64()
	}
	var delays []float64
	found := make([]bool, elephants)
	total := flood + elephants*2*perSecond + 5000
	at := 0.0
	for at < seconds {
		at += r.ExpFloat64() / total
		which := -1
		var k flow.Key
		switch x := r.Float64() * total; {
		case x < flood:
			k = flow.Key{Src: v4(byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())), Dst: v4(10, 0, 0, 1), SrcPort: uint16(r.Uint32()), Proto: flow.ProtoUDP}
		case x < flood+5000:
			k = numbered(1000 + r.IntN(100_000))
		default:
			which = r.IntN(elephants)
			k = numbered(which)
			if at < starts[which] {
				continue
			}
		}
		now := int64(at * 1e9)
		slot, _ := tb.Get(&k, now)
		e := tb.Entry(slot)
		e.N++
		if elephant.Default.Observe(state(e), nil, now, 1/perSecond, false) == elephant.Started && which >= 0 {
			e.Flags |= flowtable.Pinned
			if !found[which] {
				found[which] = true
				delays = append(delays, at-starts[which])
			}
		}
	}
	if len(delays) != elephants || pinnedLost > 0 {
		t.Fatalf("found %d of %d elephants, evicted %d active ones", len(delays), elephants, pinnedLost)
	}
	slices.Sort(delays)
	p50, p99 := delays[elephants/2], delays[elephants*99/100]
	t.Logf("delay p50 %.2f s, p99 %.2f s; %d evictions, %d of %d slots in use", p50, p99, tb.Evictions(), tb.Len(), tb.Cap())
	if p50 > 1.6 || p99 > 2.9 {
		t.Errorf("delay p50 %.2f s, p99 %.2f s: the flood cost the elephants time (1.42 and 2.39 s without)", p50, p99)
	}
	if tb.Evictions() < flood {
		t.Errorf("only %d evictions: the table was not put under pressure", tb.Evictions())
	}
}
