package flowtable_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/flow"
)

// The detector's state lives in the table: this compiles only while both have the same fields.
var _ = (*elephant.State)(&new(flowtable.Entry).State)

func state(e *flowtable.Entry) *elephant.State { return (*elephant.State)(&e.State) }

const second = int64(1e9)

func v4(a, b, c, d byte) flow.Addr { return flow.AddrFrom4([4]byte{a, b, c, d}) }

// numbered gives the n-th key of a dense family, as in a real fabric: few hosts, running ports.
func numbered(n int) flow.Key {
	return flow.Key{
		Src: v4(10, 1, byte(n>>16), byte(n>>8)), Dst: v4(10, 2, 0, byte(n)),
		SrcPort: uint16(32768 + n%28000), DstPort: 443, Proto: flow.ProtoTCP,
	}
}

func TestSizes(t *testing.T) {
	if got := unsafe.Sizeof(flowtable.Entry{}); got != 64 {
		t.Errorf("an entry takes %d bytes, want one cache line of 64", got)
	}
	if got := unsafe.Sizeof(flowtable.Cold{}); got > 56 {
		t.Errorf("the cold part takes %d bytes, want at most 56", got)
	}
}

func TestGetFindDelete(t *testing.T) {
	tb := flowtable.New(100, [2]uint64{1, 2})
	k := numbered(7)
	if got := tb.Find(&k); got != flowtable.NoSlot {
		t.Fatalf("an empty table knows slot %d", got)
	}
	slot, fresh := tb.Get(&k, 5*second)
	if other := numbered(8); !tb.Holds(slot, &k) || tb.Holds(slot, &other) {
		t.Errorf("slot %d is not known for that of its flow alone", slot)
	}
	if !fresh || tb.Len() != 1 || tb.Find(&k) != slot {
		t.Fatalf("fresh %v, %d flows, found at %d, want slot %d", fresh, tb.Len(), tb.Find(&k), slot)
	}
	if diff := cmp.Diff(flowtable.Cold{Key: k, First: 5 * second}, *tb.Cold(slot)); diff != "" {
		t.Errorf("cold part (-want +got):\n%s", diff)
	}
	if got := state(tb.Entry(slot)).LastTime(6 * second); got > 5*second || got < 5*second-200_000 {
		t.Errorf("a fresh flow was last seen at %d, want 5 s", got)
	}
	tb.Entry(slot).Bytes = 99
	again, fresh := tb.Get(&k, 6*second)
	if fresh || again != slot || tb.Entry(again).Bytes != 99 {
		t.Errorf("the second sample: slot %d fresh %v bytes %d, want slot %d and 99 bytes", again, fresh, tb.Entry(again).Bytes, slot)
	}
	tb.Delete(slot)
	tb.Delete(slot)
	if tb.Len() != 0 || tb.Find(&k) != flowtable.NoSlot || tb.Holds(slot, &k) {
		t.Errorf("after delete: %d flows, found at %d", tb.Len(), tb.Find(&k))
	}
	if slot, fresh = tb.Get(&k, 7*second); !fresh || tb.Entry(slot).Bytes != 0 {
		t.Errorf("a flow made anew is fresh %v and has %d bytes", fresh, tb.Entry(slot).Bytes)
	}
	if tb.Evictions() != 0 {
		t.Errorf("%d evictions in an empty table", tb.Evictions())
	}
}

// TestModel compares the table with a Go map through random gets, deletions and
// evictions: no two flows may ever be mixed, none may vanish silently.
func TestModel(t *testing.T) {
	f := func(capacity, universe int) {
		t.Helper()
		r := rand.New(rand.NewPCG(uint64(capacity), uint64(universe)))
		tb := flowtable.New(capacity, [2]uint64{3, r.Uint64()})
		type flowOf struct {
			slot  uint32
			bytes uint64
		}
		model := map[flow.Key]flowOf{}
		evicted := uint64(0)
		tb.OnEvict = func(slot uint32) {
			k := tb.Cold(slot).Key
			m, ok := model[k]
			if !ok || m.slot != slot || m.bytes != tb.Entry(slot).Bytes {
				t.Fatalf("evicts %v at %d with %d bytes, the model has %+v", k, slot, tb.Entry(slot).Bytes, m)
			}
			delete(model, k)
			evicted++
		}
		for step := range 200_000 {
			k := numbered(r.IntN(universe))
			if r.IntN(2) == 0 {
				k = k.Reverse()
			}
			m, known := model[k]
			if r.IntN(20) == 0 {
				if got := tb.Find(&k); (got != flowtable.NoSlot) != known || known && got != m.slot {
					t.Fatalf("step %d: found %v at %d, the model has %+v (%v)", step, k, got, m, known)
				}
				if known {
					tb.Delete(m.slot)
					delete(model, k)
				}
				continue
			}
			slot, fresh := tb.Get(&k, int64(step)*1e6)
			e := tb.Entry(slot)
			if fresh == known || known && (slot != m.slot || e.Bytes != m.bytes) || tb.Cold(slot).Key != k {
				t.Fatalf("step %d: %v at %d with %d bytes, fresh %v; the model has %+v (%v)", step, k, slot, e.Bytes, fresh, m, known)
			}
			e.Bytes += r.Uint64N(1500)
			e.N++
			model[k] = flowOf{slot, e.Bytes}
		}
		if tb.Len() != len(model) || tb.Evictions() != evicted {
			t.Errorf("%d flows and %d evictions, the model has %d and %d", tb.Len(), tb.Evictions(), len(model), evicted)
		}
		tb.Sweep(0, tb.Cap(), func(slot uint32) {
			if m, ok := model[tb.Cold(slot).Key]; !ok || m.slot != slot {
				t.Errorf("the sweep meets %v, which the model lacks", tb.Cold(slot).Key)
			}
			delete(model, tb.Cold(slot).Key)
		})
		if len(model) != 0 {
			t.Errorf("the sweep missed %d flows", len(model))
		}
	}
	f(8, 40)
	f(64, 300)
	f(4096, 2000)
	f(100_000, 50_000)
}

