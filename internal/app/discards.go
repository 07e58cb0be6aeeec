package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"

	"spoor/flow"
	"spoor/internal/telemetry"
)

// maxDiscardSeries bounds the pairs of switch and reason that have a series of their own.
const maxDiscardSeries = 1000

// discards counts the notifications of discarded packets of all workers. Agents
// limit them to a few a second, so a lock is cheap.
type discards struct {
	mu    sync.Mutex
	count map[discardKey]uint64
	rest  uint64 // beyond the bound
}

type discardKey struct {
	agent  flow.Addr
	reason flow.DropReason
}

func newDiscards() *discards { return &discards{count: map[discardKey]uint64{}} }

func (d *discards) add(agent flow.Addr, reason flow.DropReason) {
	if d == nil {
		return
	}
	k := discardKey{agent, reason}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.count[k]; !known && len(d.count) >= maxDiscardSeries {
		d.rest++
		return
	}
	d.count[k]++
}

// write writes the counts; name gives a switch's.
func (d *discards) write(w io.Writer, name func(flow.Addr) string) {
	type row struct {
		labels string
		n      uint64
	}
	d.mu.Lock()
	rows := make([]row, 0, len(d.count))
	for k, n := range d.count {
		rows = append(rows, row{fmt.Sprintf("agent=%q,switch=%s,reason=%q", k.agent, telemetry.Quote(name(k.agent)), k.reason), n})
	}
	rest := d.rest
	d.mu.Unlock()
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.labels, b.labels) })
	t := telemetry.NewText(w)
	for _, r := range rows {
		t.Counter("spoor_discarded_packets_total", r.labels, r.n)
	}
	t.Counter("spoor_discarded_packets_total", `agent="other",switch="",reason=""`, rest)
}
