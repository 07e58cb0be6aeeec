package history

import (
	"fmt"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

const epoch = int64(1_800_000_000)

func keyOf(n int) flow.Key {
	return flow.Key{Src: flow.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), Dst: flow.AddrFrom4([4]byte{10, 9, 9, 9}), SrcPort: 1, DstPort: 443, Proto: flow.ProtoTCP}
}

// via gives a path by switches; of "~spine1" no sample was taken.
func via(names ...string) *flow.Path {
	p := &flow.Path{State: flow.PathComplete}
	for i, name := range names {
		bare := strings.TrimPrefix(name, "~")
		p.Hops = append(p.Hops, flow.Hop{Switch: bare, Agent: flow.AddrFrom4([4]byte{10, 255, 0, bare[len(bare)-1]}), In: uint32(i + 1), Out: uint32(i + 50), OutPort: "swp9", Observed: bare == name})
	}
	return p
}

func one(n int, rate float64, p *flow.Path) analytics.FlowState {
	k := keyOf(n)
	return analytics.FlowState{Key: k, ID: k.ID(), First: epoch * 1e9, Rate: rate, Path: p}
}

func told(a *FlowsAnswer) string {
	var b strings.Builder
	for i := range a.List {
		f := &a.List[i]
		fmt.Fprintf(&b, "%d %.0f", f.Key.Src[15], f.Rate)
		for _, h := range f.Path.Hops {
			if fmt.Fprintf(&b, " %s", h.Switch); !h.Observed {
				b.WriteString("?")
			}
		}
		b.WriteString("; ")
	}
	return b.String()
}

func TestFlowsAsTheyWere(t *testing.T) {
	s := NewFlows(FlowsBytes)
	old, now := via("leaf1", "~spine1", "leaf2"), via("leaf1", "spine2", "leaf2")
	s.Add(epoch, []analytics.FlowState{one(1, 900, old), one(2, 50, old)}, 7)
	s.Add(epoch+10, []analytics.FlowState{one(1, 800, now), one(2, -1, old)}, 7)
	s.Add(epoch+14, []analytics.FlowState{one(3, 1, now)}, 7) // the same ten seconds
	s.Add(epoch+20, []analytics.FlowState{one(3, 70, now), one(1, 60, now)}, 3)
	f := func(ago int64, q *FlowsQuery, want string, wantMatch int) {
		t.Helper()
		if q.Limit == 0 {
			q.Limit = 10
		}
		if got := s.At(epoch+ago, q); told(&got) != want || got.Match != wantMatch {
			t.Errorf("at %d: %q, %d match; want %q, %d", ago, told(&got), got.Match, want, wantMatch)
		}
	}
	const first = "1 900 leaf1 spine1? leaf2; 2 50 leaf1 spine1? leaf2; "
	f(0, &FlowsQuery{}, first, 2)
	f(-500, &FlowsQuery{}, first, 2) // the earliest there is
	f(9, &FlowsQuery{}, first, 2)
	f(10, &FlowsQuery{}, "1 800 leaf1 spine2 leaf2; ", 1)
	f(5000, &FlowsQuery{}, "3 70 leaf1 spine2 leaf2; 1 60 leaf1 spine2 leaf2; ", 2)
	f(0, &FlowsQuery{Limit: 1}, "1 900 leaf1 spine1? leaf2; ", 2)
	two := keyOf(2)
	f(0, &FlowsQuery{Key: func(k *flow.Key) bool { return *k == two }}, "2 50 leaf1 spine1? leaf2; ", 1)
	at := func(name string, ifIndex uint32) func(*flow.Port) bool {
		return func(p *flow.Port) bool { return p.Switch == name && (ifIndex == 0 || p.IfIndex == ifIndex) }
	}
	f(0, &FlowsQuery{Hops: []func(*flow.Port) bool{at("spine1", 0)}}, first, 2)
	f(10, &FlowsQuery{Hops: []func(*flow.Port) bool{at("spine1", 0)}}, "", 0)
	f(10, &FlowsQuery{Hops: []func(*flow.Port) bool{at("spine2", 51), at("leaf2", 0)}}, "1 800 leaf1 spine2 leaf2; ", 1)
	f(10, &FlowsQuery{Hops: []func(*flow.Port) bool{at("spine2", 50)}}, "", 0)
	if a := s.At(epoch, &FlowsQuery{}); a.Total != 7 || a.Kept != 2 || a.Time != epoch {
		t.Errorf("%+v", a)
	}
	id := func(n int) uint64 { k := keyOf(n); return k.ID() }
	if got := fmt.Sprint(s.Rates(id(1)), s.Rates(id(2)), s.Rates(id(3)), s.Rates(id(4))); got !=
		fmt.Sprintf("[{%d 900} {%d 800} {%d 60}] [{%d 50} {%d -1} {%d -1}] [{%d 70}] []", epoch, epoch+10, epoch+20, epoch, epoch+10, epoch+20, epoch+20) {
		t.Error(got)
	}
	if a := NewFlows(1).At(epoch, &FlowsQuery{Limit: 5}); a.Time != 0 || a.Match != 0 {
		t.Errorf("of an empty store: %+v", a)
	}
}

