package publish

import "sync"

// Sizes of block buffers: each size class is twice the one before.
const (
	minBlock   = 4 << 10
	maxBlock   = 256 << 10
	blockSizes = 7
)

// pool keeps blocks and their buffers for the next use, bounded by bytes.
// Buffers come in size classes, so that a quiet partition holds a small one.
type pool struct {
	mu     sync.Mutex
	blocks []*Block
	bufs   [blockSizes][][]byte
	bytes  int
	limit  int
}

// sizeClass gives the smallest size class that holds size, at most the largest.
func sizeClass(size int) int {
	c := 0
	for c < blockSizes-1 && minBlock<<c < size {
		c++
	}
	return c
}

// get gives an empty block with a buffer of the size class.
func (p *pool) get(c int) *Block {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b *Block
	if n := len(p.blocks); n > 0 {
		b, p.blocks = p.blocks[n-1], p.blocks[:n-1]
	} else {
		b = new(Block)
	}
	b.buf = p.buffer(c)[:Headroom]
	return b
}

func (p *pool) buffer(c int) []byte {
	size := minBlock << c
	if n := len(p.bufs[c]); n > 0 {
		buf := p.bufs[c][n-1]
		p.bufs[c] = p.bufs[c][:n-1]
		p.bytes -= size
		return buf
	}
	return make([]byte, 0, size)
}

// reserve makes room for n more bytes.
func (p *pool) reserve(b *Block, n int) {
	need := len(b.buf) + n
	if need <= cap(b.buf) {
		return
	}
	old := b.buf
	if need > maxBlock {
		b.buf = append(make([]byte, 0, need), old...)
		p.mu.Lock()
	} else {
		p.mu.Lock()
		b.buf = append(p.buffer(sizeClass(need))[:0], old...)
	}
	p.keep(old)
	p.mu.Unlock()
}

// keep takes a buffer back if it is of a size class and there is room.
func (p *pool) keep(buf []byte) {
	c := sizeClass(cap(buf))
	if cap(buf) != minBlock<<c || p.bytes+cap(buf) > p.limit {
		return
	}
	p.bufs[c] = append(p.bufs[c], buf)
	p.bytes += cap(buf)
}

// put takes a block back.
func (p *pool) put(b *Block) {
	buf := b.buf
	keep := !b.abandon
	clear(b.acks)
	*b = Block{acks: b.acks[:0], sections: b.sections[:0]}
	p.mu.Lock()
	defer p.mu.Unlock()
	if keep {
		p.keep(buf)
	}
	p.blocks = append(p.blocks, b)
}

// trim lets half of the kept buffers go; called now and then while idle.
func (p *pool) trim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.bufs {
		n := len(p.bufs[c]) / 2
		for i := n; i < len(p.bufs[c]); i++ {
			p.bytes -= cap(p.bufs[c][i])
			p.bufs[c][i] = nil
		}
		p.bufs[c] = p.bufs[c][:n]
	}
	if n := len(p.blocks) / 2; n > 0 {
		clear(p.blocks[n:])
		p.blocks = p.blocks[:n]
	}
}
