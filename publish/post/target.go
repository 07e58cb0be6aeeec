package post

import (
	"net/url"
	"sync"
	"sync/atomic"

	"spoor/flow"
)

// target is one that is posted to.
type target struct {
	url    string
	host   string
	encode func([]pending) ([]byte, error)
	wake   chan struct{}

	mu      sync.Mutex
	pending map[uint64]*flow.Alert // the latest state of each alert that it has not heard
	order   []uint64               // of their first arrival

	posted, failed, lost atomic.Uint64
}

// pending is an alert that a target is to hear.
type pending struct {
	id    uint64
	alert *flow.Alert
}

func newTarget(to string, encode func([]pending) ([]byte, error)) *target {
	host := to
	if u, err := url.Parse(to); err == nil {
		host = u.Host
	}
	return &target{url: to, host: host, encode: encode, wake: make(chan struct{}, 1), pending: map[uint64]*flow.Alert{}}
}

// take notes the newest state of an alert.
func (t *target) take(id uint64, a *flow.Alert) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.pending[id]; !known {
		if len(t.pending) >= maxPending {
			t.lost.Add(1)
			return
		}
		t.order = append(t.order, id)
	}
	t.pending[id] = a
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// next takes up to n alerts, the oldest first.
func (t *target) next(n int) []pending {
	t.mu.Lock()
	defer t.mu.Unlock()
	n = min(n, len(t.order))
	batch := make([]pending, n)
	for i, id := range t.order[:n] {
		batch[i] = pending{id, t.pending[id]}
		delete(t.pending, id)
	}
	t.order = append(t.order[:0], t.order[n:]...)
	return batch
}

// putBack returns a batch that could not be posted, but for alerts of which there is newer word.
func (t *target) putBack(batch []pending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	order := make([]uint64, 0, len(batch)+len(t.order))
	for _, p := range batch {
		if _, newer := t.pending[p.id]; !newer {
			t.pending[p.id] = p.alert
			order = append(order, p.id)
		}
	}
	t.order = append(order, t.order...)
}

func (t *target) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.order)
}
