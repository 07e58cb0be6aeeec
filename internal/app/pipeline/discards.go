package pipeline

import (
	"maps"
	"sync"

	"spoor/flow"
)

// maxDiscards bounds the pairs of switch and reason that are counted apart.
const maxDiscards = 1000

// Discards counts the notifications of discarded packets of all workers. Agents
// limit them to a few a second, so a lock is cheap.
type Discards struct {
	mu    sync.Mutex
	count map[DiscardKey]uint64
	rest  uint64 // beyond the bound
}

// DiscardKey is what notifications are counted by.
type DiscardKey struct {
	Agent  flow.Addr
	Reason flow.DropReason
}

// NewDiscards gives counts that are all 0.
func NewDiscards() *Discards { return &Discards{count: map[DiscardKey]uint64{}} }

// Add counts one notification; without d, none.
func (d *Discards) Add(agent flow.Addr, reason flow.DropReason) {
	if d == nil {
		return
	}
	k := DiscardKey{agent, reason}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.count[k]; !known && len(d.count) >= maxDiscards {
		d.rest++
		return
	}
	d.count[k]++
}

// Counts gives the counts as they are, and how many notifications were of none of them.
func (d *Discards) Counts() (count map[DiscardKey]uint64, rest uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.count), d.rest
}
