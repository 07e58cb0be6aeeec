package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spoor/analytics/elephant"
	"spoor/flow"
)

// idle has no rates of now.
func idle(func(uint64, elephant.Interval)) {}

// told gives a message about the elephant of a flow.
func told(id uint64, state flow.ElephantState, at int64, share float64) *flow.Elephant {
	m := &flow.Elephant{Time: at * second, Episode: 1, State: state, Slot: int(id), Share: share, Rate: share * 1e9}
	m.ID = id
	if state == flow.ElephantEnded {
		m.Ended = at * second
	}
	return m
}

// TestHerd: active elephants are shown by share, then those that ended within the last half hour, the latest first; after an hour
// and a half they are forgotten.
func TestHerd(t *testing.T) {
	var h herd
	h.init("test")
	shown := func(now int64) string {
		var list []string
		for _, e := range h.show(now, idle) {
			state := "on"
			if !e.Message.Active {
				state = "off"
			}
			list = append(list, fmt.Sprintf("%d %s", e.Message.Slot, state))
		}
		return strings.Join(list, ", ")
	}
	f := func(now int64, want string, messages ...*flow.Elephant) {
		t.Helper()
		h.take(messages, nil, now*second)
		if got := shown(now); got != want {
			t.Errorf("at %d: %s, want %s", now, got, want)
		}
	}
	f(1000, "2 on, 1 on, 3 on", told(1, flow.ElephantStarted, 1000, .2), told(2, flow.ElephantStarted, 1000, .9), told(3, flow.ElephantStarted, 1000, .2))
	f(1010, "1 on, 3 on, 2 off", told(1, flow.ElephantUpdated, 1010, .3), told(2, flow.ElephantEnded, 1010, .9))
	f(1020, "3 on, 1 off, 2 off", told(1, flow.ElephantEnded, 1020, .3))
	f(1010+recentFor-1, "3 on, 1 off, 2 off")
	f(1010+recentFor, "3 on, 1 off")
	f(1020+recentFor, "3 on")
	if h.take(nil, nil, (1010+keptFor)*second); len(h.known) != 3 {
		t.Errorf("%d are kept", len(h.known))
	}
	if h.take(nil, nil, (1020+keptFor)*second); len(h.known) != 2 {
		t.Errorf("%d are kept", len(h.known))
	}
	f(1021+keptFor, "3 on")
}

// TestHerdIsBounded: of many that ended the earliest are forgotten.
func TestHerdIsBounded(t *testing.T) {
	var h herd
	h.init("test")
	for i := range int64(maxKept + 10) {
		h.take([]*flow.Elephant{told(uint64(i+1), flow.ElephantEnded, 1000+i, .1)}, nil, (1000+i)*second)
	}
	list := h.show(1000+maxKept+10, idle)
	if len(h.known) != maxKept || h.known[told(10, flow.ElephantEnded, 0, 0).Alert()] != nil || h.known[told(11, flow.ElephantEnded, 0, 0).Alert()] == nil || len(list) != maxElephants || list[0].Message.Slot != maxKept+10 {
		t.Errorf("%d are known, %d shown, the first of %d", len(h.known), len(list), list[0].Message.Slot)
	}
}

