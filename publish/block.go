package publish

import (
	"encoding/binary"
	"slices"
	"time"

	"spoor/publish/spool"
)

// Headroom is the number of bytes in front of a block's records: the size of a
// record batch's header (format v2), so that a sink can frame a block in place.
const Headroom = 61

// Block is one record batch under construction: records in Kafka's format v2,
// all of one topic and one partition. Whoever holds it owns it: first an encoder,
// then the sink, which gives it back with Done.
type Block struct {
	Topic      Topic
	Partition  int32
	Partitions int32 // among how many Partition was chosen
	Records    int32
	FirstTime  int64  // Unix ms of the first record, the base of all timestamps
	MaxTime    int64  // Unix ms of the newest record
	Note       uint64 // the sink's own; 0 when it gets the block

	buf      []byte // headroom, then the records
	acks     []ack
	sections []Sections // of the records that addFlow wrote
	lane     *lane
	class    Class     // whose queue it is charged to: its topic's, but for one from the spool of another
	sealed   time.Time // when it was handed over
	before   *Block    // in the lane's list of what is queued, with after; guarded by its mu
	after    *Block
	charged  int64       // bytes that count against the queue's bound
	abandon  bool        // somebody may still read buf: do not use it again
	ref      *spool.Ref  // of a block that came from the spool
	sent     spool.Stamp // if stamped
	stamped  bool
	whole    int32 // records that ref stands for, if they are more than the block's
}

// ack is one message's wish to be told.
type ack struct {
	record int32
	done   func(Outcome)
}

// Bytes gives Headroom bytes for the batch header, then the records. Borrowed
// until Done.
func (b *Block) Bytes() []byte { return b.buf }

// Payload gives the records. Borrowed until Done.
func (b *Block) Payload() []byte { return b.buf[Headroom:] }

// Abandon says that somebody may read the block's bytes even after Done (a
// request that was given up), so that they must not be used again.
func (b *Block) Abandon() { b.abandon = true }

// Stamp gives what a sink stamped the block with, nil if it was never attempted.
// Borrowed until Done.
func (b *Block) Stamp() *spool.Stamp {
	if !b.stamped {
		return nil
	}
	return &b.sent
}

// Attempt stamps the block before its first attempt. A block that lies in the
// spool keeps its stamp there, so that another run sends it with the same one.
func (b *Block) Attempt(st spool.Stamp) {
	b.sent, b.stamped = st, true
	if b.ref == nil || b.whole > 0 {
		return
	}
	if err := b.ref.Attempt(b.Partitions, b.Partition, st); err != nil {
		b.lane.spoolFailed(b.class, err)
	}
}

// Renounce takes the stamp away: the broker does not know it any more.
func (b *Block) Renounce() { b.stamped = false }

// Done ends the block's life: its records are acknowledged or dropped for the
// reason given. The caller must not touch the block afterwards; a second call panics.
func (b *Block) Done(o Outcome) {
	l := b.lane
	if l == nil {
		panic("BUG: a block was given back twice")
	}
	b.lane = nil
	l.takeBack(b, o)
}

// add appends a record in whole; key and value nil mean null, headers is the
// encoded list of headers with its count in front.
func (b *Block) add(time int64, key, value, headers []byte) {
	b.noteTime(time)
	delta, offset := zigzag(time-b.FirstTime), zigzag(int64(b.Records))
	size := 1 + uvarintLen(delta) + uvarintLen(offset) + bytesLen(key) + bytesLen(value) + len(headers)
	start := len(b.buf)
	if need := start + binary.MaxVarintLen64 + size; need > cap(b.buf) { // room was made, but for blocks of tests
		b.buf = slices.Grow(b.buf, need-start)
	}
	w := b.buf[start:cap(b.buf)]
	i := binary.PutUvarint(w, zigzag(int64(size)))
	w[i] = 0 // attributes: none are defined
	i++
	i += binary.PutUvarint(w[i:], delta)
	i += binary.PutUvarint(w[i:], offset)
	i = putBytes(w, i, key)
	i = putBytes(w, i, value)
	i += copy(w[i:], headers)
	b.buf = b.buf[:start+i]
	b.Records++
}

// noteTime notes a record's time before it is added.
func (b *Block) noteTime(time int64) {
	if b.Records == 0 {
		b.FirstTime, b.MaxTime = time, time
	}
	b.MaxTime = max(b.MaxTime, time)
}

// recordSize bounds what add appends.
func recordSize(key, value, headers []byte) int {
	return len(key) + len(value) + len(headers) + 32
}

func zigzag(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func uvarintLen(u uint64) int {
	n := 1
	for ; u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

// bytesLen is the encoded size of a nullable byte string.
func bytesLen(b []byte) int {
	if b == nil {
		return 1
	}
	return uvarintLen(zigzag(int64(len(b)))) + len(b)
}

// putBytes writes a nullable byte string at i and gives where it ends.
func putBytes(w []byte, i int, b []byte) int {
	if b == nil {
		w[i] = 1 // zigzag of -1
		return i + 1
	}
	i += binary.PutUvarint(w[i:], zigzag(int64(len(b))))
	return i + copy(w[i:], b)
}
