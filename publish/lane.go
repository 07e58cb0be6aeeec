package publish

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// lane is the way to one sink: its queue's bound and its ledger.
type lane struct {
	sink    Sink
	pool    *pool
	books   *books
	topics  [topics]TopicConfig
	limits  [topics]int64  // bound on the bytes queued of the topic's class
	bound   [classes]int64 // the class's own
	wait    bool           // a full queue makes the caller wait instead of dropping
	restamp bool           // timestamps are moved to the present
	closed  atomic.Bool
	spools  [classes]*spooling // nil without a spool; set before anything is sealed

	spoolErrors, spoolBytes [classes]*metrics.Counter

	mu     sync.Mutex
	room   sync.Cond        // signalled when bytes leave the queue
	queued [classes]int64   // bytes, guarded by mu
	blocks [topics]blockSum // guarded by mu
	left   []*Block         // given back undelivered at the shutdown, for the spool; guarded by mu
}

// blockSum is what is kept of a topic: a list of the blocks queued in the order
// in which they came, their sums, and what is on disk.
type blockSum struct {
	records, bytes int64 // queued
	spooled        int64 // records on disk
	first, last    *Block
	since          time.Time // when the first one came; zero if there is none
}

// age tells for how long the oldest block has been queued.
func (s blockSum) age() time.Duration {
	if s.since.IsZero() {
		return 0
	}
	return max(0, time.Since(s.since))
}

// link adds a block at the end, or takes it out.
func (s *blockSum) link(b *Block, in bool) {
	if in {
		if b.before = s.last; s.last != nil {
			s.last.after = b
		} else {
			s.first = b
		}
		s.last = b
		return
	}
	if b.before != nil {
		b.before.after = b.after
	} else {
		s.first = b.after
	}
	if b.after != nil {
		b.after.before = b.before
	} else {
		s.last = b.before
	}
	b.before, b.after = nil, nil
}

func newLane(s Sink, p *pool, b *books, cfg *Config) *lane {
	l := &lane{sink: s, pool: p, books: b, topics: cfg.Topics, wait: cfg.Wait, restamp: cfg.Restamp}
	l.room.L = &l.mu
	l.bound = [classes]int64{Samples: int64(cfg.QueueBytes), Events: int64(cfg.EventBytes), Urgent: int64(cfg.AlertBytes)}
	for _, t := range Topics() {
		l.limits[t] = int64(float64(l.bound[l.class(t)]) * t.Policy().Share)
	}
	return l
}

// class says whose queue and spool the topic shares.
func (l *lane) class(t Topic) Class { return l.topics[t].Class }

// place gives the partition for a key's hash among n.
func (l *lane) place(t Topic, hash uint32, n int32) int32 {
	if p := l.topics[t].Partition; p >= 0 {
		return p % n
	}
	return place(hash, n)
}

// seal counts the blocks' records, admits what the queue's bound allows and
// hands it over. It takes the blocks over and leaves the slice to the caller.
//
// Here, and only here, a block goes to the spool or is refused because the queue is full.
func (l *lane) seal(blocks []*Block) {
	if len(blocks) == 0 {
		return
	}
	admitted, now := blocks[:0], time.Now()
	for _, b := range blocks {
		b.lane, b.sealed = l, now
		if l.restamp {
			b.FirstTime, b.MaxTime = b.FirstTime+now.UnixMilli()-b.MaxTime, now.UnixMilli()
		}
		switch o := l.admit(b); o {
		case hasRoom:
			if admitted = append(admitted, b); l.wait { // the next may wait for the room that this one takes
				l.sink.Put(admitted)
				admitted = admitted[:0]
			}
		case Spooled: // the spool has it
		default:
			b.lane = nil
			l.release(b, o)
		}
	}
	if len(admitted) > 0 {
		l.sink.Put(admitted)
	}
}

// hasRoom is the outcome, for now, of a block that goes to the sink.
const hasRoom = Outcome(outcomes)

