package spool

import (
	"encoding/binary"
	"hash/crc32"
)

// Stamp is what makes a batch known to the broker: sent again with the same
// stamp it is stored once.
type Stamp struct {
	Producer int64
	Epoch    int16
	Sequence int32
}

// Mark is what the journal says of one part of a record.
type Mark struct {
	Finished bool
	Records  int32 // of a finished part
	Stamped  bool
	Stamp    Stamp
}

// Marks are the parts of a record that were attempted or finished.
type Marks struct {
	Partitions int32 // among how many the record was divided
	Parts      map[int32]Mark
}

// finished gives the number of records that need not be delivered any more.
func (m *Marks) finished() int32 {
	if m == nil {
		return 0
	}
	var n int32
	for _, p := range m.Parts {
		if p.Finished {
			n += p.Records
		}
	}
	return n
}

const entrySize = 40

// States of an entry.
const (
	attempted = 1
	finished  = 2
)

// entry is one line of a journal.
type entry struct {
	state      byte
	offset     int64
	partitions int32
	partition  int32
	stamp      Stamp // of a finished one Sequence is its number of records
}

func (e *entry) append(dst []byte) []byte {
	var b [entrySize]byte
	be := binary.BigEndian
	b[4] = e.state
	be.PutUint64(b[8:], uint64(e.offset))
	be.PutUint32(b[16:], uint32(e.partitions))
	be.PutUint32(b[20:], uint32(e.partition))
	be.PutUint64(b[24:], uint64(e.stamp.Producer))
	be.PutUint16(b[32:], uint16(e.stamp.Epoch))
	be.PutUint32(b[36:], uint32(e.stamp.Sequence))
	be.PutUint32(b[0:], crc32.Checksum(b[4:], castagnoli))
	return append(dst, b[:]...)
}

// readEntry reads the first entry of p.
func readEntry(p []byte) (e entry, ok bool) {
	if len(p) < entrySize {
		return e, false
	}
	be := binary.BigEndian
	if crc32.Checksum(p[4:entrySize], castagnoli) != be.Uint32(p) {
		return e, false
	}
	e.state, e.offset = p[4], int64(be.Uint64(p[8:]))
	e.partitions, e.partition = int32(be.Uint32(p[16:])), int32(be.Uint32(p[20:]))
	e.stamp = Stamp{int64(be.Uint64(p[24:])), int16(be.Uint16(p[32:])), int32(be.Uint32(p[36:]))}
	ok = (e.state == attempted || e.state == finished) && e.partition >= 0 && e.partition < e.partitions
	return e, ok
}

// readJournal gives the marks by the record's offset, and how many bytes were
// whole entries. An entry that was torn was never acted upon.
func readJournal(p []byte) (marks map[int64]*Marks, whole int) {
	marks = make(map[int64]*Marks)
	for {
		e, ok := readEntry(p[whole:])
		if !ok {
			return marks, whole
		}
		whole += entrySize
		m := marks[e.offset]
		if m == nil || m.Partitions != e.partitions {
			m = &Marks{Partitions: e.partitions, Parts: make(map[int32]Mark)}
			marks[e.offset] = m
		}
		if e.state == finished {
			m.Parts[e.partition] = Mark{Finished: true, Records: e.stamp.Sequence}
		} else {
			m.Parts[e.partition] = Mark{Stamped: true, Stamp: e.stamp}
		}
	}
}
