package spool

import (
	"encoding/binary"
	"hash/crc32"
	"os"
)

// indexSize is the size of an index: checksum, size of the records' file, oldest
// and newest time, numbers of records by topic.
const indexSize = 4 + 8 + 8 + 8 + 8*maxTopics

func (g *segment) indexName() string { return g.name + ".idx" }

// writeIndex notes what a segment holds that is finished and synced, so that the
// next start need not read it.
func (g *segment) writeIndex() error {
	b := make([]byte, 4, indexSize)
	be := binary.BigEndian
	b = be.AppendUint64(b, uint64(g.size))
	b = be.AppendUint64(b, uint64(g.oldest))
	b = be.AppendUint64(b, uint64(g.newest))
	for _, n := range g.all {
		b = be.AppendUint64(b, uint64(n))
	}
	be.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return os.WriteFile(g.indexName(), b, 0o640)
}

// readIndex takes over what the index says if it is whole and speaks of a file
// of that size.
func (g *segment) readIndex(size int64) bool {
	b, err := os.ReadFile(g.indexName())
	if err != nil || len(b) != indexSize {
		return false
	}
	be := binary.BigEndian
	if crc32.Checksum(b[4:], castagnoli) != be.Uint32(b) || int64(be.Uint64(b[4:])) != size {
		return false
	}
	g.size, g.readAt = size, int64(len(magic))
	g.oldest, g.newest = int64(be.Uint64(b[12:])), int64(be.Uint64(b[20:]))
	for t := range g.all {
		g.all[t] = int64(be.Uint64(b[28+8*t:]))
	}
	return true
}

// subtract takes what the journal says is finished off the unread records.
func (g *segment) subtract() error {
	g.unread = g.all
	if len(g.marks) == 0 {
		return nil
	}
	f, err := os.Open(g.dataName())
	if err != nil {
		return err
	}
	defer f.Close()
	var buf [headerSize]byte
	for at, m := range g.marks {
		if at < int64(len(magic)) || at > g.size-headerSize || m.finished() == 0 {
			continue
		}
		if _, err := f.ReadAt(buf[:], at); err != nil {
			return err
		}
		if h, err := readHeader(buf[:]); err == nil {
			g.unread[h.Topic] -= int64(min(h.Records, m.finished()))
		}
	}
	return nil
}
