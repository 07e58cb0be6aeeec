package publish

import (
	"encoding/binary"
	"errors"
	"iter"
)

// Record is one record of a block, borrowed from it.
type Record struct {
	Time    int64  // Unix ms
	Key     []byte // nil if it has none
	Value   []byte // nil for a tombstone
	headers []byte // encoded, with the count in front
}

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// All gives the block's records in order.
func (b *Block) All() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		p := b.Payload()
		for range b.Records {
			r, rest, err := readRecord(p, b.FirstTime)
			if err != nil {
				panic(err) // these bytes are our own
			}
			if p = rest; !yield(r) {
				return
			}
		}
	}
}

// Headers decodes the record's headers.
func (r *Record) Headers() []Header {
	c := cursor{b: r.headers}
	n := c.varint()
	hs := make([]Header, 0, min(n, 8))
	for range n {
		hs = append(hs, Header{Key: string(c.bytes()), Value: c.bytes()})
	}
	return hs
}

var errRecord = errors.New("malformed record")

// readRecord reads one record and gives what follows it.
func readRecord(p []byte, base int64) (r Record, rest []byte, err error) {
	c := cursor{b: p}
	size := c.varint()
	if c.bad || size < 1 || size > int64(len(c.b)) {
		return r, nil, errRecord
	}
	rest = c.b[size:]
	c.b = c.b[1:size] // without the attributes
	r.Time = base + c.varint()
	c.varint() // offset delta
	r.Key = c.bytes()
	r.Value = c.bytes()
	if c.bad {
		return r, nil, errRecord
	}
	r.headers = c.b
	return r, rest, nil
}

// cursor reads Kafka's varints and byte strings and never past its end.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) varint() int64 {
	u, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.b = c.b[n:]
	return unzigzag(u)
}

func (c *cursor) bytes() []byte {
	n := c.varint()
	if n < 0 || c.bad {
		return nil
	}
	if n > int64(len(c.b)) {
		c.bad = true
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

// appendHeaders encodes headers, count in front.
func appendHeaders(dst []byte, pairs ...string) []byte {
	dst = binary.AppendUvarint(dst, zigzag(int64(len(pairs)/2)))
	for _, s := range pairs {
		dst = append(binary.AppendUvarint(dst, zigzag(int64(len(s)))), s...)
	}
	return dst
}

// Repartition hands the block's records over to new blocks whose partitions
// are chosen among n, for a sink that learns late how many partitions a topic
// has. Order within a key is kept; records without a key go to partition 0
// modulo their old one. The block itself must not be touched afterwards.
func (b *Block) Repartition(n int32) []*Block {
	l, list := b.lane, b.divide(n)
	if b.ref != nil {
		b.ref.Divide(len(list))
	}
	l.exchange(b, list)
	return list
}

// divide makes the blocks of Repartition.
func (b *Block) divide(n int32) []*Block {
	l := b.lane
	out := make(map[int32]*Block, n)
	var list []*Block
	acks := b.acks
	i := int32(0)
	for r := range b.All() {
		p := b.Partition % n
		if r.Key != nil {
			p = l.place(b.Topic, murmur2(r.Key), n)
		}
		nb := out[p]
		if nb == nil {
			nb = l.pool.get(0)
			nb.Topic, nb.Partition, nb.Partitions, nb.lane, nb.class, nb.sealed, nb.ref = b.Topic, p, n, l, b.class, b.sealed, b.ref
			out[p], list = nb, append(list, nb)
		}
		for len(acks) > 0 && acks[0].record == i {
			nb.acks = append(nb.acks, ack{nb.Records, acks[0].done})
			acks = acks[1:]
		}
		l.pool.reserve(nb, recordSize(r.Key, r.Value, r.headers))
		nb.add(r.Time, r.Key, r.Value, r.headers)
		i++
	}
	return list
}

// Halve hands the block's records, at least two, over to two blocks, for a
// broker that finds it too large. The block itself must not be touched
// afterwards. Stamps are not kept with halves: what lies in the spool is
// finished there when the second one is.
func (b *Block) Halve() [2]*Block {
	l := b.lane
	var half [2]*Block
	for i := range half {
		n := l.pool.get(sizeClass(len(b.buf) / 2))
		n.Topic, n.Partition, n.Partitions, n.lane, n.class, n.sealed = b.Topic, b.Partition, b.Partitions, l, b.class, b.sealed
		half[i] = n
	}
	half[1].ref, half[1].whole = b.ref, max(b.whole, b.Records)
	acks, i := b.acks, int32(0)
	for r := range b.All() {
		n := half[0]
		if i >= b.Records/2 {
			n = half[1]
		}
		for len(acks) > 0 && acks[0].record == i {
			n.acks = append(n.acks, ack{n.Records, acks[0].done})
			acks = acks[1:]
		}
		l.pool.reserve(n, recordSize(r.Key, r.Value, r.headers))
		n.add(r.Time, r.Key, r.Value, r.headers)
		i++
	}
	l.exchange(b, half[:])
	return half
}
