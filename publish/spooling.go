package publish

import (
	"errors"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/publish/spool"
)

// spoolInbox bounds the bytes that wait to be written to the spool: what comes
// faster than the disk takes it is dropped.
const spoolInbox = 16 << 20

// spooling brings the blocks of a class to disk while memory is full, and back.
// As long as anything is there, new blocks queue up behind it. A goroutine of
// its own does all reading and writing.
type spooling struct {
	lane  *lane
	class Class
	disk  *spool.Spool
	spare []*spool.Spool // what may give way when the disk is full, the first first

	inbox   []*Block // guarded by lane.mu, as are the next two
	waiting int64    // bytes in inbox and in hand
	active  bool     // new blocks go into inbox

	taken   []*Block // in hand
	wake    chan struct{}
	stop    chan struct{}
	done    chan struct{}
	failure atomic.Pointer[error] // the last attempt's, nil after a success
	errors  *metrics.Counter
	written *metrics.Counter // bytes of payload
}

// busyLocked reports whether new blocks must queue up. On nil, as
// all methods that are called by others, it does what having no spool means.
func (s *spooling) busyLocked() bool { return s != nil && s.active }

// takesLocked puts the block into the inbox if there is room.
func (s *spooling) takesLocked(b *Block, size int64) bool {
	if s == nil || s.waiting+size > spoolInbox {
		return false
	}
	s.inbox = append(s.inbox, b)
	s.waiting += size
	s.active = true
	s.poke()
	return true
}

func (s *spooling) poke() {
	if s == nil {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// tendEvery is how often age and syncing are looked after.
const tendEvery = 200 * time.Millisecond

// run is the life of the goroutine; at its end the inbox is on disk.
func (s *spooling) run() {
	defer close(s.done)
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			s.store(false)
			return
		case <-s.wake:
			s.store(true)
			for s.load() {
				s.store(true)
			}
		case now := <-tick.C:
			if err := s.disk.Tend(now); err != nil {
				s.failed(err)
			}
		}
	}
}

// store writes the inbox to disk. What memory has room for by now goes straight
// on if nothing is on disk.
func (s *spooling) store(direct bool) {
	l := s.lane
	l.mu.Lock()
	s.taken = append(s.taken[:0], s.inbox...)
	clear(s.inbox)
	s.inbox = s.inbox[:0]
	l.mu.Unlock()
	unread := s.disk.Unread()
	direct = direct && unread.Total() == 0
	for i, b := range s.taken {
		if direct = direct && s.room(); direct {
			l.mu.Lock()
			s.waiting -= b.charged
			l.mu.Unlock()
			l.sink.Put(s.taken[i : i+1])
			continue
		}
		s.write(b)
	}
	clear(s.taken)
}

// room reports whether the sink holds less than half of what it may.
func (s *spooling) room() bool {
	l := s.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queued[s.class]-s.waiting < l.bound[s.class]/2
}

// write brings a block to disk and ends its life in memory.
func (s *spooling) write(b *Block) {
	l := s.lane
	batch := b.batch()
	// Counted before it is there: the spool may drop it at once.
	l.mu.Lock()
	l.blocks[b.Topic].spooled += int64(b.Records)
	l.mu.Unlock()
	err := s.append(&batch)
	o := Spooled
	if err != nil {
		s.failed(err)
		o = SpoolFailed
	} else {
		s.failure.Store(nil)
		s.written.Add(len(batch.Payload))
	}
	l.mu.Lock()
	if err != nil {
		l.blocks[b.Topic].spooled -= int64(b.Records)
	}
	s.waiting -= b.charged
	l.chargeLocked(b, -1)
	l.books.endLocked(b, o)
	l.room.Broadcast()
	l.mu.Unlock()
	b.lane = nil
	l.release(b, o)
}

// append appends; on a full disk samples give way to events, and both to alerts.
func (s *spooling) append(b *spool.Batch) error {
	err := s.disk.Append(b)
	for _, lower := range s.spare {
		for errors.Is(err, syscall.ENOSPC) {
			dropped, e := lower.DropOldest()
			if !dropped || e != nil {
				break
			}
			err = s.disk.Append(b)
		}
	}
	return err
}

