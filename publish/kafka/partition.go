package kafka

import (
	"time"

	"spoor/publish"
	"spoor/publish/spool"
)

// partition is what the run goroutine knows of one partition.
type partition struct {
	topic  publish.Topic
	id     int32
	leader int32 // -1 = none at present
	queue  fifo
	busy   bool // its first block is under way

	tries   int       // attempts of the first block
	retryAt time.Time // not before

	producer producer
	sequence int32 // of the first block
	unsure   bool  // an attempt of the first block may have been stored
	renew    bool  // waits for a new producer id
}

// ready reports whether a request may take its first block.
func (p *partition) ready(now time.Time) bool {
	return !p.busy && !p.renew && p.leader >= 0 && p.queue.len() > 0 && !now.Before(p.retryAt)
}

// stamp gives what the block is sent with: what it was sent with before, be it
// by an earlier run of ours, else the next of the present producer. Without a
// producer id there is none.
func (p *partition) stamp(b *publish.Block) (producer, int32) {
	st := b.Stamp()
	if st == nil {
		if p.producer.id < 0 {
			return anonymous, -1
		}
		b.Attempt(spool.Stamp{Producer: p.producer.id, Epoch: p.producer.epoch, Sequence: p.sequence})
		st = b.Stamp()
	}
	return producer{st.Producer, st.Epoch}, st.Sequence
}

// endFirst ends the first block's life. A stored one moves the sequence on; a
// dropped one leaves it, unless one of its attempts may have been stored. Those
// of another producer id, which an earlier run had, leave it as well.
func (p *partition) endFirst(o publish.Outcome) {
	b := p.queue.pop()
	st := b.Stamp()
	switch {
	case st == nil || p.producer != producer{st.Producer, st.Epoch}:
	case o == publish.Acknowledged:
		p.sequence = int32((int64(p.sequence) + int64(b.Records)) & 0x7fffffff)
	case p.unsure:
		p.renew = true
	}
	p.tries, p.unsure, p.retryAt = 0, false, time.Time{}
	b.Done(o)
}

// split puts the two halves of the first block in its place. It was never
// stored, so its sequence is free.
func (p *partition) split() {
	halves := p.queue.pop().Halve()
	p.tries, p.unsure, p.retryAt = 0, false, time.Time{}
	p.queue.unpop(halves[1])
	p.queue.unpop(halves[0])
}

// adopt takes a new producer id.
func (p *partition) adopt(id producer) {
	p.producer, p.sequence, p.renew = id, 0, false
}

// fifo is a queue of blocks.
type fifo struct {
	blocks []*publish.Block
	head   int
}

func (f *fifo) len() int { return len(f.blocks) - f.head }

func (f *fifo) first() *publish.Block { return f.blocks[f.head] }

func (f *fifo) push(b *publish.Block) {
	if f.head > 32 && f.head*2 >= len(f.blocks) {
		n := copy(f.blocks, f.blocks[f.head:])
		clear(f.blocks[n:])
		f.blocks, f.head = f.blocks[:n], 0
	}
	f.blocks = append(f.blocks, b)
}

func (f *fifo) pop() *publish.Block {
	b := f.blocks[f.head]
	f.blocks[f.head] = nil
	f.head++
	if f.head == len(f.blocks) {
		f.blocks, f.head = f.blocks[:0], 0
	}
	return b
}

// unpop puts a block in front.
func (f *fifo) unpop(b *publish.Block) {
	if f.head == 0 {
		f.blocks = append([]*publish.Block{nil}, f.blocks...)
		f.head = 1
	}
	f.head--
	f.blocks[f.head] = b
}
