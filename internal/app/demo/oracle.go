package demo

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"spoor/fabric"
)

// elephant is one as the fabric made it.
type elephant struct {
	id         string // of the flow
	flow       *fabric.TruthFlow
	began, end time.Time
}

// oracle knows what truly happens, while it happens. The fabric can be asked
// only from its own goroutine: a question waits there for the next datagram.
type oracle struct {
	asked atomic.Bool

	mu    sync.Mutex
	heard chan struct{} // closed with the next answer
	known map[string]*elephant
	over  bool
}

// answerWithin bounds the wait for an answer.
const answerWithin = 300 * time.Millisecond

// ask gives the elephant behind a flow id as of now, nil if there is none; where the fabric is too
// busy to answer, as of when it last did, and sure is false.
func (o *oracle) ask(id string) (e *elephant, sure bool) {
	o.mu.Lock()
	if o.heard == nil {
		o.heard = make(chan struct{})
	}
	heard, over := o.heard, o.over
	o.mu.Unlock()
	sure = true
	if !over {
		o.asked.Store(true)
		select {
		case <-heard:
		case <-time.After(answerWithin):
			sure = false
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[id], sure
}

// answer is called on the fabric's goroutine.
func (o *oracle) answer(f *fabric.Fabric) {
	if o.asked.Swap(false) {
		o.learn(f.Truth())
	}
}

// settle takes the truth of a fabric that is over.
func (o *oracle) settle(t *fabric.Truth) {
	o.mu.Lock()
	o.over = true
	o.mu.Unlock()
	o.learn(t)
}

func (o *oracle) learn(t *fabric.Truth) {
	known := make(map[string]*elephant)
	for _, e := range elephants(t) {
		known[e.id] = e
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known = known
	if o.heard != nil {
		close(o.heard)
		o.heard = nil
	}
}

// elephants gives those that have begun, in the order in which they did.
func elephants(t *fabric.Truth) []*elephant {
	sessions := make(map[string]bool, len(t.Sessions))
	for _, s := range t.Sessions {
		sessions[s.ID] = true
	}
	var list []*elephant
	for i := range t.Flows {
		f := &t.Flows[i]
		if sessions[f.Session] && f.Role == "data" {
			list = append(list, &elephant{id: f.ID, flow: f, began: moment(f.Start), end: moment(f.End)})
		}
	}
	slices.SortFunc(list, func(a, b *elephant) int { return a.began.Compare(b.began) })
	return list
}

// moment is a time of the truth.
func moment(unix float64) time.Time { return time.UnixMicro(int64(unix * 1e6)) }
