package kafka

import (
	"context"
	"errors"
	"time"

	"spoor/publish"
)

// request is one request to one leader, and what is needed to make it; the run
// goroutine keeps it for the next use.
type request struct {
	leader   int32
	items    []item
	compress compressor
	framer   publish.Framer
	framed   []byte // records that are framed and not yet compressed
	out      []byte // compressed batches
	err      error  // of the whole request
	began    time.Time
	took     time.Duration
	sent     int // bytes
}

// item is one batch of a request.
type item struct {
	partition *partition
	block     *publish.Block
	topic     string
	batch     []byte // its checksum is the client's to write, into its own copy of the header
	note      uint64 // the block's, if the batch holds its records as they are
	err       error  // the broker's answer for this batch
}

// send makes the batches and sends them; it runs on a goroutine of its own and
// touches nothing but the request, its blocks and its partitions' constants.
func (r *request) send(ctx context.Context, s *Sink) {
	r.err, r.sent, r.out = nil, 0, r.out[:0]
	total := 0
	for i := range r.items {
		total += len(r.items[i].block.Bytes())
	}
	if cap(r.out) < total && s.moves(r.items) {
		r.out = make([]byte, 0, total+total/16+1024) // batches must not move while later ones are made
	}
	for i := range r.items {
		if r.err = r.frame(s, &r.items[i]); r.err != nil {
			break
		}
		r.sent += len(r.items[i].batch)
	}
	r.began = time.Now()
	if r.err == nil {
		ctx, cancel := context.WithTimeout(ctx, s.cfg.RequestTimeout)
		r.err = s.client.produce(ctx, r.items)
		cancel()
	}
	r.took = time.Since(r.began)
	s.results <- r
}

// frame makes the batch of one block: stamped, in the topic's framing, compressed.
func (r *request) frame(s *Sink, it *item) error {
	p := it.partition
	codec := s.codecs[p.topic]
	by, sequence := p.stamp(it.block)
	how, id := s.framing(p.topic)
	var err error
	if how != publish.FramingPlain {
		if r.framed, err = r.framer.Append(r.framed[:0], it.block, how, id); err != nil {
			return err
		}
		it.batch, r.out, err = frameRecords(it.block, r.framed, nil, codec, &r.compress, by, sequence, r.out)
		return err
	}
	if s.asIs[p.topic] {
		it.note = it.block.Note
	}
	it.batch, r.out, err = frame(it.block, codec, &r.compress, by, sequence, r.out)
	return err
}

// moves reports whether any batch is made elsewhere than in its block.
func (s *Sink) moves(items []item) bool {
	for i := range items {
		if !s.asIs[items[i].partition.topic] {
			return true
		}
	}
	return false
}

// givenUp reports whether the request may still be read by the transport: then
// none of its memory may be used again.
func (r *request) givenUp() bool {
	return errors.Is(r.err, context.DeadlineExceeded) || errors.Is(r.err, context.Canceled)
}
