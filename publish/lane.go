package publish

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// lane is the way to one sink: its queue's bound and its ledger.
type lane struct {
	sink   Sink
	pool   *pool
	books  *books
	limits [topics]int64  // bound on the bytes queued of the topic's class
	bound  [classes]int64 // the class's own
	wait   bool           // a full queue makes the caller wait instead of dropping
	stamp  bool           // timestamps are moved to the present
	closed atomic.Bool
	spools [classes]*spooling // nil without a spool; set before anything is sealed

	spoolErrors, spoolBytes [classes]*metrics.Counter

	mu     sync.Mutex
	room   sync.Cond        // signalled when bytes leave the queue
	queued [classes]int64   // bytes, guarded by mu
	blocks [topics]blockSum // guarded by mu
	disk   [topics]int64    // records in the spool, guarded by mu
	left   []*Block         // given back undelivered at the shutdown, for the spool; guarded by mu
}

// blockSum is what is queued of a topic.
type blockSum struct{ records, bytes int64 }

func newLane(s Sink, p *pool, b *books, cfg *Config) *lane {
	l := &lane{sink: s, pool: p, books: b, wait: cfg.Wait, stamp: cfg.Restamp}
	l.room.L = &l.mu
	l.bound = [classes]int64{Data: int64(cfg.QueueBytes), Events: int64(cfg.EventBytes)}
	for _, t := range Topics() {
		l.limits[t] = int64(float64(l.bound[t.Policy().Class]) * t.Policy().Share)
	}
	return l
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
		if l.stamp {
			b.FirstTime, b.MaxTime = b.FirstTime+now.UnixMilli()-b.MaxTime, now.UnixMilli()
		}
		l.books.topic[b.Topic].records.Add(int(b.Records))
		switch o := l.admit(b); o {
		case Acknowledged:
			admitted = append(admitted, b)
		case Spooled: // the spool has it
		default:
			b.lane = nil
			l.finish(b, o)
		}
	}
	if len(admitted) > 0 {
		l.sink.Put(admitted)
	}
}

// admit charges the block to its class; Acknowledged means that it may go,
// Spooled that the spool took it.
func (l *lane) admit(b *Block) Outcome {
	class, size := b.Topic.Policy().Class, int64(cap(b.buf))
	l.mu.Lock()
	defer l.mu.Unlock()
	sp := l.spools[class]
	for !l.closed.Load() {
		fits := l.queued[class]+size <= l.limits[b.Topic]
		if fits && !sp.busy() || l.wait && l.queued[class] == 0 {
			b.charged = size
			l.charge(b, 1)
			return Acknowledged
		}
		if sp.takes(b, size) {
			b.charged = size
			l.charge(b, 1)
			return Spooled
		}
		if !l.wait {
			return QueueFull
		}
		l.room.Wait()
	}
	return Shutdown
}

// charge adds or subtracts a block; l.mu is held.
func (l *lane) charge(b *Block, sign int64) {
	l.queued[b.Topic.Policy().Class] += sign * b.charged
	l.blocks[b.Topic].bytes += sign * b.charged
	l.blocks[b.Topic].records += sign * int64(b.Records)
}

// settle ends the life of a block that had been handed over.
func (l *lane) settle(b *Block, o Outcome) {
	if o == Shutdown && l.keep(b) {
		return
	}
	if b.ref != nil {
		if err := b.ref.Finish(b.Partitions, b.Partition, max(b.whole, b.Records)); err != nil {
			l.spoolFailed(b.Topic, err)
		}
	}
	l.mu.Lock()
	l.charge(b, -1)
	l.room.Broadcast()
	sp := l.spools[b.Topic.Policy().Class]
	if sp.busy() {
		sp.poke()
	}
	l.mu.Unlock()
	l.finish(b, o)
}

// finish counts the outcome, tells who asked, and keeps the buffer.
func (l *lane) finish(b *Block, o Outcome) {
	l.books.end(b, o)
	for _, a := range b.acks {
		a.done(o)
	}
	l.pool.put(b)
}

// exchange replaces a queued block by others that hold its records.
func (l *lane) exchange(old *Block, blocks []*Block) {
	l.mu.Lock()
	l.charge(old, -1)
	for _, b := range blocks {
		b.charged = int64(cap(b.buf))
		l.charge(b, 1)
	}
	l.mu.Unlock()
	old.lane = nil
	l.pool.put(old)
}

// refuse counts one record that was encoded but fits into no block.
func (l *lane) refuse(t Topic, o Outcome, done func(Outcome)) {
	l.books.topic[t].records.Inc()
	l.books.topic[t].dropped[o].Inc()
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

// sum gives what is queued of a topic.
func (l *lane) sum(t Topic) blockSum {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blocks[t]
}
