package collector

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOvertakenDatagrams: datagrams that overtake each other, a dozen samples of one source in each, lose nothing: a run of
// numbers behind the newest in one that comes late is no other numbering.
func TestOvertakenDatagrams(t *testing.T) {
	const each = 12
	f := func(name string, most uint32, order func(n int) []int) {
		t.Run(name, func(t *testing.T) {
			a := agents(t, nil)
			now, worst := int64(0), uint32(0)
			for i, k := range order(2000) {
				now += second / 100
				acc := a.Account(agent1, 0, uint32(k+1), uint32(10*k), uint32(k), now, peer1)
				for j := range uint32(each) {
					got := acc.Source(0, 1, uint32(k)*each+j+1, 100, 0)
					if i > 200 {
						worst = max(worst, got)
					}
				}
			}
			if worst > most {
				t.Errorf("a sample stands for up to %d, want 100 to %d", worst, most)
			}
			if s := a.Snapshot()[0]; s.Flows.Lost > 55*each || s.Restarts > 0 {
				t.Errorf("%d samples lost, %d restarts", s.Flows.Lost, s.Restarts)
			}
		})
	}
	straight := func(n int) []int {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	f("in order", 100, straight)
	f("neighbours change places", 101, func(n int) []int {
		all := straight(n)
		for i := 0; i+1 < n; i += 2 {
			all[i], all[i+1] = all[i+1], all[i]
		}
		return all
	})
	f("one in ten comes 20 later", 102, func(n int) []int {
		return shuffled(n, func(i int) int { return 20 * ((i % 10) / 9) })
	})
	f("fifty in a row come behind 200 others", 111, func(n int) []int {
		return shuffled(n, func(i int) int {
			if i >= 1000 && i < 1050 {
				return 1249 - i
			}
			return 0
		})
	})
	f("all by up to 30", 107, func(n int) []int {
		r := rand.New(rand.NewPCG(1, 2))
		return shuffled(n, func(int) int { return r.IntN(30) })
	})
}

// shuffled gives the numbers below n in the order in which they come if each is some places late.
func shuffled(n int, late func(i int) int) []int {
	all, at := make([]int, n), make([]int, n)
	for i := range all {
		all[i], at[i] = i, i+late(i)
	}
	slices.SortStableFunc(all, func(a, b int) int { return at[a] - at[b] })
	return all
}

// TestOvertakenIsNotAfter: what an overtaken datagram holds was sampled before the datagrams that overtook it came.
func TestOvertakenIsNotAfter(t *testing.T) {
	a := agents(t, nil)
	at := func(seq uint32, now int64) Accounting {
		return a.Account(agent1, 0, seq, 1000*seq, seq, now, peer1)
	}
	at(1, 10*second)
	at(2, 11*second)
	if newer := at(4, 12*second); newer.NotBefore != 11*second {
		t.Errorf("4 holds samples from %d on, want from the arrival of 2", newer.NotBefore)
	}
	late := at(3, 12*second+second/10)
	if !late.Reordered || late.NotBefore > 11*second+second/10 {
		t.Errorf("3, which 4 overtook: %+v, want samples from before 4 on", late)
	}
	if next := at(5, 12*second+second/2); next.NotBefore != 12*second {
		t.Errorf("5 holds samples from %d on, want from the arrival of 4", next.NotBefore)
	}
}
