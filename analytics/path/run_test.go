package path

import (
	"testing"

	"spoor/topology"
)

type ids = []topology.SwitchID

func onPath(hops ...topology.SwitchID) *Tracker {
	t := &Tracker{Complete: true}
	for _, id := range hops {
		t.Hops = append(t.Hops, Hop{Switch: id})
	}
	return t
}

// TestIndex: a run is on a path if its switches come there one after the other.
func TestIndex(t *testing.T) {
	tr := onPath(1, 2, 3, 4)
	for _, tc := range []struct {
		run  ids
		want int
	}{
		{ids{1}, 0}, {ids{4}, 3}, {ids{1, 2}, 0}, {ids{2, 3, 4}, 1}, {ids{1, 2, 3}, 0}, {ids{1, 3}, -1}, {ids{2, 1}, -1}, {ids{4, 5}, -1}, {ids{5}, -1}, {ids{3, 4, 5}, -1},
	} {
		if got := tr.index(tc.run); got != tc.want {
			t.Errorf("%v: %d, want %d", tc.run, got, tc.want)
		}
	}
}

// TestDisputes: a run that is not on the path speaks against the links at those of its switches that are: bit i is
// the link before hop i, so that bit 0 and the one behind the last are the hosts' own.
func TestDisputes(t *testing.T) {
	tr := onPath(1, 2, 3)
	for _, tc := range []struct {
		run  ids
		want int
	}{
		{ids{2, 9}, 1 << 2},         // leaves by another link
		{ids{9, 2}, 1 << 1},         // comes by another link
		{ids{9, 2, 8}, 1<<1 | 1<<2}, // both
		{ids{9, 2, 3}, 1 << 1},
		{ids{1, 9, 3}, 1<<1 | 1<<2}, // another spine
		{ids{3, 9}, 1 << 3},         // goes on where it ended
		{ids{9, 1}, 1 << 0},         // comes from where it began
		{ids{8, 9}, -1},             // nothing of it is on the path: all are in doubt
		{ids{9}, -1},
	} {
		if got := tr.disputes(tc.run); got != tc.want {
			t.Errorf("%v: %b, want %b", tc.run, got, tc.want)
		}
	}
}

