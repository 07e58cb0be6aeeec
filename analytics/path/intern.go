package path

import (
	"math"
	"sync"
	"sync/atomic"

	"spoor/internal/mem"
	"spoor/topology"
)

// Ends are the ports at which a flow enters its first switch and leaves its
// last one, 0 unknown: what flows that share a path do not share.
type Ends struct{ In, Out uint32 }

// shared is a path that flows share, without pointers; of one of up to four
// hops all that a sample is compared with lies in one cache line. It stays as it
// is, but for the first fields, while somebody refers to it.
type shared struct {
	refs   int32
	next   uint32 // of the same hash
	n      uint32
	_      uint32
	places [MaxHops]place
	_      [4]uint32
}

// place is a hop as flows share it.
type place struct {
	sw      topology.SwitchID
	in, out uint32 // 0 at the path's ends
}

// Interner gives equal paths one number, so that a flow keeps 4 bytes. Any
// number of goroutines may use it: who asks about a number holds a reference to
// it. Numbers of paths that nobody refers to are used again. Make it with NewInterner.
type Interner struct {
	mu     sync.Mutex
	heads  map[uint64]uint32 // by hash
	free   []uint32
	used   uint32 // numbers that were ever given
	limit  uint32
	chunks [maxChunks]atomic.Pointer[[chunkPaths]shared]
}

// Sizes of an Interner: 128 bytes a path, in chunks of 128 kB.
const (
	chunkPaths = 1 << 10
	maxChunks  = 1 << 10
)

// NewInterner gives an interner for so many paths, at most a million.
func NewInterner(limit int) *Interner {
	return &Interner{heads: map[uint64]uint32{}, limit: uint32(min(max(limit, 1), maxChunks*chunkPaths-1))}
}

func (n *Interner) at(id uint32) *shared {
	return &n.chunks[id/chunkPaths].Load()[id%chunkPaths]
}

// Intern gives the number of a path, whatever its ends and whichever of its hops
// were observed, and takes a reference to it; 0 for a path that is too long, and
// once there are too many.
func (n *Interner) Intern(hops []Hop) uint32 {
	if len(hops) == 0 || len(hops) > MaxHops {
		return 0
	}
	var places [MaxHops]place
	for i := range hops {
		places[i] = place{sw: hops[i].Switch, in: hops[i].In, out: hops[i].Out}
	}
	places[0].in, places[len(hops)-1].out = 0, 0
	h := hashPath(&places)
	n.mu.Lock()
	defer n.mu.Unlock()
	head := n.heads[h]
	for id := head; id != 0; id = n.at(id).next {
		if k := n.at(id); k.places == places {
			k.refs++
			return id
		}
	}
	id := n.number()
	if id != 0 {
		*n.at(id) = shared{refs: 1, next: head, n: uint32(len(hops)), places: places}
		n.heads[h] = id
	}
	return id
}

func hashPath(places *[MaxHops]place) uint64 {
	h := uint64(0)
	for i := range places {
		p := &places[i]
		h = (h ^ uint64(p.sw)<<32 ^ uint64(p.in)) * 0x9e3779b97f4a7c15
		h = (h ^ h>>29 ^ uint64(p.out)) * 0xbf58476d1ce4e5b9
		h ^= h >> 32
	}
	return h
}

// number gives an unused number, 0 if there is none.
func (n *Interner) number() uint32 {
	if k := len(n.free); k > 0 {
		id := n.free[k-1]
		n.free = n.free[:k-1]
		return id
	}
	if n.used == n.limit {
		return 0
	}
	n.used++
	if c := &n.chunks[n.used/chunkPaths]; c.Load() == nil {
		c.Store(new([chunkPaths]shared))
	}
	return n.used
}

// Release gives a reference back; 0 is no reference.
func (n *Interner) Release(id uint32) {
	if id == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	k := n.at(id)
	if k.refs--; k.refs > 0 {
		return
	}
	h := hashPath(&k.places)
	if head := n.heads[h]; head != id {
		for head = n.heads[h]; n.at(head).next != id; {
			head = n.at(head).next
		}
		n.at(head).next = k.next
	} else if k.next == 0 {
		delete(n.heads, h)
	} else {
		n.heads[h] = k.next
	}
	n.free = append(n.free, id)
}

// Hops appends the hops of a path with its ends to dst.
func (n *Interner) Hops(id uint32, ends Ends, dst []Hop) []Hop {
	if id == 0 {
		return dst
	}
	k := n.at(id)
	from := len(dst)
	for _, p := range k.places[:k.n] {
		dst = append(dst, Hop{Switch: p.sw, In: p.in, Out: p.out})
	}
	dst[from].In, dst[len(dst)-1].Out = ends.In, ends.Out
	return dst
}

// Has reports whether a path with these ends passes a switch by these very
// ports, 0 being any. Unknown ports of the path are no such ports.
func (n *Interner) Has(id uint32, ends Ends, sw topology.SwitchID, in, out uint32) bool {
	k := n.at(id)
	for i := range k.n {
		if p := &k.places[i]; p.sw == sw {
			a, b := p.in, p.out
			if i == 0 {
				a = ends.In
			}
			if i == k.n-1 {
				b = ends.Out
			}
			return (in == 0 || in == a) && (out == 0 || out == b)
		}
	}
	return false
}

// Fetch asks for the memory of a path that Has will read.
func (n *Interner) Fetch(id uint32) { mem.Fetch(n.at(id)) }

// Len gives the number of paths in use.
func (n *Interner) Len() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return int(n.used) - len(n.free)
}

// Lengths gives how many references to paths there are, and the number of switches on all these together.
func (n *Interner) Lengths() (flows, hops int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id := uint32(1); id <= n.used; id++ {
		k := n.at(id)
		flows += int(k.refs)
		hops += int(k.refs) * int(k.n)
	}
	return flows, hops
}

// Tightest gives the rate, in bit/s, from which a flow takes too much of one of
// the links of a path, 0 if no speed is known.
func Tightest(snap *topology.Snapshot, hops []Hop) float64 {
	least := math.Inf(1)
	for _, h := range hops {
		least = min(least, limitAt(snap, h.Switch, h.In), limitAt(snap, h.Switch, h.Out))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// LimitSeen gives the same of the ports that were sampled.
func (t *Tracker) LimitSeen(snap *topology.Snapshot) float64 {
	least := math.Inf(1)
	for i := range t.obs {
		o := &t.obs[i]
		least = min(least, limitAt(snap, o.Switch, o.In), limitAt(snap, o.Switch, o.Out))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func limitAt(snap *topology.Snapshot, id topology.SwitchID, ifIndex uint32) float64 {
	if ifIndex != 0 {
		if p := snap.Port(id, ifIndex); p != nil && p.Speed > 0 {
			return p.Limit()
		}
	}
	return math.Inf(1)
}
