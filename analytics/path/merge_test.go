package path

import (
	"testing"

	"spoor/topology"
)

// links gives the votes as "leaf1:49>spine1:1", a gap with "..", a hand-over with "=>".
func (n *net) links(votes []Vote) (list []string) {
	for _, v := range votes {
		arrow := ">"
		switch {
		case v.Gap:
			arrow = ".."
		case v.HandOver:
			arrow = "=>"
		}
		from, to := n.snap.FlowPort(v.From.Switch, v.From.Out), n.snap.FlowPort(v.To.Switch, v.To.In)
		list = append(list, from.String()+arrow+to.String())
	}
	return list
}

// TestVotes: one flow that left a switch at one TTL and entered another one lower, within two seconds, speaks for a link
// between the two ports, if that is not known. Each sighting speaks once.
func TestVotes(t *testing.T) {
	type sighting struct {
		sw      string
		in, out uint32
		ttl     int16
		at      int64 // ms
	}
	for name, tc := range map[string]struct {
		seen []sighting
		want []string
	}{
		"a link":                              {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 63, 100}}, []string{"x:7>y:8"}},
		"whichever was seen first":            {[]sighting{{"y", 8, 2, 63, 0}, {"x", 1, 7, 64, 100}}, []string{"x:7>y:8"}},
		"a known one":                         {[]sighting{{"x", 1, 49, 64, 0}, {"y", 49, 2, 63, 100}}, nil},
		"a known port that leads elsewhere":   {[]sighting{{"x", 1, 49, 64, 0}, {"y", 8, 2, 63, 100}}, []string{"x:p49>y:8"}},
		"the output is not named":             {[]sighting{{"x", 1, 0, 64, 0}, {"y", 8, 2, 63, 100}}, nil},
		"the input is not named":              {[]sighting{{"x", 1, 7, 64, 0}, {"y", 0, 2, 63, 100}}, nil},
		"just within two seconds":             {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 63, 1999}}, []string{"x:7>y:8"}},
		"two seconds apart":                   {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 63, 2000}}, nil},
		"two TTLs apart, over ports of links": {[]sighting{{"x", 1, 49, 64, 0}, {"y", 49, 2, 62, 100}}, nil},
		"three TTLs apart":                    {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 61, 100}}, nil},
		"at one TTL":                          {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 64, 100}}, nil},
		"a second of the same says it once":   {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 63, 100}, {"y", 8, 2, 63, 200}}, []string{"x:7>y:8"}},
		"both anew say it again":              {[]sighting{{"x", 1, 7, 64, 0}, {"y", 8, 2, 63, 100}, {"x", 1, 7, 64, 200}, {"y", 8, 2, 63, 300}}, []string{"x:7>y:8", "x:7>y:8"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, id := wired(t, "x:49 y:49")
			var obs []Obs
			var votes []Vote
			for _, s := range tc.seen {
				obs, votes = merge(n.snap, obs, Obs{Switch: id(s.sw), In: s.in, Out: s.out, TTL: s.ttl, Seen: s.at * 1e6, n: 1, came: true}, false, votes)
			}
			got := n.links(votes)
			if len(got) != len(tc.want) {
				t.Fatalf("%v, want %v", got, tc.want)
			}
			for i := range got {
				if got[i] != tc.want[i] {
					t.Errorf("%v, want %v", got, tc.want)
				}
			}
		})
	}
}

// TestMergeKeepsWhatIsKnown: a sighting that leaves a port out takes none away; one that names another replaces it.
func TestMergeKeepsWhatIsKnown(t *testing.T) {
	n, id := wired(t, "x:49 y:49")
	x := id("x")
	var obs []Obs
	add := func(o Obs) Obs {
		o.Switch, o.n = x, 1
		obs, _ = merge(n.snap, obs, o, false, nil)
		return obs[0]
	}
	if o := add(Obs{In: 1, Out: 2, TTL: 64, Seen: 5, egress: true, left: true}); o.In != 1 || o.Out != 2 || !o.Egress() || o.Sightings() != 1 {
		t.Errorf("%+v", o)
	}
	if o := add(Obs{TTL: 60, Seen: 7, egress: true}); o.In != 1 || o.Out != 2 || o.TTL != 60 || o.Seen != 7 || !o.Egress() || o.Sightings() != 2 || !o.left || o.came {
		t.Errorf("nothing named: %+v", o)
	}
	if o := add(Obs{In: 3, Seen: 8, came: true}); o.In != 3 || o.Out != 2 || o.Egress() || !o.came || !o.left {
		t.Errorf("another input, on ingress: %+v", o)
	}
	if o := add(Obs{Out: 4, Seen: 9, tunnel: 77, begins: 5}); o.Out != 4 || o.tunnel != 77 || o.begins != 5 {
		t.Errorf("in a tunnel: %+v", o)
	}
	if o := add(Obs{Seen: 10}); o.tunnel != 77 || o.begins != 5 {
		t.Errorf("bare again: %+v", o)
	}
}