// admit counts the block and charges it to its class. It gives hasRoom, Spooled if the
// spool took it, or why it is dropped.
func (l *lane) admit(b *Block) Outcome {
	b.class = l.class(b.Topic)
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.takeLocked(b, int64(cap(b.buf)))
	l.books.topic[b.Topic].records.Add(int(b.Records))
	if o != hasRoom && o != Spooled {
		l.books.endLocked(b, o)
	}
	return o
}

// takeLocked finds room for the block, and waits for it where that is wanted. A block
// whose class has a spool that still holds something goes there too, however empty the
// queue is (busyLocked): what is on disk is older, and within a class order is kept. A
// single block larger than the whole bound passes where the caller waits, or it would wait for ever.
func (l *lane) takeLocked(b *Block, size int64) Outcome {
	class := b.class
	sp := l.spools[class]
	if l.topics[b.Topic].Memory && l.blocks[b.Topic].spooled == 0 { // behind what an earlier run left, if anything
		sp = nil
	}
	for !l.closed.Load() {
		fits := l.queued[class]+size <= l.limits[b.Topic]
		if fits && !sp.busyLocked() || l.wait && l.queued[class] == 0 {
			b.charged = size
			l.chargeLocked(b, 1)
			return hasRoom
		}
		if sp.takesLocked(b, size) {
			b.charged = size
			l.chargeLocked(b, 1)
			return Spooled
		}
		if !l.wait {
			return QueueFull
		}
		l.room.Wait()
	}
	return Shutdown
}

// chargeLocked adds or subtracts a block.
func (l *lane) chargeLocked(b *Block, sign int64) {
	l.queued[b.class] += sign * b.charged
	s := &l.blocks[b.Topic]
	s.bytes += sign * b.charged
	s.records += sign * int64(b.Records)
	s.link(b, sign > 0)
}

// takeBack ends the life of a block that had been handed over. The journal on disk is
// written first, and outside of the lock: should the program die in between, the block is
// done with, as it is here, and not sent a second time.
func (l *lane) takeBack(b *Block, o Outcome) {
	if o == Shutdown && l.keep(b) {
		return
	}
	if b.ref != nil {
		if err := b.ref.Finish(b.Partitions, b.Partition, max(b.whole, b.Records)); err != nil {
			l.spoolFailed(b.class, err)
		}
	}
	l.mu.Lock()
	l.chargeLocked(b, -1)
	l.books.endLocked(b, o)
	l.room.Broadcast()
	sp := l.spools[b.class]
	if sp.busyLocked() {
		sp.poke()
	}
	l.mu.Unlock()
	l.release(b, o)
}

// release tells who asked, and keeps the buffer. The outcome was counted while l.mu
// was held, with which the block left the queue: the ledger closes at any moment.
func (l *lane) release(b *Block, o Outcome) {
	for _, a := range b.acks {
		a.done(o)
	}
	l.pool.put(b)
}

// exchange replaces a queued block by others that hold its records.
func (l *lane) exchange(old *Block, blocks []*Block) {
	l.mu.Lock()
	l.chargeLocked(old, -1)
	for _, b := range blocks {
		b.charged = int64(cap(b.buf))
		l.chargeLocked(b, 1)
	}
	l.mu.Unlock()
	old.lane = nil
	l.pool.put(old)
}

// refuse counts one record that was encoded but fits into no block.
func (l *lane) refuse(t Topic, o Outcome, size int, done func(Outcome)) {
	l.mu.Lock()
	l.books.topic[t].records.Inc()
	l.books.topic[t].dropped[o].Inc()
	l.books.topic[t].bytes[o].Add(size)
	l.mu.Unlock()
	if done != nil {
		done(o)
	}
}

// close makes every later block a drop and wakes who waits for room.
func (l *lane) close() {
	l.mu.Lock()
	l.closed.Store(true)
	l.room.Broadcast()
	l.mu.Unlock()
}

// sum gives what is kept of a topic at one moment: a record that is on its way
// from the disk to the queue is in one of the two.
func (l *lane) sum(t Topic) blockSum {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sumLocked(t)
}

// sumLocked is sum for who holds l.mu.
func (l *lane) sumLocked(t Topic) blockSum {
	s := l.blocks[t]
	if s.first != nil {
		s.since = s.first.sealed
	}
	return s
}
