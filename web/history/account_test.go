package history

import (
	"math/rand/v2"
	"testing"

	"spoor/analytics"
)

// account compares what is kept with what is counted of it, and gives what is wrong.
func (s *Flows) account() (wrong []string) {
	bytes, users, last := 0, map[*way]int{}, map[*run]bool{}
	for i, r := range s.runs {
		if i > 0 && r.start < s.runs[0].start-slots {
			wrong = append(wrong, "a run begins more than an hour before another")
		}
		bytes += r.size()
		last[r] = true
		for j, w := range r.ways {
			if j > 0 && (r.ways[j-1].slot >= w.slot || r.ways[j-1].way == w.way) {
				wrong = append(wrong, "the ways of a run are not in order, or one twice")
			}
			if w.way != nil {
				users[w.way]++
			}
		}
	}
	for w, n := range users {
		bytes += w.size()
		if w.users != n || s.ways[w.key] != w {
			wrong = append(wrong, "a way has other users than it counts, or is unknown")
		}
	}
	if len(users) != len(s.ways) {
		wrong = append(wrong, "ways are kept that nobody takes")
	}
	for k, r := range s.recent {
		if !last[r] || r.key != k {
			wrong = append(wrong, "a recent run is none that is kept")
		}
	}
	if bytes != s.bytes {
		wrong = append(wrong, "bytes are counted that are not there")
	}
	return wrong
}

// TestFlowsAccount: whatever comes and goes over hours, in much room or little, what is counted is what is kept, and
// no more than there is room for; what was told of a flow a moment ago is what is told of it; and in the end all is free.
func TestFlowsAccount(t *testing.T) {
	for seed, limit := range []int{FlowsBytes, 1 << 20, 80_000, 8_000} {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		s, at := NewFlows(limit), epoch
		for step := range 250 {
			at += Step
			if r.IntN(50) == 0 {
				at += int64(r.IntN(30)) * Step
			}
			var list []analytics.FlowState
			for n := range 30 {
				if r.IntN(3) > 0 {
					path := via("leaf1", "spine"+string(rune('1'+r.IntN(4))), "leaf2")
					if r.IntN(8) == 0 {
						path = nil
					}
					list = append(list, one(n+step/100*10, float64(1000-n), path))
				}
			}
			s.Add(at, list, len(list))
			for _, wrong := range s.account() {
				t.Fatalf("limit %d, step %d: %s", limit, step, wrong)
			}
			if s.bytes > limit+limit/8+30*runBytes {
				t.Fatalf("limit %d, step %d: %d bytes", limit, step, s.bytes)
			}
			answer := s.At(at, &FlowsQuery{Limit: 30})
			for i, f := range answer.List {
				if want := f.Key == keyOf(int(f.Key.Src[15])); !want || i > 0 && f.Rate > answer.List[i-1].Rate {
					t.Fatalf("limit %d, step %d: told of %v at %.0f", limit, step, f.Key, f.Rate)
				}
			}
			if limit == FlowsBytes && len(answer.List) != len(list) {
				t.Fatalf("step %d: %d of %d flows are kept though there is room", step, len(answer.List), len(list))
			}
		}
		for range 2 { // an hour later, and a slot more
			at += Hour
			s.Add(at, nil, 0)
		}
		if s.bytes != 0 || len(s.runs)+len(s.ways)+len(s.recent) != 0 {
			t.Errorf("limit %d: after hours without flows %d bytes, %d runs, %d ways, %d recent are left", limit, s.bytes, len(s.runs), len(s.ways), len(s.recent))
		}
	}
}
