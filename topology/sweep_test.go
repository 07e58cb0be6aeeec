package topology

import "testing"

// TestSweepsInTurn: of a table that is larger than what is looked at at once every
// entry has its turn before any has a second one, also while entries come and go.
func TestSweepsInTurn(t *testing.T) {
	const many = 5*expireLook + 7
	table, turns := map[int]*int{}, map[int]int{}
	for i := range many {
		table[i] = new(int)
	}
	var s sweep[int, *int]
	next, looks := many, 0
	for first := true; first || s.round != nil; first = false {
		s.look(table, func(k int, v *int) bool {
			if v != table[k] {
				t.Fatalf("entry %d is another", k)
			}
			looks++
			turns[k]++
			return false
		})
		for range 1000 { // newcomers: the table grows, and some leave
			table[next] = new(int)
			delete(table, next-700)
			next++
		}
	}
	for i := range many - 700 {
		if turns[i] != 1 {
			t.Fatalf("entry %d had %d turns in %d looks", i, turns[i], looks)
		}
	}
}

// TestSweepForgets: no more than so many go at once, and those that go are not met again.
func TestSweepForgets(t *testing.T) {
	table := map[int]bool{}
	for i := range 3 * expireForget {
		table[i] = true
	}
	var s sweep[int, bool]
	drop := func(k int, _ bool) bool {
		delete(table, k)
		return true
	}
	for want := 2 * expireForget; want >= 0; want -= expireForget {
		if s.look(table, drop); len(table) != want {
			t.Fatalf("%d are left, want %d", len(table), want)
		}
	}
	table[7] = true
	s.look(table, drop) // the end of that round
	if s.look(table, drop); len(table) != 0 {
		t.Errorf("a new round forgets nothing: %d", len(table))
	}
}

// TestSweepOfFew: small tables are looked at as a whole, whatever is in them.
func TestSweepOfFew(t *testing.T) {
	table := map[int]bool{1: true, 2: true, 3: true}
	var s sweep[int, bool]
	for range 5 {
		n := 0
		if s.look(table, func(int, bool) bool { n++; return false }); n != 3 {
			t.Fatalf("%d of 3", n)
		}
	}
	if s.look(nil, func(int, bool) bool { t.Error("nothing is there"); return false }); s.round != nil {
		t.Error("a round of nothing goes on")
	}
}
