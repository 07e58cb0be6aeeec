package history

import (
	"slices"
	"sync"

	"spoor/analytics"
	"spoor/flow"
)

// FlowsBytes bounds the memory of Flows, about.
const FlowsBytes = 64 << 20

// MostFlows is how many flows of each ten seconds are kept at most.
const MostFlows = 4096

// Bounds of what one flow takes.
const (
	slots  = Hour / Step
	bridge = 6 // slots that a flow may be missing and still be the same run
	never  = float32(-1)
)

// Flows keeps the largest flows of each ten seconds of the last hour: their rates
// and their paths. Its memory is bounded, and an hour always fits: of each ten
// seconds only so many flows are taken in anew, the largest first, as their part
// of the memory allows; what one leaves over the next ones may use. It may be
// used by several goroutines.
type Flows struct {
	mu    sync.RWMutex
	limit int
	bytes int
	spare int // bytes that were left over

	runs   []*run
	recent map[flow.Key]*run // seen in the last few slots
	slices []slice           // by slot
	ways   map[string]*way
	ports  portTable
	text   []byte // scratch
}

// slice is what is known of ten seconds as a whole.
type slice struct {
	slot  int64
	total int // flows that there were, kept or not
	kept  int
}

// run is a flow while it was among the largest.
type run struct {
	key        flow.Key
	attributes slimAttributes
	first      int64     // first sample, Unix ns
	start      int64     // slot of rates[0]
	rates      []float32 // bit/s by slot, never where it was not among the largest
	ways       []since
}

// slimAttributes are those of a flow that are worth their room.
type slimAttributes struct {
	vni    uint32
	vlan   uint16
	tunnel flow.Tunnel
}

// since says from which slot on a flow took a way; nil: none was known.
type since struct {
	slot int64
	way  *way
}

// About what things take in memory, in bytes, beside what varies.
const (
	runBytes = 200 // with its places in runs and recent
	wayBytes = 240
)

func (r *run) size() int { return runBytes + 4*cap(r.rates) + 16*cap(r.ways) }

func (r *run) end() int64 { return r.start + int64(len(r.rates)) }

// at gives the rate of a slot, never if there is none.
func (r *run) at(slot int64) float32 {
	if slot < r.start || slot >= r.end() {
		return never
	}
	return r.rates[slot-r.start]
}

// way gives the way of a slot.
func (r *run) way(slot int64) *way {
	for _, w := range slices.Backward(r.ways) {
		if w.slot <= slot {
			return w.way
		}
	}
	return nil
}

// NewFlows gives a store of at most so many bytes, about.
func NewFlows(limit int) *Flows {
	return &Flows{limit: limit, recent: map[flow.Key]*run{}, ways: map[string]*way{}, ports: newPortTable()}
}

// Slot gives the number of the ten seconds of a time (Unix s).
func Slot(t int64) int64 { return t / Step }

// Add keeps the flows of a time (Unix s), which come with the highest rate first;
// total is how many there were. A slot is taken once. What is kept is copied.
func (s *Flows) Add(t int64, list []analytics.FlowState, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := Slot(t)
	if n := len(s.slices); n > 0 && now <= s.slices[n-1].slot {
		return
	}
	s.forget(now)
	// An hour of equal parts fits into three quarters; an eighth may be left over at a
	// time, and the last eighth is for rates of flows that were there before.
	room := s.limit*3/4/slots + s.spare
	x := slice{slot: now, total: total}
	for i := range list[:min(len(list), MostFlows)] {
		f := &list[i]
		if f.Rate < 0 {
			continue
		}
		spent, ok := s.note(f, now, room)
		if room -= spent; ok {
			x.kept++
		}
	}
	s.spare = max(0, min(room, s.limit/8))
	s.slices = append(s.slices, x)
	for key, r := range s.recent {
		if r.end() <= now-bridge {
			delete(s.recent, key)
		}
	}
}

// note keeps the rate of a flow, and gives what was spent of the room for new things.
func (s *Flows) note(f *analytics.FlowState, now int64, room int) (spent int, ok bool) {
	before := s.bytes
	r := s.recent[f.Key]
	if r == nil || r.end() < now-bridge {
		if room < runBytes {
			return 0, false
		}
		r = &run{
			key: f.Key, first: f.First, start: now, rates: make([]float32, 0, 4),
			attributes: slimAttributes{f.Attributes.VNI, f.Attributes.VLAN, f.Attributes.Tunnel},
		}
		s.runs, s.recent[f.Key] = append(s.runs, r), r
		s.bytes += r.size()
	}
	w := s.intern(f.Path)
	if w != nil && w.users == 0 && room < runBytes+w.size() {
		w = nil // no room for it: then it is unknown
	}
	if w != r.way(now) {
		size := r.size()
		r.ways = append(r.ways, since{now, w})
		s.hold(w)
		s.bytes += r.size() - size
	}
	spent = s.bytes - before
	size := r.size()
	for r.end() < now {
		r.push(never)
	}
	r.push(float32(f.Rate))
	s.bytes += r.size() - size
	return spent, true
}

// push adds a rate; room grows by a fifth, for memory is counted.
func (r *run) push(v float32) {
	if n := len(r.rates); n == cap(r.rates) {
		r.rates = append(make([]float32, 0, n+max(4, n/5)), r.rates...)
	}
	r.rates = append(r.rates, v)
}

// forget drops what is older than an hour, and more where memory is short.
func (s *Flows) forget(now int64) {
	oldest := now - slots + 1
	if len(s.slices) > 0 && s.slices[0].slot > oldest {
		oldest = s.slices[0].slot
	}
	for {
		s.drop(oldest)
		if s.bytes <= s.limit || oldest >= now {
			return
		}
		oldest += slots / 20
	}
}

func (s *Flows) drop(oldest int64) {
	left := s.runs[:0]
	for _, r := range s.runs {
		if r.end() <= oldest {
			s.bytes -= r.size()
			for _, w := range r.ways {
				s.release(w.way)
			}
			if s.recent[r.key] == r {
				delete(s.recent, r.key)
			}
			continue
		}
		if old := int(oldest - r.start); old > 60 || old > 0 && old > len(r.rates)/2 {
			s.trim(r, old)
		}
		left = append(left, r)
	}
	clear(s.runs[len(left):])
	s.runs = left
	k := 0
	for k < len(s.slices) && s.slices[k].slot < oldest {
		k++
	}
	s.slices = slices.Delete(s.slices, 0, k)
}

// trim drops the rates and ways of slots that are too old.
func (s *Flows) trim(r *run, old int) {
	size := r.size()
	r.rates, r.start = append(make([]float32, 0, len(r.rates)-old+4), r.rates[old:]...), r.start+int64(old)
	for len(r.ways) > 1 && r.ways[1].slot <= r.start {
		s.release(r.ways[0].way)
		r.ways = slices.Delete(r.ways, 0, 1)
	}
	s.bytes += r.size() - size
}
