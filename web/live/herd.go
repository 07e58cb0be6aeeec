package live

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"spoor/analytics/elephant"
	"spoor/flow"
	"spoor/publish"
	"spoor/web/scene"
)

// How long elephants are shown after their end, and kept for the history, in seconds.
const (
	recentFor = 1800
	keptFor   = 5400
	maxKept   = 2048 // that ended; the earliest go first
	fastLen   = 120  // rates, each second
	slowLen   = 360  // rates, each ten seconds
	slowStep  = 10
)

// herd is the elephants of the last hour and a half. Only take and show change
// it, on one goroutine; series and moves may be read by others.
type herd struct {
	collector string

	mu     sync.RWMutex
	known  map[string]*beast
	active map[uint64]*beast
	moved  map[uint64][]move
	order  []uint64 // of moved, the oldest first
}

// beast is one elephant.
type beast struct {
	last    flow.Elephant
	message *scene.Message
	rate    scene.Rate
	fast    []float32
	slow    []float32
	slowAt  int64 // Unix s of the newest, a multiple of slowStep
}

// move is a change of a flow's path.
type move struct {
	time int64 // Unix ns
	from []string
	to   []string
}

func (h *herd) init(collector string) {
	h.collector = collector
	h.known, h.active, h.moved = map[string]*beast{}, map[uint64]*beast{}, map[uint64][]move{}
}

// take notes what the engine told.
func (h *herd) take(told []*flow.Elephant, paths []*flow.Path, now int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range told {
		h.elephant(m)
	}
	for _, p := range paths {
		if p.Cause == flow.PathMoved {
			h.move(p)
		}
		b := h.active[p.ID]
		if b == nil || p.Time < b.last.Time || p.Cause == flow.PathExpired {
			continue
		}
		b.last.Path, b.last.PathState = p.Hops, p.State
		b.message = h.describe(&b.last)
	}
	h.forget(now / 1e9)
}

func (h *herd) elephant(m *flow.Elephant) {
	name := m.Alert()
	b := h.known[name]
	if b == nil {
		b = &beast{}
		h.known[name] = b
	}
	b.last = *m
	if m.State == flow.ElephantEnded {
		delete(h.active, m.ID)
	} else {
		h.active[m.ID] = b
	}
	b.rate = scene.Rate{Bits: m.Rate, Low: m.RateLow, High: m.RateHigh}
	b.message = h.describe(&b.last)
}

func (h *herd) move(p *flow.Path) {
	list, ok := h.moved[p.ID]
	if !ok {
		h.order = append(h.order, p.ID)
		if len(h.order) > maxMoved {
			delete(h.moved, h.order[0])
			h.order = slices.Delete(h.order, 0, 1)
		}
	}
	if len(list) >= maxNews {
		list = slices.Delete(slices.Clone(list), 0, 1)
	}
	h.moved[p.ID] = append(slices.Clip(list), move{p.Time, p.Previous, p.Switches()})
}

// describe makes the message that pages get of an elephant.
func (h *herd) describe(m *flow.Elephant) *scene.Message {
	text := publish.AppendElephant(nil, m, h.collector)
	text = append(text[:len(text)-1], `,"moves":`...)
	text = appendMoves(text, h.moved[m.ID])
	return &scene.Message{
		Alert: m.Alert(), Text: slices.Clip(text), Slot: m.Slot, Active: m.State != flow.ElephantEnded, Ended: m.Ended / 1e9, Share: m.Share, Bits: m.Rate,
	}
}

func appendMoves(b []byte, list []move) []byte {
	b = append(b, '[')
	for i, m := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"time":"`...)
		b = time.Unix(0, m.time).UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, `","from":`...)
		b = quoteAll(b, m.from)
		b = append(b, `,"to":`...)
		b = append(quoteAll(b, m.to), '}')
	}
	return append(b, ']')
}

// forget drops what ended long ago; beyond the bound the oldest ends go first.
func (h *herd) forget(now int64) {
	var over []*beast
	for name, b := range h.known {
		switch {
		case b.message.Active:
		case now-b.message.Ended > keptFor:
			delete(h.known, name)
		default:
			over = append(over, b)
		}
	}
	if n := len(over) - maxKept; n > 0 {
		slices.SortFunc(over, func(a, b *beast) int { return cmp.Compare(a.message.Ended, b.message.Ended) })
		for _, b := range over[:n] {
			delete(h.known, b.message.Alert)
		}
	}
}

// show gives the elephants of a time: the active ones, by share, with the rates
// that they have now, and those that ended of late, the latest first.
func (h *herd) show(now int64, rates func(func(uint64, elephant.Interval))) []scene.Elephant {
	h.mu.Lock()
	defer h.mu.Unlock()
	rates(func(id uint64, v elephant.Interval) {
		if b := h.active[id]; b != nil && v.Rate > 0 {
			b.rate = scene.Rate{Bits: v.Rate, Low: v.Low, High: v.High}
		}
	})
	var on, off []scene.Elephant
	for _, b := range h.known {
		switch m := b.message; {
		case m.Active:
			b.note(now)
			on = append(on, scene.Elephant{Message: m, Rate: b.rate})
		case now-m.Ended < recentFor:
			off = append(off, scene.Elephant{Message: m, Rate: b.rate})
		}
	}
	slices.SortFunc(on, func(a, b scene.Elephant) int {
		return cmp.Or(cmp.Compare(b.Message.Share, a.Message.Share), cmp.Compare(a.Message.Alert, b.Message.Alert))
	})
	slices.SortFunc(off, func(a, b scene.Elephant) int {
		return cmp.Or(cmp.Compare(b.Message.Ended, a.Message.Ended), cmp.Compare(a.Message.Alert, b.Message.Alert))
	})
	return append(on[:min(len(on), maxElephants)], off[:min(len(off), maxElephants)]...)
}

// note keeps the rate of a second.
func (b *beast) note(now int64) {
	v := float32(b.rate.Bits)
	if b.fast = append(b.fast, v); len(b.fast) > fastLen {
		b.fast = slices.Delete(b.fast, 0, 1)
	}
	if now-now%slowStep > b.slowAt {
		b.slowAt = now - now%slowStep
		if b.slow = append(b.slow, v); len(b.slow) > slowLen {
			b.slow = slices.Delete(b.slow, 0, 1)
		}
	}
}

// series gives the rates of an elephant until a time: those of the last two
// minutes each second, earlier ones each ten.
func (h *herd) series(alert string, until, now int64) (bits []float32, step int) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	b := h.known[alert]
	switch {
	case b == nil:
		return nil, 1
	case now-until < slowStep || !b.message.Active && b.message.Ended <= until:
		return slices.Clone(b.fast), 1
	}
	n := len(b.slow) - int(max(0, (b.slowAt-until+slowStep-1)/slowStep))
	if n <= 0 {
		return nil, slowStep
	}
	return slices.Clone(b.slow[max(0, n-60):n]), slowStep
}

// movesOf gives the moves of a flow until a time (Unix s) as JSON.
func (h *herd) movesOf(id uint64, until int64) []byte {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := h.moved[id]
	for len(list) > 0 && list[len(list)-1].time/1e9 > until {
		list = list[:len(list)-1]
	}
	return appendMoves(nil, list)
}

func quoteAll(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, s)
	}
	return append(b, ']')
}
