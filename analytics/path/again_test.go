package path

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestAgainIsAdd: what Again takes leaves a tracker as Add does, whatever was seen before.
func TestAgainIsAdd(t *testing.T) {
	taken, votes := 0, 0
	for seed := range uint64(200) {
		n := leafSpine(t)
		r := rand.New(rand.NewPCG(seed, 1))
		a, b := n.tracker(1, 3), n.tracker(1, 3)
		at := n.now
		spine := uint32(0)
		for range 300 {
			at += r.Int64N(2 * second / 10)
			if r.IntN(100) == 0 {
				spine = 1 - spine
			}
			if r.IntN(50) == 0 { // another version
				n.snap, _ = n.l.Apply(nil, at)
				next := *n.snap
				next.Version += uint64(r.IntN(2))
				n.snap = &next
			}
			hop := [3]Sighting{
				{Switch: n.id(1), In: 1, Out: 49 + spine, TTL: 64}, {Switch: n.id(51 + int(spine)), In: 1, Out: 3, TTL: 63}, {Switch: n.id(3), In: 49 + spine, Out: 1, TTL: 62},
			}[r.IntN(3)]
			hop.Time = at
			switch r.IntN(20) {
			case 0:
				hop.In = 0
			case 1:
				hop.Out = 0
			case 2:
				hop.Egress, hop.TTL = true, hop.TTL-1
			case 3:
				hop.In = uint32(r.IntN(60))
			}
			ea, va := a.Add(n.snap, &hop, nil)
			votes += len(va)
			eb, vb := None, []Vote(nil)
			if !hop.Egress && b.Again(n.snap, hop.Switch, hop.In, hop.Out, hop.TTL, hop.Time) {
				taken++
			} else {
				eb, vb = b.Add(n.snap, &hop, nil)
			}
			if ea != eb || len(va) != len(vb) {
				t.Fatalf("seed %d: events %v and %v, %d and %d votes", seed, ea, eb, len(va), len(vb))
			}
			same(t, a, b)
		}
	}
	if taken < 1000 || votes == 0 {
		t.Errorf("%d sightings were taken again, %d votes: the test proves little", taken, votes)
	}
}

// same compares all that decides what a tracker does next.
func same(t *testing.T, a, b *Tracker) {
	t.Helper()
	bare := func(list []Obs) []Obs {
		out := append([]Obs{}, list...)
		for i := range out {
			out[i].fits, out[i].confirms = 0, false
		}
		slices.SortFunc(out, func(a, b Obs) int { return cmp.Compare(a.Switch, b.Switch) })
		return out
	}
	switch {
	case !reflect.DeepEqual(bare(a.obs), bare(b.obs)):
		t.Fatalf("seen:\n%+v\n%+v", a.obs, b.obs)
	case !reflect.DeepEqual(bare(a.candidate), bare(b.candidate)):
		t.Fatalf("candidates:\n%+v\n%+v", a.candidate, b.candidate)
	case !reflect.DeepEqual(append([]Hop{}, a.Hops...), append([]Hop{}, b.Hops...)), a.Complete != b.Complete, a.confirmed != b.confirmed, a.against != b.against,
		a.disputed != b.disputed, a.pre != b.pre, a.post != b.post:
		t.Fatalf("states:\n%+v\n%+v", a, b)
	}
}
