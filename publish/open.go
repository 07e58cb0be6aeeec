package publish

// openBlocks are a topic's open blocks on one lane, one for each partition.
// One goroutine at a time uses them.
type openBlocks struct {
	lane    *lane
	topic   Topic
	open    []*Block // by partition; nil while empty
	hint    []uint8  // size class of the buffer that the partition needed last
	linger  int64    // ns
	limit   int      // bytes of a block
	since   int64    // the caller's clock when the first of them was opened
	pending int      // open ones
	batch   []*Block // scratch: handed over together
}

func newOpenBlocks(l *lane, t Topic) openBlocks {
	o := openBlocks{lane: l, topic: t, linger: int64(l.topics[t].Linger), limit: l.topics[t].BlockBytes}
	o.resize()
	return o
}

// resize follows the sink's number of partitions; nothing is open.
func (o *openBlocks) resize() {
	if n := int(o.lane.sink.Partitions(o.topic)); n != len(o.open) {
		o.open, o.hint = make([]*Block, n), make([]uint8, n)
	}
}

// partitions gives the number of partitions to choose from.
func (o *openBlocks) partitions() int32 { return int32(len(o.open)) }

// place gives the partition for a key's hash.
func (o *openBlocks) place(hash uint32) int32 { return o.lane.place(o.topic, hash, o.partitions()) }

// block gives the partition's open block with room for n more bytes; a block
// that would grow beyond its limit is sealed and a new one begun.
func (o *openBlocks) block(partition int32, n int, now int64) *Block {
	b := o.open[partition]
	if b != nil && len(b.buf)+n > o.limit && b.Records > 0 {
		o.hint[partition] = uint8(sizeClass(o.limit))
		o.open[partition] = nil
		o.pending--
		o.batch = append(o.batch[:0], b)
		o.lane.seal(o.batch)
		b = nil
	}
	if b == nil {
		b = o.lane.pool.get(int(o.hint[partition]))
		b.Topic, b.Partition, b.Partitions = o.topic, partition, o.partitions()
		o.open[partition] = b
		if o.pending == 0 {
			o.since = now
		}
		o.pending++
	}
	if len(b.buf)+n > cap(b.buf) {
		o.lane.pool.reserve(b, n)
	}
	return b
}

// due reports whether the linger of the first open block is over.
func (o *openBlocks) due(now int64) bool {
	return o.pending > 0 && (now-o.since >= o.linger || now < o.since)
}

// seal hands all open blocks over.
func (o *openBlocks) seal() {
	if o.pending == 0 {
		return
	}
	o.batch = o.batch[:0]
	for i, b := range o.open {
		if b != nil {
			o.hint[i] = uint8(sizeClass(len(b.buf)))
			o.batch = append(o.batch, b)
			o.open[i] = nil
		}
	}
	o.pending = 0
	o.lane.seal(o.batch)
	o.resize()
}