func TestSweep(t *testing.T) {
	tb := flowtable.New(1000, [2]uint64{1, 1})
	for i := range 600 {
		k := numbered(i)
		tb.Get(&k, second)
	}
	var whole, parts []uint32
	if next := tb.Sweep(0, tb.Cap(), func(s uint32) { whole = append(whole, s) }); next != 0 {
		t.Errorf("after the last slot the cursor is %d, want 0", next)
	}
	for cursor, first := uint32(0), true; first || cursor != 0; first = false {
		cursor = tb.Sweep(cursor, 37, func(s uint32) { parts = append(parts, s) })
	}
	if len(whole) != tb.Len() {
		t.Errorf("a whole sweep meets %d of %d flows", len(whole), tb.Len())
	}
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("sweeping by 37 slots differs (-whole +parts):\n%s", diff)
	}
	tb.Sweep(0, tb.Cap(), tb.Delete)
	if tb.Len() != 0 {
		t.Errorf("%d flows left after deleting all", tb.Len())
	}
	if next := tb.Sweep(1<<30, 10, func(uint32) { t.Error("met a flow behind the end") }); next != 0 {
		t.Errorf("a cursor behind the end leads to %d", next)
	}
}

// TestSpread fills tables with dense keys: two choices of eight must take 80%
// with next to no eviction, whatever the seed.
func TestSpread(t *testing.T) {
	for seed := range uint64(5) {
		tb := flowtable.New(1<<16, [2]uint64{seed, 0})
		n := tb.Cap() * 8 / 10
		for i := range n {
			k := numbered(i)
			tb.Get(&k, second)
			if i%2 == 0 {
				continue
			}
			k = k.Reverse()
			if tb.Find(&k) != flowtable.NoSlot {
				t.Fatalf("a flow's reverse is taken for it: %v", k)
			}
		}
		if tb.Evictions() > uint64(n)/1000 { // random placement: 0.02%
			t.Errorf("seed %d: %d of %d flows evicted at 80%% load", seed, tb.Evictions(), n)
		}
	}
}

// TestSeeds: the same seed gives the same places (replay), another one others.
func TestSeeds(t *testing.T) {
	places := func(seed [2]uint64) string {
		tb := flowtable.New(10_000, seed)
		for i := range 100 {
			k := numbered(i)
			tb.Get(&k, 0)
		}
		var s []uint32
		tb.Sweep(0, tb.Cap(), func(slot uint32) { s = append(s, slot) })
		return fmt.Sprint(s)
	}
	a := places([2]uint64{1, 2})
	if a != places([2]uint64{1, 2}) {
		t.Error("the same seed gives other places")
	}
	if a == places([2]uint64{1, 3}) || a == places([2]uint64{2, 2}) {
		t.Error("another seed gives the same places")
	}
}

// TestDense: flows take slots from the front, and those that are freed first.
func TestDense(t *testing.T) {
	tb := flowtable.New(1<<16, [2]uint64{1, 2})
	for round := range 5 {
		var slots []uint32
		for i := range 1000 {
			k := numbered(1000*round + i)
			slot, _ := tb.Get(&k, second)
			slots = append(slots, slot)
		}
		seen := map[uint32]bool{}
		for _, slot := range slots {
			if slot >= 1000 || seen[slot] {
				t.Fatalf("round %d: slot %d", round, slot)
			}
			seen[slot] = true
		}
		for _, slot := range slots {
			tb.Delete(slot)
		}
	}
	if tb.Len() != 0 {
		t.Errorf("%d flows left", tb.Len())
	}
}
