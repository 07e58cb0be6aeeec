package analytics

import (
	"slices"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

type pathList struct{ ids []uint64 }

func (l *pathList) Path(p *flow.Path)         { l.ids = append(l.ids, p.ID*100+uint64(p.Revision)) }
func (*pathList) Elephant(*flow.Elephant)     {}
func (*pathList) Topology(r *topology.Record) {}

func TestPaceKeepsTheOrderOfAFlow(t *testing.T) {
	out := &pathList{}
	q := newPace(out)
	q.begin(0, 1)
	q.begin(1e9, 1)
	for rev := range uint32(2) {
		for id := range uint64(3) {
			q.path(&flow.Path{ID: id + 1, Revision: rev + 1}, false)
		}
	}
	q.path(&flow.Path{ID: 2, Revision: 3}, true) // an elephant's
	q.begin(2e9, 2)
	q.release(q.room)
	q.release(len(q.held))
	if want := []uint64{101, 201, 202, 203, 301, 102, 302}; !slices.Equal(out.ids, want) {
		t.Errorf("order is %v, want %v", out.ids, want)
	}
	if len(q.waits) != 0 || len(q.held) != 0 || q.delay != 5 || q.lost != 0 {
		t.Errorf("left: %+v", q)
	}
}

func TestPaceIsBounded(t *testing.T) {
	q := newPace(&pathList{})
	for i := range uint64(maxHeld + 10) {
		q.path(&flow.Path{ID: i}, false)
	}
	if len(q.held) != maxHeld || q.lost != 10 {
		t.Errorf("%d held, %d lost", len(q.held), q.lost)
	}
}

// Alert implements analytics.Outbox.
func (*pathList) Alert(*flow.Alert) {}
