package analytics

import (
	"math/rand/v2"
	"testing"

	"spoor/flow"
)

// TestPaceOfSeconds: whatever comes, the messages of a flow keep their order, no second sees more than it may but for
// urgent ones and what these pull along, what waits is counted once, and in the end all went out.
func TestPaceOfSeconds(t *testing.T) {
	const perSecond, flows = 10, 7
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		out := &pathList{}
		q := newPace(out)
		revisions, last := [flows]uint32{}, map[uint64]uint64{}
		given, waited := 0, uint64(0)
		for second := range int64(30) {
			begun, pulled := len(out.ids), 0
			for tick := range int64(10) {
				q.begin(second*1e9+tick*1e8, perSecond)
				q.release(q.room)
				for range r.IntN(4) {
					id := uint64(r.IntN(flows))
					revisions[id]++
					urgent := r.IntN(8) == 0
					if urgent {
						pulled += 1 + q.waits[id+1]
					}
					before := len(q.held)
					q.path(&flow.Path{ID: id + 1, Revision: revisions[id]}, urgent)
					if given++; len(q.held) > before {
						waited++
					}
				}
				total := 0
				for _, n := range q.waits {
					total += n
				}
				if total != len(q.held) {
					t.Fatalf("seed %d: %d messages wait, %d are counted", seed, len(q.held), total)
				}
			}
			if sent := len(out.ids) - begun; sent > perSecond+pulled {
				t.Fatalf("seed %d: %d messages in a second, %d of them out of turn", seed, sent, pulled)
			}
		}
		q.release(len(q.held))
		for _, x := range out.ids {
			id, revision := x/100, x%100
			if revision != last[id]+1 {
				t.Fatalf("seed %d: message %d of flow %d after %d", seed, revision, id, last[id])
			}
			last[id] = revision
		}
		if len(out.ids) != given || q.delay != waited || q.lost != 0 || len(q.waits) != 0 {
			t.Errorf("seed %d: %d of %d went out, %d waited and %d are counted, %d lost", seed, len(out.ids), given, waited, q.delay, q.lost)
		}
	}
}
