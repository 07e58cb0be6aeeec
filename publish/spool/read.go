package spool

import (
	"errors"
	"slices"
)

// Ref stands for a record that was read, until all its parts are finished.
type Ref struct {
	s       *Spool
	g       *segment
	offset  int64
	left    int // parts that are not finished
	waiting bool
}

// errBroken says that a segment could not be read on; what was left of it was
// dropped.
var errBroken = errors.New("a segment of the spool cannot be read back")

// ErrInUse is the end of an error that tells of a directory which another process has taken.
var ErrInUse = errors.New("in use by another process")

// Next reads the oldest unread record. alloc gives the memory for the payload.
// marks, if not nil, tell what an earlier run did with the record. A nil ref
// means that there is nothing to read.
func (s *Spool) Next(alloc func(n int) []byte) (b Batch, ref *Ref, marks *Marks, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for g := s.head(); g != nil; g = s.head() {
		offset := g.readAt
		h, body, grown, err := g.read(s.in)
		s.in = grown
		if err == nil {
			marks = g.marks[offset]
			g.readAt += int64(headerSize + h.body)
			if marks.finished() >= h.Records {
				continue
			}
			h.Payload = alloc(h.raw)
			err = h.unpack(h.Payload, body)
		}
		if err != nil {
			s.segments = slices.DeleteFunc(s.segments, func(x *segment) bool { return x == g })
			return b, nil, nil, errors.Join(errBroken, err, s.discard(g, Broken))
		}
		g.unread[h.Topic] -= int64(h.Records - marks.finished())
		g.pending++
		return h.Batch, &Ref{s: s, g: g, offset: offset, left: 1, waiting: true}, marks, nil
	}
	return b, nil, nil, nil
}

// Kept reports whether the record is still on disk.
func (r *Ref) Kept() bool {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return !r.g.gone
}

// Divide tells that n parts stand for one from now on.
func (r *Ref) Divide(n int) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.left += n - 1
}

// Attempt notes the stamp with which a part is about to be sent.
func (r *Ref) Attempt(partitions, partition int32, st Stamp) error {
	return r.note(&entry{attempted, r.offset, partitions, partition, st})
}

// note writes an entry; of a record that is no longer on disk nothing is noted.
func (r *Ref) note(e *entry) error {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.g.gone {
		return nil
	}
	return r.noteLocked(e)
}

func (r *Ref) noteLocked(e *entry) error {
	if err := r.g.note(e); err != nil {
		return err
	}
	r.s.bytes += entrySize
	if r.s.cfg.Sync == 0 {
		return r.g.log.Sync()
	}
	return nil
}

// Finish notes that a part need not be delivered any more. After the last one
// of a segment its files are removed.
func (r *Ref) Finish(partitions, partition, records int32) error {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.left--
	over := r.left <= 0 && r.waiting
	if over {
		r.waiting = false
		r.g.pending--
	}
	if r.g.gone {
		return nil
	}
	if over && r.g.pending == 0 && r.g.readAt >= r.g.size {
		r.s.segments = slices.DeleteFunc(r.s.segments, func(x *segment) bool { return x == r.g })
		r.s.bytes -= r.g.size + r.g.logSize
		return r.g.remove()
	}
	return r.noteLocked(&entry{finished, r.offset, partitions, partition, Stamp{Sequence: records}})
}

// Front adds batches in front of all others, in order, with the stamp of those
// that were attempted, and tells how many of the last of them it took: if there
// is no room for all, the first ones stay out. Nothing may be read afterwards.
func (s *Spool) Front(batches []Batch, stamps []*Stamp) (taken int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for end := len(batches); end > 0; {
		n, err := s.front(batches[:end], stamps[:end])
		taken += n
		end -= n
		if err != nil || n == 0 {
			return taken, err
		}
	}
	return taken, nil
}

// front makes one segment of the last batches.
func (s *Spool) front(batches []Batch, stamps []*Stamp) (taken int, err error) {
	begin, records := s.fitting(batches)
	if begin == len(batches) {
		return 0, nil
	}
	number := uint64(firstNumber)
	if len(s.segments) > 0 {
		number = s.segments[0].number - 1
	}
	g, err := create(s.cfg.Dir, number)
	if err != nil {
		return 0, err
	}
	for i := begin; i < len(batches); i++ {
		b := &batches[i]
		if st := stamps[i]; st != nil && err == nil {
			err = g.note(&entry{attempted, g.size, b.Partitions, b.Partition, *st})
		}
		if err == nil {
			err = g.append(records[len(batches)-1-i], b, b.MaxTime)
		}
	}
	if err != nil {
		return 0, errors.Join(err, g.remove())
	}
	s.segments = slices.Insert(s.segments, 0, g)
	s.bytes += g.size + g.logSize
	return len(batches) - begin, nil
}

// fitting gives the last batches that fit into a segment and the spool, as
// records, the last first.
func (s *Spool) fitting(batches []Batch) (begin int, records [][]byte) {
	room := s.cfg.MaxBytes - s.bytes - int64(len(magic))
	size := int64(0)
	for begin = len(batches); begin > 0; begin-- {
		b := &batches[begin-1]
		record := appendRecord(nil, b, b.MaxTime)
		if size += int64(len(record)) + entrySize; size > room || len(records) > 0 && size > s.cfg.segmentBytes() {
			break
		}
		records = append(records, record)
	}
	return begin, records
}