// TestRates: what the engine estimates now counts more than what the latest message told; the last two minutes are kept by the second, an
// hour by ten seconds, of which the ten minutes before a time of the past are shown.
func TestRates(t *testing.T) {
	var h herd
	h.init("test")
	first := told(7, flow.ElephantStarted, 1000, .5)
	h.take([]*flow.Elephant{first}, nil, 1000*second)
	if e := h.show(1000, func(yield func(uint64, elephant.Interval)) {
		yield(7, elephant.Interval{})
		yield(8, elephant.Interval{Rate: 1})
	}); len(e) != 1 || e[0].Rate.Bits != .5e9 {
		t.Errorf("%+v, want the message's rate", e)
	}
	const end = 1000 + 4000
	for now := int64(1001); now <= end; now++ {
		e := h.show(now, func(yield func(uint64, elephant.Interval)) {
			yield(7, elephant.Interval{Rate: float64(now), Low: 1, High: 2})
		})
		if e[0].Rate.Bits != float64(now) || e[0].Rate.Low != 1 || e[0].Rate.High != 2 {
			t.Fatalf("%+v", e)
		}
	}
	f := func(until, now int64, step, n int, last float32) {
		t.Helper()
		bits, got := h.series(first.Alert(), until, now)
		if got != step || len(bits) != n || n > 0 && bits[n-1] != last {
			t.Errorf("until %d: %d of step %d, %v; want %d, the last %v, of step %d", until, len(bits), got, bits, n, last, step)
		}
	}
	f(end, end, 1, fastLen, end)
	f(end-9, end, 1, fastLen, end)
	f(end-10, end, 10, 60, end-10)
	f(end-15, end, 10, 60, end-20)
	f(end-600, end, 10, 60, end-600)
	f(end-3500, end, 10, 10, end-3500)
	f(end-3590, end, 10, 1, end-3590)
	f(end-3600, end, 10, 0, 0)
	if bits, step := h.series("another", end, end); bits != nil || step != 1 {
		t.Errorf("of nobody: %v", bits)
	}
	h.take([]*flow.Elephant{told(7, flow.ElephantEnded, end, .5)}, nil, end*second)
	h.show(end+100, idle)
	f(end, end+100, 1, fastLen, end) // as it ended
	f(end-20, end+100, 10, 60, end-20)
}

// TestMoves: a path that was told before the latest message of its elephant changes nothing, nor does one that expired; the latest moves are
// remembered, of the flows that moved last.
func TestMoves(t *testing.T) {
	var h herd
	h.init("test")
	path := func(id uint64, at int64, cause flow.PathCause, from string, to ...string) *flow.Path {
		p := &flow.Path{Time: at * second, Cause: cause, Previous: strings.Fields(from), State: flow.PathComplete}
		p.ID = id
		for _, name := range to {
			p.Hops = append(p.Hops, flow.Hop{Switch: name})
		}
		return p
	}
	f := func(p *flow.Path, want string) {
		t.Helper()
		h.take(nil, []*flow.Path{p}, p.Time)
		var got []string
		for i := range h.active[7].last.Path {
			got = append(got, h.active[7].last.Path[i].Switch)
		}
		if s := strings.Join(got, " "); s != want || !strings.Contains(string(h.active[7].message.Text), fmt.Sprintf(`"switches":["%s"]`, strings.Join(got, `","`))) && s != "" {
			t.Errorf("at %d: %s, want %s: %s", p.Time/second, s, want, h.active[7].message.Text)
		}
	}
	h.take([]*flow.Elephant{told(7, flow.ElephantStarted, 1000, .5)}, nil, 1000*second)
	f(path(7, 999, flow.PathNew, "", "leaf1", "leaf2"), "")
	f(path(7, 1000, flow.PathNew, "", "leaf1", "spine1", "leaf2"), "leaf1 spine1 leaf2")
	f(path(8, 1001, flow.PathNew, "", "leaf3"), "leaf1 spine1 leaf2")
	f(path(7, 1002, flow.PathMoved, "leaf1 spine1 leaf2", "leaf1", "spine2", "leaf2"), "leaf1 spine2 leaf2")
	f(path(7, 1003, flow.PathExpired, ""), "leaf1 spine2 leaf2")
	if got, want := string(h.movesOf(7, 1002)), `[{"time":"1970-01-01T00:16:42Z","from":["leaf1","spine1","leaf2"],"to":["leaf1","spine2","leaf2"]}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(h.movesOf(7, 1001)); got != "[]" {
		t.Errorf("before it moved: %s", got)
	}
	for i := range int64(20) {
		h.take(nil, []*flow.Path{path(7, 1010+i, flow.PathMoved, "a", "b")}, 0)
	}
	if list := h.moved[7]; len(list) != maxNews || list[0].time != 1022*second || list[maxNews-1].time != 1029*second {
		t.Errorf("%d moves: %+v", len(list), list)
	}
	for i := range uint64(maxMoved) {
		h.take(nil, []*flow.Path{path(100+i, 1030, flow.PathMoved, "a", "b")}, 0)
	}
	if h.moved[7] != nil || len(h.moved) != maxMoved || len(h.order) != maxMoved || !slices.Contains(h.order, 100) {
		t.Errorf("of %d flows moves are remembered", len(h.moved))
	}
}
