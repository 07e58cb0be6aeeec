package judge

import (
	"testing"
	"time"
)

// Ways from a host on leaf1 and leaf2 to one on leaf3, and what is sampled on ingress.
func oracleWays() []Way {
	var ways []Way
	for _, leaf := range []string{"leaf1", "leaf2"} {
		for _, spine := range []string{"spine1", "spine2"} {
			ways = append(ways, Way{
				Switches: []string{leaf, spine, "leaf3"},
				Views:    []View{atLeaf(leaf, spine), atSpine(spine, leaf), {Switch: "leaf3", In: spine, Out: "host", Frame: "ttl 62"}},
			})
		}
	}
	return ways
}

func atLeaf(leaf, to string) View { return View{Switch: leaf, In: "host", Out: to, Frame: "ttl 64"} }

func atSpine(spine, by string) View {
	return View{Switch: spine, In: by, Out: "leaf3", Frame: "ttl 63"}
}

func TestDecidable(t *testing.T) {
	last := View{Switch: "leaf3", In: "spine1", Out: "host", Frame: "ttl 62"}
	lower := last
	lower.Frame = "ttl 61"
	egress := last
	egress.Egress = true
	ways := oracleWays()
	seen := func(v ...View) Evidence { return Evidence{Seen: v, Ways: ways} }
	for _, test := range []struct {
		name string
		all  []Evidence
		want bool
	}{
		{"at the first switch", []Evidence{seen(atLeaf("leaf2", "spine1"))}, true},
		{"at the spine, by the port it came in", []Evidence{seen(atSpine("spine1", "leaf1"))}, true},
		{"at the last switch: from either of two leaves", []Evidence{seen(last)}, false},
		{"at the last switch and before it", []Evidence{seen(last, atSpine("spine1", "leaf2"))}, true},
		{"two paths, each seen at the last switch only", []Evidence{seen(last), seen(last)}, false},
		{"two paths, one of which is told", []Evidence{seen(last), seen(atLeaf("leaf1", "spine2"))}, true},
		{"two paths, one of which was not sampled", []Evidence{seen(), seen(last)}, false},
		{"not as the fabric could have it: it is asked for", []Evidence{seen(lower)}, true},
		{"the same on egress, where nothing is sampled", []Evidence{seen(egress)}, true},
		{"one way only", []Evidence{{Seen: []View{last}, Ways: ways[:1]}}, true},
		{"nothing known", nil, true},
	} {
		if got := decidable(test.all); got != test.want {
			t.Errorf("%s: decidable %v, want %v", test.name, got, test.want)
		}
	}
}

// TestUndecided: a path is not asked for where samples fit two, and what was said all the same is judged.
func TestUndecided(t *testing.T) {
	n := int64(3)
	k := NewKey("x", "y", 6, 1, 2)
	row := func(state string, at int64, agents ...string) PathRow {
		p := PathRow{Flow: k, Time: time.Unix(at, 0), State: state}
		for _, a := range agents {
			p.Hops = append(p.Hops, HopRow{Agent: &a})
		}
		return p
	}
	whole, other := []string{"l1", "s1", "l3"}, []string{"l2", "s1", "l3"}
	truth := func(seen ...View) *Truth {
		f := Flow{Key: k, Start: 1000, End: 1020, Frames: 40, Switches: []string{"leaf1", "spine1", "leaf3"}, Samples: &n}
		f.Evidence = func() []Evidence { return []Evidence{{Seen: seen, Ways: oracleWays()}} }
		return &Truth{Agents: map[string]string{"l1": "leaf1", "l2": "leaf2", "l3": "leaf3", "s1": "spine1"}, Flows: []Flow{f}}
	}
	last := oracleWays()[0].Views[2]
	type verdict struct{ right, wrong, never, undecided int }
	for _, test := range []struct {
		name string
		seen View
		rows []PathRow
		want verdict
	}{
		{"it cannot be told and is not", last, nil, verdict{undecided: 1}},
		{"partial", last, []PathRow{row("partial", 1001, "s1", "l3")}, verdict{undecided: 1}},
		{"taken back", last, []PathRow{row("complete", 1001, other...), row("partial", 1002, "s1", "l3")}, verdict{undecided: 1}},
		{"guessed right", last, []PathRow{row("complete", 1001, whole...)}, verdict{right: 1}},
		{"guessed wrong", last, []PathRow{row("complete", 1001, other...)}, verdict{wrong: 1}},
		{"it can be told and is not", atSpine("spine1", "leaf1"), nil, verdict{never: 1}},
		{"it can be told and was taken back", atSpine("spine1", "leaf1"), []PathRow{row("complete", 1001, other...), row("partial", 1002, "s1", "l3")}, verdict{never: 1}},
	} {
		p := scorePaths(truth(test.seen), test.rows)
		if got := (verdict{p.FlowsRight, p.FlowsWrong, p.NeverComplete, p.Undecided}); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if len(p.Missing) != p.NeverComplete {
			t.Errorf("%s: %d listed, %d counted", test.name, len(p.Missing), p.NeverComplete)
		}
	}
}