func (s *spooling) failed(err error) {
	s.errors.Inc()
	s.failure.Store(&err)
}

// loadBatch bounds what is read before the inbox is looked at again.
const loadBatch = 16

// load hands records from the disk to the sink, as many as memory has room for,
// and reports whether there may be more.
func (s *spooling) load() bool {
	for range loadBatch {
		if !s.room() {
			return false
		}
		blocks, more := s.next()
		if !more {
			return s.rest()
		}
		if len(blocks) > 0 {
			s.lane.sink.Put(blocks)
		}
	}
	return true
}

// rest ends the spooling if nothing is left; else there is more to do.
func (s *spooling) rest() bool {
	s.lane.mu.Lock()
	defer s.lane.mu.Unlock()
	s.active = len(s.inbox) > 0
	return s.active
}

// next makes blocks of the oldest record: several if it was divided anew by an
// earlier run, none if it is of no use.
func (s *spooling) next() (blocks []*Block, more bool) {
	l := s.lane
	b := l.pool.get(0)
	batch, ref, marks, err := s.disk.Next(func(n int) []byte {
		l.pool.reserve(b, n)
		b.buf = b.buf[:Headroom+n]
		return b.buf[Headroom:]
	})
	if err != nil {
		s.failed(err)
	}
	if ref == nil {
		l.pool.put(b)
		return nil, err != nil
	}
	b.Topic, b.Partition, b.Partitions, b.Records = Topic(batch.Topic), batch.Partition, batch.Partitions, batch.Records
	b.FirstTime, b.MaxTime, b.ref, b.lane, b.class, b.sealed = batch.FirstTime, batch.MaxTime, ref, l, s.class, time.Now()
	blocks = []*Block{b}
	if !b.sound() {
		s.refuse(b)
		return nil, true
	}
	if marks != nil && marks.Partitions != b.Partitions {
		blocks = b.divide(marks.Partitions)
		ref.Divide(len(blocks))
		l.pool.put(b)
	}
	return s.resume(blocks, marks), true
}

// resume leaves out what is finished, stamps what was attempted, and charges
// what goes to the sink.
func (s *spooling) resume(blocks []*Block, marks *spool.Marks) []*Block {
	l, kept := s.lane, blocks[:0]
	for _, b := range blocks {
		m := spool.Mark{}
		if marks != nil {
			m = marks.Parts[b.Partition]
		}
		if m.Finished {
			if err := b.ref.Finish(b.Partitions, b.Partition, b.Records); err != nil {
				s.failed(err)
			}
			l.pool.put(b)
			continue
		}
		if m.Stamped {
			b.sent, b.stamped = m.Stamp, true
		}
		b.charged = int64(cap(b.buf))
		kept = append(kept, b)
	}
	l.mu.Lock()
	for _, b := range kept {
		l.blocks[b.Topic].spooled -= int64(b.Records)
		l.chargeLocked(b, 1)
	}
	l.mu.Unlock()
	return kept
}

// refuse drops a record that is whole and yet not what we write.
func (s *spooling) refuse(b *Block) {
	l := s.lane
	s.failed(errRecord)
	if err := b.ref.Finish(b.Partitions, b.Partition, b.Records); err != nil {
		s.failed(err)
	}
	if b.Topic < topics {
		l.mu.Lock()
		l.blocks[b.Topic].spooled -= int64(b.Records)
		l.books.endLocked(b, SpoolFailed)
		l.mu.Unlock()
	}
	b.ref, b.lane = nil, nil
	l.pool.put(b)
}

// batch gives the block as the spool takes it.
func (b *Block) batch() spool.Batch {
	return spool.Batch{
		Topic: uint8(b.Topic), Partition: b.Partition, Partitions: b.Partitions, Records: b.Records,
		FirstTime: b.FirstTime, MaxTime: b.MaxTime, Payload: b.Payload(),
	}
}

// sound checks a block whose bytes come from elsewhere.
func (b *Block) sound() bool {
	if b.Topic >= topics {
		return false
	}
	p := b.Payload()
	for range b.Records {
		_, rest, err := readRecord(p, b.FirstTime)
		if err != nil {
			return false
		}
		p = rest
	}
	return len(p) == 0
}