// An hour of flows that are others each ten seconds fits, the largest of each time are
// kept, and when all have gone nothing is left.
func TestFlowsAreBounded(t *testing.T) {
	const limit = 2 << 20
	s := NewFlows(limit)
	list := make([]analytics.FlowState, 500)
	paths := make([]*flow.Path, 5)
	for i := range paths {
		paths[i] = via("leaf1", fmt.Sprint("spine", i), "leaf2")
	}
	most := 0
	for k := range 2 * slots {
		for i := range list {
			n := k*len(list) + i
			if i < 20 {
				n = i // some stay
			}
			list[i] = one(n, float64(1_000_000-i), paths[i%5])
		}
		s.Add(epoch+int64(k)*Step, list, len(list))
		_, bytes := s.Usage()
		most = max(most, bytes)
	}
	if most > limit {
		t.Errorf("%d bytes", most)
	}
	end := epoch + int64(2*slots-1)*Step
	for _, ago := range []int64{0, 100, 1800, Hour - Step} {
		a := s.At(end-ago, &FlowsQuery{Limit: 30})
		if a.Time != end-ago || a.Kept < 30 || a.Total != len(list) || len(a.List) != 30 || a.List[29].Rate != 1_000_000-29 {
			t.Errorf("%d s ago: of %d s ago, %d kept of %d", ago, end-a.Time, a.Kept, a.Total)
		}
	}
	if a := s.At(0, &FlowsQuery{}); end-a.Time >= Hour {
		t.Errorf("the first are %d s old", end-a.Time)
	}
	k := keyOf(3)
	if got := len(s.Rates(k.ID())); got != slots {
		t.Errorf("%d rates of a flow that stayed", got)
	}
	end += 3 * 24 * Hour // the input had a gap
	s.Add(end, list[:20], 20)
	if a := s.At(end, &FlowsQuery{Limit: 100}); a.Match < 10 || a.List[0].Rate != 1_000_000 {
		t.Errorf("after the gap there are %d of %d", a.Match, a.Total)
	}
	for i := range int64(slots + 1) {
		s.Add(end+Step*(i+1), nil, 0)
	}
	if flows, bytes := s.Usage(); flows != 0 || bytes != 0 || len(s.ways) != 0 || len(s.recent) != 0 {
		t.Errorf("left are %d flows, %d bytes, %d ways, %d recent", flows, bytes, len(s.ways), len(s.recent))
	}
}

// A flow whose path changes each time costs what it costs, and the limit holds.
func TestFlowsThatMove(t *testing.T) {
	const limit = 64 << 10
	s := NewFlows(limit)
	for k := range 3 * slots {
		var list []analytics.FlowState
		for i := range 20 {
			list = append(list, one(i, float64(100-i), via("leaf1", fmt.Sprint("spine", k*20+i), "leaf2")))
		}
		s.Add(epoch+int64(k)*Step, list, len(list))
		if _, bytes := s.Usage(); bytes > limit+limit/4 {
			t.Fatalf("%d bytes", bytes)
		}
	}
	if a := s.At(epoch+3*slots*Step, &FlowsQuery{Limit: 100}); a.Match == 0 {
		t.Error("nothing is kept")
	}
}

func BenchmarkFlowsAdd(b *testing.B) {
	list := make([]analytics.FlowState, MostFlows)
	for i := range list {
		list[i] = one(i, float64(len(list)-i), via("leaf1", fmt.Sprint("spine", i%16), "leaf2"))
	}
	s, t := NewFlows(FlowsBytes), epoch
	b.ReportAllocs()
	for b.Loop() {
		s.Add(t, list, len(list))
		t += Step
	}
}