// TestMergeIsBounded: of a flow that is everywhere sixteen switches are remembered.
func TestMergeIsBounded(t *testing.T) {
	n, _ := wired(t, "x:49 y:49")
	var obs []Obs
	for i := range 20 {
		obs, _ = merge(n.snap, obs, Obs{Switch: topology.SwitchID(i + 1), TTL: 64, n: 1}, false, nil)
	}
	if len(obs) != 16 {
		t.Errorf("%d are remembered", len(obs))
	}
	if obs, _ = merge(n.snap, obs, Obs{Switch: 3, In: 9, n: 1}, false, nil); len(obs) != 16 || obs[2].In != 9 || obs[2].n != 2 {
		t.Errorf("one that is remembered: %+v", obs[2])
	}
}

// TestMoveBounds: three samples against a path, half a second after one that confirmed it, are a move; one that
// confirms it begins the count anew.
func TestMoveBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		against []int64 // ms, when samples by the other spine come
		confirm int64   // ms, when one by the path comes, -1 never
		want    bool
	}{
		"three, late enough":         {[]int64{300, 400, 501}, -1, true},
		"three, too early":           {[]int64{300, 400, 500}, -1, false},
		"three, and one more":        {[]int64{300, 400, 500, 501}, -1, true},
		"two":                        {[]int64{600, 900}, -1, false},
		"a confirmation in between":  {[]int64{600, 700, 900}, 800, false},
		"a confirmation before them": {[]int64{600, 700, 1051}, 550, true},
		"and one half a second ago":  {[]int64{600, 700, 1050}, 550, false},
	} {
		n := leafSpine(t)
		tr := n.tracker(1, 3)
		n.see(tr, 51, 1, 3, 63, 0) // the one that makes the path fits it
		moved := false
		for _, ms := range tc.against {
			if tc.confirm >= 0 && ms > tc.confirm {
				n.see(tr, 51, 1, 3, 63, tc.confirm*1e6)
				tc.confirm = -1
			}
			moved = n.see(tr, 52, 1, 3, 63, ms*1e6) == Moved || moved
		}
		if moved != tc.want {
			t.Errorf("%s: moved %v", name, moved)
		}
	}
}

// TestPortsBetweenParallelLinks: of two links between the same switches the ports told are those of one, the one that was seen last.
func TestPortsBetweenParallelLinks(t *testing.T) {
	n, id := wired(t, "x:49 y:1", "x:50 y:2", "y:9 z:1")
	for name, tc := range map[string]struct {
		out, in       uint32
		seenX, seenY  int64
		wantOut, want uint32
	}{
		"one link":              {49, 1, 0, 0, 49, 1},
		"x was seen last":       {49, 2, 5, 4, 49, 1},
		"y was seen last":       {49, 2, 4, 5, 50, 2},
		"both at once":          {50, 1, 5, 5, 50, 2},
		"y's leads elsewhere":   {50, 9, 4, 5, 50, 2},
		"x's leads to nobody":   {7, 1, 5, 4, 49, 1},
		"neither leads there":   {7, 9, 5, 4, 7, 9},
		"x's was not named":     {0, 9, 5, 4, 0, 9},
		"y's was not named":     {7, 0, 5, 4, 7, 0},
		"nobody saw it, either": {50, 1, 0, 0, 50, 2},
	} {
		tr := &Tracker{obs: []Obs{{Switch: id("x"), Seen: tc.seenX}, {Switch: id("y"), Seen: tc.seenY}}}
		hops := []Hop{{Switch: id("x"), Out: tc.out}, {Switch: id("y"), In: tc.in}}
		if tr.agree(n.snap, hops); hops[0].Out != tc.wantOut || hops[1].In != tc.want {
			t.Errorf("%s: %d and %d, want %d and %d", name, hops[0].Out, hops[1].In, tc.wantOut, tc.want)
		}
	}
}
