package analytics

import (
	"slices"

	"spoor/flow"
)

// maxHeld bounds the path messages that wait.
const maxHeld = 100_000

// pace holds path messages back so that only so many go out in a second.
// Messages of one flow stay in order.
type pace struct {
	out    Outbox
	second int64
	room   int // messages that may still go out in this second; urgent ones may overdraw it
	held   []*flow.Path
	waits  map[uint64]int // messages in held, by flow id
	delay  uint64         // messages that had to wait
	lost   uint64         // messages let go because too many waited
}

func newPace(out Outbox) pace { return pace{out: out, waits: map[uint64]int{}} }

func (q *pace) begin(now int64, perSecond int) {
	if s := now / 1e9; s != q.second {
		q.second, q.room = s, perSecond
	}
}

// path publishes a message if it is urgent or there is room, else it waits.
func (q *pace) path(p *flow.Path, urgent bool) {
	switch {
	case urgent:
		if q.waits[p.ID] > 0 {
			q.releaseFlow(p.ID)
		}
		q.send(p)
	case q.room > 0 && len(q.held) == 0:
		q.send(p)
	case len(q.held) < maxHeld:
		q.delay++
		q.waits[p.ID]++
		q.held = append(q.held, p)
	default:
		q.lost++
	}
}

func (q *pace) send(p *flow.Path) {
	q.room--
	q.out.Path(p)
}

// sendHeld publishes a message that waited.
func (q *pace) sendHeld(p *flow.Path) {
	if q.waits[p.ID]--; q.waits[p.ID] == 0 {
		delete(q.waits, p.ID)
	}
	q.send(p)
}

// releaseFlow publishes what waits of one flow, because something later of it cannot wait.
func (q *pace) releaseFlow(id uint64) {
	q.held = slices.DeleteFunc(q.held, func(p *flow.Path) bool {
		if p.ID == id {
			q.sendHeld(p)
		}
		return p.ID == id
	})
}

// release publishes messages that wait, as far as there is room.
func (q *pace) release(room int) {
	n := min(max(room, 0), len(q.held))
	for _, p := range q.held[:n] {
		q.sendHeld(p)
	}
	q.held = slices.Delete(q.held, 0, n)
}