// TestConfirms: the end of a path alone confirms nothing, for a flow may end there by another way; where links are
// in dispute only a sample over one of them does.
func TestConfirms(t *testing.T) {
	for name, tc := range map[string]struct {
		disputed int
		run      ids
		want     bool
	}{
		"the first switch alone":        {0, ids{1}, false},
		"the last switch alone":         {0, ids{3}, false},
		"one in the middle":             {0, ids{2}, true},
		"a link":                        {0, ids{1, 2}, true},
		"the middle in a dispute":       {1 << 1, ids{2}, false},
		"the disputed link":             {1 << 1, ids{1, 2}, true},
		"another link":                  {1 << 1, ids{2, 3}, false},
		"both links, of which one is":   {1 << 2, ids{1, 2, 3}, true},
		"the link behind the last":      {1 << 3, ids{2, 3}, false},
		"the link before the first hop": {1 << 0, ids{1, 2}, false},
	} {
		tr := onPath(1, 2, 3)
		tr.disputed = tc.disputed
		var r run
		for _, id := range tc.run {
			r.add(id)
		}
		if got := tr.confirms(tr.index(tc.run), &r); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestRun: unknown neighbours are no part of a run.
func TestRun(t *testing.T) {
	n, id := fiveStages(t, false)
	for _, tc := range []struct {
		y    Obs
		want ids
	}{
		{Obs{Switch: id("spine1"), In: 1, Out: 9}, ids{id("leaf1"), id("spine1"), id("super1")}},
		{Obs{Switch: id("spine1"), Out: 9}, ids{id("spine1"), id("super1")}},
		{Obs{Switch: id("leaf1"), In: 1}, ids{id("leaf1")}},
	} {
		r := around(n.snap, &tc.y)
		if got := onPath(r.switches()...).index(tc.want); got != 0 || r.n != len(tc.want) {
			t.Errorf("%+v: %v, want %v", tc.y, r.switches(), tc.want)
		}
	}
}

// TestCalm: a path is calm while nothing speaks against it.
func TestCalm(t *testing.T) {
	for name, change := range map[string]func(*Tracker){
		"incomplete":            func(x *Tracker) { x.Complete = false },
		"a sample against it":   func(x *Tracker) { x.against = 1 },
		"a link in dispute":     func(x *Tracker) { x.disputed = 2 },
		"it may be sprayed now": func(x *Tracker) { x.spread = &spread{active: true} },
	} {
		tr := onPath(1, 2, 3)
		if !tr.Calm() {
			t.Fatal("a path that nothing speaks against is not calm")
		}
		if change(tr); tr.Calm() {
			t.Errorf("%s: calm", name)
		}
	}
	tr := onPath(1, 2)
	if tr.spread = new(spread); !tr.Calm() {
		t.Error("what was looked at once is never calm again")
	}
}

// TestJoin: a switch has one link in and one out in a flow's row.
func TestJoin(t *testing.T) {
	type link [2]topology.SwitchID
	for name, tc := range map[string]struct {
		links []link
		want  bool // of the last
		row   ids
	}{
		"a row":                 {[]link{{1, 2}, {2, 3}}, true, ids{1, 2, 3}},
		"in any order":          {[]link{{3, 4}, {1, 2}, {2, 3}}, true, ids{1, 2, 3, 4}},
		"one twice":             {[]link{{1, 2}, {1, 2}}, true, ids{1, 2}},
		"nobody is no switch":   {[]link{{1, 2}, {0, 1}, {2, 0}}, true, ids{1, 2}},
		"two ways out":          {[]link{{1, 2}, {1, 3}}, false, nil},
		"two ways in":           {[]link{{1, 3}, {2, 3}}, false, nil},
		"a ring has no first":   {[]link{{1, 2}, {2, 3}, {3, 1}}, true, nil},
		"two pieces: the first": {[]link{{1, 2}, {5, 6}}, true, ids{1, 2}},
		"more than a path has":  {[]link{{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}, {8, 9}, {9, 10}, {10, 11}}, true, ids{1, 2, 3, 4, 5, 6, 7, 8, 9}},
	} {
		var c chained
		ok := true
		for _, l := range tc.links {
			ok = c.join(l[0], l[1])
		}
		if ok != tc.want {
			t.Errorf("%s: joined %v", name, ok)
		}
		if !ok {
			continue
		}
		row := c.row(nil)
		if len(row) != len(tc.row) || len(row) > 0 && onPath(tc.row...).index(onHops(row)) != 0 {
			t.Errorf("%s: %v, want %v", name, row, tc.row)
		}
	}
}

func onHops(hops []Hop) (list ids) {
	for _, h := range hops {
		list = append(list, h.Switch)
	}
	return list
}

// TestEndsWhereItPassed: the receiver moved to the switch where its sender lives. What that switch shows, which is on the path,
// speaks against it: the flow leaves for a host there.
func TestEndsWhereItPassed(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 1, 1, 49, 64, 0)
	n.see(tr, 3, 49, 1, 62, 1e8)
	if n.names(tr.Hops) == "" || !tr.Complete {
		t.Fatal("no path")
	}
	n.l.Inform(&topology.PortInfo{Agent: n.agent(3), IfIndex: 1, Down: true})
	n.now += second
	n.learn()
	n.now += 5 * second
	fresh := topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(1), Port: 2, Far: 0x99, Own: 0x7000, Fresh: true, Count: 5}
	n.learn(fresh, topology.Evidence{Kind: topology.SawSource, Agent: n.agent(1), Port: 2, Addr: host(3), Buckets: 1<<20 - 1})
	n.now += 2 * second
	n.learn(fresh)
	n.now += 20 * second
	n.learn()
	var last Event
	for i := range int64(4) {
		if e := n.see(tr, 1, 1, 2, 64, i*3e8); e != None {
			last = e
		}
	}
	if last != Moved || len(tr.Hops) != 1 || tr.Hops[0].Switch != n.id(1) {
		t.Errorf("event %d, path %s, host at %v, port %+v", last, n.names(tr.Hops), n.snap.Edges(host(3)), n.snap.Port(n.id(1), 2))
	}
}

// TestMovesAgain: the sample that made a flow move confirms its new path: it moves again after half a second without another.
func TestMovesAgain(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	see := func(spine, times int, at int64) (last Event) {
		for i := range times {
			if e := n.see(tr, spine, 1, 3, 63, at+int64(i)*1e8); e != None {
				last = e
			}
		}
		return last
	}
	see(51, 3, 0)
	if see(52, 3, second) != Moved {
		t.Fatalf("it did not move: %s", n.names(tr.Hops))
	}
	if see(51, 3, second+3e8) != None {
		t.Error("it moved back within half a second")
	}
	if see(51, 1, 2*second) != Moved {
		t.Error("it did not move back after half a second")
	}
}
