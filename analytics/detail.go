package analytics

import (
	"spoor/analytics/elephant"
	"spoor/analytics/path"
	"spoor/flow"
)

// detail is what a flow needs while something about it is open: its path, the
// stages behind its estimate, its sequence proof. A pool of bounded size holds
// them; a flow that has to give its detail up keeps its entry and its interned
// path, and gets a new detail with its next sample.
type detail struct {
	vital
	tracker path.Tracker // its front as well

	since        int64  // arrival of the first sample
	older, newer uint32 // newcomers between these; 0 none
}

// vital is what each sample of the flow touches of its detail.
type vital struct {
	slot     uint32
	busy     bool    // belongs to a flow
	used     bool    // since the pool's hand passed
	newcomer bool    // of one sample so far
	restored bool    // its path was known from before: the stages that it promises are not predicted yet
	limitOf  uint32  // the path
	limitBy  uint64  // and the snapshot by which
	limit    float64 // is that of its tightest link
	last     int64   // arrival of the latest sample
	life     *life
	told     told
	attrs    flow.Attributes
	stages   elephant.Stages
	recent   elephant.Recent
	sequence elephant.Sequence
	estimate elephant.Estimate
}

// told is the latest path message of a flow.
type told struct {
	state flow.PathState
	known bool
	open  bool // a complete path that waits for the flow's second sample
	at    int64
	hops  []path.Hop
	ways  []toldWay // of a sprayed flow
}

const detailChunk = 21 // fills 16 kB

// Details of a shard: one for each eight flows within these bounds. They take
// about 2 kB each.
const (
	fewDetails  = 256
	manyDetails = 384
)

// detailPool hands out details by number, from 1. Flows of one sample stand in
// a queue of their own: where details are short the oldest of them makes room
// for the next, so that a flood of such flows takes none from others.
type detailPool struct {
	chunks         [][]detail
	free           []uint32
	open           []uint64 // a bit for each that a tick has to look at, by number
	openBy         uint64   // the snapshot by which the others need no look
	limit          int
	hand           uint32
	oldest, newest uint32 // of the newcomers
	newcomers      int
}

// reopen has ticks look at a detail.
func (p *detailPool) reopen(id uint32) { p.open[id/64] |= 1 << (id % 64) }

// reopenAll has them look at all, if the snapshot is another one.
func (p *detailPool) reopenAll(version uint64) {
	if p.openBy != version {
		p.openBy = version
		for i := range p.open {
			p.open[i] = ^uint64(0)
		}
	}
}

func (p *detailPool) isOpen(id uint32) bool { return p.open[id/64]>>(id%64)&1 != 0 }

func (p *detailPool) close(id uint32) { p.open[id/64] &^= 1 << (id % 64) }

func (p *detailPool) at(id uint32) *detail {
	id--
	return &p.chunks[id/detailChunk][id%detailChunk]
}

func (p *detailPool) len() uint32 { return uint32(len(p.chunks) * detailChunk) }

// crowded: more than a sixteenth of the details are in use. A flow with a detail touches several times
// the memory of one without, so that calm ones do without long before details run short.
func (p *detailPool) crowded() bool { return int(p.len())-len(p.free) > p.limit/16 }

// get gives an unused detail, 0 if one must be taken from another flow.
func (p *detailPool) get() uint32 {
	if len(p.free) == 0 && int(p.len()) < p.limit {
		base := p.len()
		p.chunks = append(p.chunks, make([]detail, detailChunk))
		for i := range uint32(detailChunk) {
			p.free = append(p.free, base+detailChunk-i)
		}
		for uint32(len(p.open)) <= (base+detailChunk)/64 {
			p.open = append(p.open, 0)
		}
	}
	n := len(p.free)
	if n == 0 {
		return 0
	}
	id := p.free[n-1]
	p.free = p.free[:n-1]
	return id
}

// welcome puts the detail of a flow's first sample behind those of the other newcomers.
func (p *detailPool) welcome(id uint32) {
	d := p.at(id)
	d.newcomer, d.older, d.newer = true, p.newest, 0
	if p.newest != 0 {
		p.at(p.newest).newer = id
	} else {
		p.oldest = id
	}
	p.newest = id
	p.newcomers++
}

// admit takes a detail out of the newcomers' queue: its flow was sampled again, or left.
func (p *detailPool) admit(id uint32) {
	d := p.at(id)
	if !d.newcomer {
		return
	}
	if d.older != 0 {
		p.at(d.older).newer = d.newer
	} else {
		p.oldest = d.newer
	}
	if d.newer != 0 {
		p.at(d.newer).older = d.older
	} else {
		p.newest = d.older
	}
	d.newcomer, d.older, d.newer = false, 0, 0
	p.newcomers--
}

// put gives a detail back; it keeps the memory of its parts.
func (p *detailPool) put(id uint32) {
	p.admit(id)
	p.at(id).busy = false
	p.free = append(p.free, id)
}

// victim gives the detail of a flow that needs it least: the oldest newcomer
// while they have a quarter of all, else one that is no elephant and was not
// touched since the hand last passed.
func (p *detailPool) victim() uint32 {
	if 4*p.newcomers > int(p.len()) {
		return p.oldest
	}
	n := p.len()
	for range 2 * n {
		p.hand = p.hand%n + 1
		if d := p.at(p.hand); d.busy && d.life == nil && !d.newcomer {
			if !d.used {
				return p.hand
			}
			d.used = false
		}
	}
	return p.oldest
}
