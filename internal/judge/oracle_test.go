package judge

import (
	"testing"
	"time"
)

func TestDecidable(t *testing.T) {
	seen := func(fit int) Evidence { return Evidence{Seen: []string{"leaf3 spine1>host"}, Fit: fit} }
	for _, test := range []struct {
		name string
		all  []Evidence
		want bool
	}{
		{"one path fits", []Evidence{seen(1)}, true},
		{"two fit", []Evidence{seen(2)}, false},
		{"two paths, neither of which is told", []Evidence{seen(2), seen(4)}, false},
		{"two paths, one of which is told", []Evidence{seen(2), seen(1)}, true},
		{"two paths, one of which was not sampled", []Evidence{{}, seen(2)}, false},
		{"not as the fabric could have it: it is asked for", []Evidence{seen(0)}, true},
		{"never sampled", []Evidence{{}}, true},
		{"nothing known", nil, true},
	} {
		var fits []int
		for _, e := range test.all {
			if len(e.Seen) > 0 {
				fits = append(fits, e.Fit)
			}
		}
		written := Flow{Fits: fits}
		asked := Flow{Evidence: func() []Evidence { return test.all }}
		if a, b := written.decidable(), asked.decidable(); a != test.want || b != test.want {
			t.Errorf("%s: decidable %v as written in a file, %v as asked, want %v", test.name, a, b, test.want)
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
	truth := func(fit int) *Truth {
		f := Flow{Key: k, Start: 1000, End: 1020, Frames: 40, Switches: []string{"leaf1", "spine1", "leaf3"}, Samples: &n}
		f.Fits = []int{fit}
		return &Truth{Agents: map[string]string{"l1": "leaf1", "l2": "leaf2", "l3": "leaf3", "s1": "spine1"}, Flows: []Flow{f}}
	}
	type verdict struct{ right, wrong, never, undecided int }
	for _, test := range []struct {
		name string
		fit  int
		rows []PathRow
		want verdict
	}{
		{"it cannot be told and is not", 2, nil, verdict{undecided: 1}},
		{"partial", 2, []PathRow{row("partial", 1001, "s1", "l3")}, verdict{undecided: 1}},
		{"taken back", 2, []PathRow{row("complete", 1001, other...), row("partial", 1002, "s1", "l3")}, verdict{undecided: 1}},
		{"guessed right", 2, []PathRow{row("complete", 1001, whole...)}, verdict{right: 1}},
		{"guessed wrong", 2, []PathRow{row("complete", 1001, other...)}, verdict{wrong: 1}},
		{"it can be told and is not", 1, nil, verdict{never: 1}},
		{"it can be told and was taken back", 1, []PathRow{row("complete", 1001, other...), row("partial", 1002, "s1", "l3")}, verdict{never: 1}},
	} {
		p := scorePaths(truth(test.fit), test.rows)
		if got := (verdict{p.FlowsRight, p.FlowsWrong, p.NeverComplete, p.Undecided}); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if len(p.Missing) != p.NeverComplete {
			t.Errorf("%s: %d listed, %d counted", test.name, len(p.Missing), p.NeverComplete)
		}
	}
}
